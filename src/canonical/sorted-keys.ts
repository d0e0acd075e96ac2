/**
 * The order of members.
 *
 * @see RFC 8785, section 3.2.3
 * @module
 */

/** So few names are sorted faster by hand. */
const FEW = 16;

/** The names of an object's own members by UTF-16 code units. */
export function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index]!;
    if (keys[index - 1]! <= key) continue;
    if (index > FEW) return keys.sort();
    let place = index;
    do keys[place] = keys[place - 1]!;
    while (--place > 0 && keys[place - 1]! > key);
    keys[place] = key;
  }
  return keys;
}

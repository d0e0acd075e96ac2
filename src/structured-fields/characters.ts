/**
 * The characters of structured fields: printable ASCII in six groups, of which the classes of the grammar are unions.
 *
 * @see RFC 9651, sections 3.1.2, 3.3.3 and 3.3.4
 * @module
 */

const LOWER = 1;
const UPPER = 2;
/** The decimal digits. */
export const DIGIT = 4;
const MARK = 8;
const SIGN = 16;
const OTHER = 32;

/** The first character of a key. */
export const KEY_START: number = LOWER;
/** The characters of a key. */
export const KEY: number = LOWER | DIGIT | MARK;
/** The first character of a Token. */
export const TOKEN_START: number = LOWER | UPPER;
/** The characters of a Token. */
export const TOKEN: number = KEY | UPPER | SIGN;
/** What a String holds as it is: printable ASCII but for `"` and `\`, which are in no group. */
export const PLAIN: number = TOKEN | OTHER;

const GROUPS = /* @__PURE__ */ groupCharacters();

function groupCharacters(): Uint8Array {
  const groups = new Uint8Array(128).fill(OTHER, 0x20, 0x7f).fill(DIGIT, 0x30, 0x3a).fill(UPPER, 0x41, 0x5b).fill(LOWER, 0x61, 0x7b);
  const put = (characters: string, group: number) => {
    for (const character of characters) groups[character.charCodeAt(0)] = group;
  };
  put('*', LOWER);
  put('-._', MARK);
  put("!#$%&'+/:^`|~", SIGN);
  put('"\\', 0);
  return groups;
}

/** Where the run of characters of a class that begins at `start` ends; its first character may have a class of its own. */
export function endOfRun(text: string, start: number, rest: number, first: number = rest): number {
  let end = start;
  // Beyond ASCII the table has nothing: no class either.
  while (end < text.length && GROUPS[text.charCodeAt(end)]! & (end === start ? first : rest)) end++;
  return end;
}

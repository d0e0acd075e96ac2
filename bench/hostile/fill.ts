/** Text of many parts. */

/** Parts until they are about so many bytes; never more. */
export function fill(bytes: number, part: (index: number) => string): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; ; index++) {
    const next = part(index);
    length += next.length;
    if (length > bytes) break;
    parts.push(next);
  }
  // As one flat text, as it would come from a socket.
  return Buffer.from(parts.join(''), 'latin1').toString('latin1');
}

/** The same text over and over. */
export const repeat = (bytes: number, part: string): string => fill(bytes, () => part);

/** So many texts by their number. */
export const numbered = (count: number, make: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => make(index));

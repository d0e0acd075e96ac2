/**
 * Whether two byte strings are equal, in a time that does not depend on where they differ.
 *
 * The lengths are not secret: they are compared first.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= a[index]! ^ b[index]!;
  return difference === 0;
}

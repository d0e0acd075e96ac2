/**
 * Places within a JSON value, for those who have to find what was refused.
 *
 * @see RFC 6901
 * @module
 */

/** The deepest nesting that may be asked for: every engine's stack holds it, QuickJS's too. */
export const DEEPEST = 512;

/**
 * The JSON Pointer of a path of member names and indices, as error messages show it: quoted and escaped, and short,
 * whatever a peer called its members. `""` is the whole value.
 */
export function quotePointer(path: readonly (string | number)[]): string {
  const pointer = path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return JSON.stringify(pointer.slice(0, 200));
}

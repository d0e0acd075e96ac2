/**
 * The canonical form of flat fields: an injective text of a multiset of pairs.
 *
 * Names and values are percent-encoded, so that the separators cannot occur inside them.
 *
 * @see RFC 3986, section 2.3
 * @module
 */

import { encodeUtf8, isWellFormed } from '../internal/bytes.ts';

const ESCAPES: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte))
    ? String.fromCharCode(byte)
    : `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`,
);

/**
 * Percent-encodes everything but RFC 3986's unreserved characters, in upper-case hexadecimal.
 *
 * @throws {TypeError} If the text has a lone surrogate.
 */
export function percentEncode(text: string): string {
  if (/^[A-Za-z0-9\-._~]*$/.test(text)) return text;
  if (!isWellFormed(text)) throw new TypeError('text has a lone surrogate');
  let out = '';
  for (const byte of encodeUtf8(text)) out += ESCAPES[byte]!;
  return out;
}

/**
 * Sorts pairs by encoded name, then encoded value, and joins them with `=` and `&`.
 *
 * @throws {TypeError} If a name or value is not a well-formed string.
 */
export function canonicalizeFields(entries: Iterable<readonly [name: string, value: string]>): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of entries) {
    if (typeof name !== 'string' || typeof value !== 'string') throw new TypeError('entries must be pairs of strings');
    pairs.push([percentEncode(name), percentEncode(value)]);
  }
  return pairs
    .sort(([a, b], [c, d]) => compare(a, c) || compare(b, d))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

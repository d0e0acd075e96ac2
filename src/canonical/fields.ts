/**
 * The canonical form of flat fields: an injective text of a multiset of pairs.
 *
 * Names and values are percent-encoded, so that the separators cannot occur inside them.
 *
 * @see RFC 3986, section 2.3
 * @module
 */

import { isWellFormed } from '../internal/utf8.ts';

/**
 * Percent-encodes everything but RFC 3986's unreserved characters, in upper-case hexadecimal.
 *
 * @throws {TypeError} If the text has a lone surrogate.
 */
export function percentEncode(text: string): string {
  if (!isWellFormed(text)) throw new TypeError('text has a lone surrogate');
  // The language's own encoder leaves five characters too many.
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Sorts pairs by encoded name, then encoded value, and joins them with `=` and `&`.
 *
 * @throws {TypeError} If a name or value is not a well-formed string.
 */
export function canonicalizeFields(entries: Iterable<readonly [name: string, value: string]>): string {
  const pairs: string[] = [];
  if (typeof entries !== 'object' || entries === null || !(Symbol.iterator in entries)) throw noPairs();
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) throw noPairs();
    const [name, value] = entry;
    if (typeof name !== 'string' || typeof value !== 'string') throw noPairs();
    // NUL sorts before all that occurs in encoded text, so that a name stands before those it begins.
    pairs.push(`${percentEncode(name)}\0${percentEncode(value)}`);
  }
  return pairs.sort().join('&').replaceAll('\0', '=');
}

function noPairs(): TypeError {
  return new TypeError('entries must be pairs of strings: Object.entries(fields), for one');
}

/**
 * URLs that no parser changes on the way: what is signed is what arrives.
 *
 * @see RFC 3986, sections 2.2 to 2.4, 3.3, 3.4 and 6.2.2
 * @module
 */

/** Everything but unreserved, sub-delims without `'`, `:@/?` and `%HH`: parsers differ about `|`, `^` and `'`, servers about the rest. */
const STRAY = /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]/gu;

/** A path and query with everything percent-encoded that some parser on the way would encode or change. */
export function stableTarget(target: string): string {
  // Some clients send escapes in their normal form, however they were written.
  return encodeStray(target).replace(/%[\dA-Fa-f]{2}/g, normalEscape);
}

/** A path and query without stray characters, the escapes in it as they are written. */
function encodeStray(target: string): string {
  return target.replace(STRAY, (character) => (character === "'" ? '%27' : encodeURIComponent(character)));
}

/** Section 6.2.2: upper-case hexadecimal, and no escape for what needs none. */
function normalEscape(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : triplet.toUpperCase();
}

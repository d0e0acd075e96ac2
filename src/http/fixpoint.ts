/**
 * URLs that no parser changes on the way: what is signed is what arrives.
 *
 * @see RFC 3986, sections 2.2 to 2.4 and 3.3, 3.4
 * @module
 */

/** Everything but unreserved, sub-delims without `'`, `:@/?` and `%HH`: parsers differ about `|`, `^` and `'`, servers about the rest. */
const STRAY = /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]/gu;

/** A path and query with everything percent-encoded that some parser on the way would encode or change. */
export function stableTarget(target: string): string {
  return target.replace(STRAY, (character) => (character === "'" ? '%27' : encodeURIComponent(character)));
}

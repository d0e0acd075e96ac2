/**
 * Where a signed request goes: a URL that no parser on the way changes, so that what is signed is what arrives.
 *
 * @see RFC 3986, section 3.3
 * @module
 */

/** Everything but unreserved, sub-delims without `'`, `:@/?` and `%HH`: parsers differ about `|`, `^` and `'`, servers about the rest. */
const STRAY = /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]/gu;

/** The fixpoint of a URL without credentials, up to its fragment, which is never sent. */
export function toFixpoint({ href, origin }: URL): string {
  return origin + withoutFragment(href).slice(origin.length).replace(STRAY, percentEncode);
}

/** A URL up to its fragment. */
export function withoutFragment(url: string): string {
  return url.split('#', 1)[0]!;
}

/** What no signed request is sent to, by the name `deny` knows it by. */
export function objectionTo({ protocol, username, password }: URL): 'scheme' | 'credentials' | undefined {
  if (!/^https?:$/.test(protocol)) return 'scheme';
  return username || password ? 'credentials' : undefined;
}

function percentEncode(character: string): string {
  return character === "'" ? '%27' : encodeURIComponent(character);
}

/**
 * Where a signed request goes: a URL that no parser on the way changes.
 *
 * @see RFC 3986, section 3.3
 * @module
 */

import { SignedFetchError } from '../errors.ts';

/** Everything but unreserved, sub-delims without `'`, `:@/?` and `%HH`: parsers differ about `|`, `^` and `'`, servers about the rest. */
const STRAY = /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]/gu;

/** A checked target. */
export interface Target {
  readonly url: string;
  readonly origin: string;
}

/**
 * The fixpoint of a URL, without fragment: what is signed is what is sent.
 *
 * @throws {SignedFetchError} `target_forbidden` for credentials in it, or another scheme than http and https.
 */
export function toTarget(input: string | URL, base?: string): Target {
  const { href, origin, protocol, username, password } = new URL(input, base);
  // The URL itself is not told: it may hold a password.
  if (!/^https?:$/.test(protocol)) throw new SignedFetchError('target_forbidden', `cannot sign a request to ${protocol}`);
  if (username || password) throw new SignedFetchError('target_forbidden', 'the URL has credentials in it', { target: origin });
  return { url: origin + withoutFragment(href).slice(origin.length).replace(STRAY, percentEncode), origin };
}

/** A URL up to its fragment, which is never sent. */
export function withoutFragment(url: string): string {
  return url.split('#', 1)[0]!;
}

function percentEncode(character: string): string {
  return character === "'" ? '%27' : encodeURIComponent(character);
}

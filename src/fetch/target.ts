/**
 * Where a signed request goes: a URL that no parser on the way changes, so that what is signed is what arrives.
 *
 * @see RFC 3986, section 3.3
 * @module
 */

import { encodeStray, stableTarget } from '../rfc9421/stable-url.ts';

/** The fixpoint of a URL without credentials, up to its fragment, which is never sent. */
export function toFixpoint({ href, origin }: URL): string {
  return origin + stableTarget(withoutFragment(href).slice(origin.length));
}

/** Whether a URL, as a `Request` has it, holds what some parser on the way would encode. */
export function hasStray(url: string, origin: string): boolean {
  const target = withoutFragment(url).slice(origin.length);
  return encodeStray(target) !== target;
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

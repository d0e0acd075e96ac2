/**
 * Where a signed request goes: a URL that no parser on the way changes, so that what is signed is what arrives.
 *
 * @see RFC 3986, section 3.3
 * @module
 */

import { assertQuerySpelling, type QuerySpelling, stableTarget } from '../../rfc9421/stable-url.ts';

/** Writes a URL without credentials as it is signed and sent: first requests and redirects alike. */
export type Spelling = (url: URL) => string;

/** How the query of a URL is written. */
export interface QueryOptions {
  /**
   * How queries are written before they are signed and sent. `default` escapes in them what frameworks escape, so that nothing they mean
   * changes; `form` is for servers behind a framework that writes queries anew (Next.js): blanks as `%20`, every pair with a `=`, no empty
   * pairs, names that are integers first, equal names together; `as-given` escapes only what parsers on the way would change.
   */
  readonly query?: QuerySpelling | undefined;
}

/**
 * Makes what writes URLs: up to the fragment, which is never sent, and so that writing the result again changes nothing.
 *
 * @throws {TypeError} If there is no such spelling of queries.
 */
export function createSpelling({ query = 'default' }: QueryOptions): Spelling {
  assertQuerySpelling(query);
  return ({ href, origin }) => origin + stableTarget(withoutFragment(href).slice(origin.length), query);
}

/** A URL up to its fragment. */
export function withoutFragment(url: string): string {
  return url.split('#', 1)[0]!;
}

/** A URL up to its query, which may hold secrets, for messages. */
export function withoutQuery(url: string): string {
  return withoutFragment(url).split('?', 1)[0]!;
}

/** What no signed request is sent to, by the name `deny` knows it by. */
export function objectionTo({ protocol, username, password }: URL): 'scheme' | 'credentials' | undefined {
  if (!/^https?:$/.test(protocol)) return 'scheme';
  return username || password ? 'credentials' : undefined;
}

/**
 * A URL of the caller's, relative ones against the document or worker as `fetch` has it.
 *
 * @throws {TypeError} If it is none. Engines would quote it, and it may hold a password.
 */
export function parseUrl(text: string | URL): URL {
  const url = tryUrl(text, globalThis.document?.baseURI ?? globalThis.location?.href);
  if (url === undefined) throw new TypeError('the URL cannot be read: give an absolute http or https URL');
  return url;
}

/**
 * Origins that an option lists.
 *
 * @throws {TypeError} If the list, or a member of it, is none; `name` is what the message calls it.
 */
export function readOrigins(given: readonly string[], name = 'origins'): ReadonlySet<string> {
  if (!Array.isArray(given)) throw new TypeError(`${name} must be a list, like ['https://bank.example']`);
  return new Set(given.map((text: unknown) => toOrigin(text, name)));
}

function toOrigin(text: unknown, name: string): string {
  const url = typeof text === 'string' && /^https?:\/\/[^/?#@\\]+\/?$/i.test(text) ? tryUrl(text) : undefined;
  if (url === undefined) throw new TypeError(`${name} must be like https://bank.example: scheme, host and port, nothing else`);
  return url.origin;
}

/** A URL, or `undefined`; `base` is what relative ones are resolved against. */
export function tryUrl(text: string | URL, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

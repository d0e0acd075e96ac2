/**
 * Keys from JSON Web Key Sets at configured addresses.
 *
 * A message names a key, never an address: what is fetched, how often and how much is decided here alone.
 *
 * @see RFC 7517, section 5
 * @module
 */

import type { VerificationKey } from '../crypto/key.ts';
import { assertFunction, assertInteger, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isLoopback } from '../internal/loopback.ts';
import { systemTime } from '../runtime/time.ts';
import { createJwksSearch, type JwksFreshness } from './key-sets.ts';
import type { JwksFetch } from './load-jwks.ts';

/** Options of `createJwksResolver`. Durations are whole seconds. */
export interface JwksResolverOptions {
  /** Where the key sets are, one or several: https, or http to this very machine. Redirects are not followed. */
  readonly url: string | URL | readonly (string | URL)[];
  /** How long a set serves before it is fetched again; 600 by default. So long a removed key may still be accepted. */
  readonly maxAge?: number | undefined;
  /** How much longer it serves while the server cannot be reached; 3,600 by default. */
  readonly maxStale?: number | undefined;
  /** The least time between two fetches, however many unknown keyids are asked for; 30 by default. */
  readonly cooldown?: number | undefined;
  /** How long to wait for a set; 3 by default, less than a verifier waits. */
  readonly timeout?: number | undefined;
  /** The size of a set at the most; 262,144 bytes by default. */
  readonly maxBytes?: number | undefined;
  /** The number of keys in a set at the most; 100 by default. */
  readonly maxKeys?: number | undefined;
  readonly fetch?: JwksFetch | undefined;
  /** The time in whole seconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/**
 * Creates a `resolveKey` that finds a key by its `kid` or its thumbprint (RFC 7638).
 *
 * A `kid` that two different keys have finds neither. Keys that cannot verify signatures (unsupported, for encryption,
 * private, RSA without `alg`) are not there. The function rejects if a key is not found and a set could not be fetched:
 * then nobody can tell.
 */
export function createJwksResolver(options: JwksResolverOptions): (keyid: string) => Awaitable<VerificationKey | undefined> {
  assertObject(options, 'options');
  const { now = systemTime } = options;
  assertFunction(now, 'now');
  const settings = readSettings(options);
  const urls = readUrls(options.url);
  return createJwksSearch(urls, settings, now);
}

function readSettings(options: JwksResolverOptions): JwksFreshness {
  const { maxAge = 600, maxStale = 3600, cooldown = 30, timeout = 3, maxBytes = 262_144, maxKeys = 100 } = options;
  // Looked up when it is called: tests and instrumentations replace the global one.
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  const durations = { maxAge, cooldown, timeout, maxBytes, maxKeys };
  for (const [name, value] of Object.entries(durations)) assertInteger(value, name, 1, 2 ** 31);
  assertInteger(maxStale, 'maxStale', 0, 2 ** 31);
  assertFunction(fetch, 'fetch');
  return { ...durations, maxStale, fetch };
}

function readUrls(url: JwksResolverOptions['url']): readonly string[] {
  const urls = Array.isArray(url) ? (url as readonly (string | URL)[]) : [url as string | URL];
  if (urls.length === 0) throw new RangeError('url must not be empty');
  return urls.map(readUrl);
}

function readUrl(given: string | URL): string {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new TypeError('url must be absolute');
  }
  const isLocal = url.protocol === 'http:' && isLoopback(url.hostname);
  if ((url.protocol !== 'https:' && !isLocal) || url.username !== '' || url.password !== '') {
    throw new TypeError('url must be https without credentials (http on localhost)');
  }
  return url.href;
}

/**
 * Keys from JSON Web Key Sets at configured addresses.
 *
 * A message names a key, never an address: what is fetched, how often and how much is decided here alone.
 *
 * @see RFC 7517, section 5
 * @module
 */

import { assertFunction, assertInteger, assertSeconds, assertText, assertTime } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isLoopback } from '../internal/loopback.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { systemTime } from '../runtime/time.ts';
import { createJwksSearch, type JwksFreshness, type JwksKeyRecord, type JwksPlace } from './key-sets.ts';
import type { JwksFetch } from './load-jwks.ts';

/** An address of a key set, and whose it is. */
export interface JwksAddress {
  /** https, or http to this very machine. */
  readonly url: string | URL;
  /** The tenant of its keys: what a key of this set signed comes back with it, and no other set's key can. */
  readonly tenant?: string | undefined;
}

/** Options of `createJwksResolver`. Durations are whole seconds. */
export interface JwksResolverOptions {
  /**
   * Where the key sets are, one or several: https, or http to this very machine. Redirects are not followed. Where they belong to
   * several issuers, name the tenant of each, and act on the tenant of what is verified: a `kid` is only what its issuer says.
   */
  readonly url: string | URL | JwksAddress | readonly (string | URL | JwksAddress)[];
  /** How long a set serves before it is fetched again; 600 by default, a day at most. So long a removed key may still be accepted. */
  readonly maxAge?: number | undefined;
  /** How much longer it serves while the server cannot be reached; 3,600 by default, 31 days at most. */
  readonly maxStale?: number | undefined;
  /** The least time between two fetches, however many unknown keyids are asked for; 30 by default. */
  readonly cooldown?: number | undefined;
  /** How long to wait for a set; 3 by default, less than a verifier waits; at most 3,600. */
  readonly timeout?: number | undefined;
  /** The size of a set at the most; 262,144 bytes by default. */
  readonly maxBytes?: number | undefined;
  /** The number of keys in a set at the most; 100 by default. */
  readonly maxKeys?: number | undefined;
  /** Fetches the sets. Default: the global `fetch`, looked up when it is called. */
  readonly fetch?: JwksFetch | undefined;
  /** The time in whole seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: OptionNames<JwksResolverOptions> = {
  url: true,
  maxAge: true,
  maxStale: true,
  cooldown: true,
  timeout: true,
  maxBytes: true,
  maxKeys: true,
  fetch: true,
  now: true,
};

const ADDRESS: OptionNames<JwksAddress> = { url: true, tenant: true };

/**
 * Creates a `resolveKey` that finds a key by its `kid` or its thumbprint (RFC 7638).
 *
 * It answers a key record: `canonicalKeyid` is the thumbprint, so that a message counts once by whatever name it calls its key;
 * `metadata` says where the key was found, `tenant` whose set that is.
 *
 * A `kid` that two different keys have finds neither; with several addresses, a `kid` counts only while every set is there. Keys that
 * cannot verify signatures (unsupported, for encryption, private, RSA without `alg`) are not there.
 *
 * The function rejects if nobody can tell: a set could not be fetched; or the key is in none, and they were fetched so shortly
 * before that it may be new (a `VerificationError` `store_unavailable` with `retryAfter`).
 *
 * @throws {TypeError | RangeError} If an address or another option is unusable.
 */
export function createJwksResolver(options: JwksResolverOptions): (keyid: string) => Awaitable<JwksKeyRecord | undefined> {
  const read = readOptions(options, OPTIONS, { elsewhere: { urls: 'url, as a list', tenant: 'url, as { url, tenant }' } });
  const { now = systemTime } = read;
  assertFunction(now, 'now');
  return createJwksSearch(readPlaces(read.url), readSettings(read), () => {
    const time = now();
    assertTime(time, 'now()');
    return time;
  });
}

const DAY = 86_400;

function readSettings(options: JwksResolverOptions): JwksFreshness {
  const { maxAge = 600, maxStale = 3600, cooldown = 30, timeout = 3, maxBytes = 262_144, maxKeys = 100 } = options;
  // Looked up when it is called: tests and instrumentations replace the global one.
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  assertSeconds(maxAge, 'maxAge', 1, DAY);
  assertSeconds(cooldown, 'cooldown', 1, DAY);
  assertSeconds(maxStale, 'maxStale', 0, 31 * DAY);
  assertInteger(maxBytes, 'maxBytes', 1, 2 ** 31);
  assertInteger(maxKeys, 'maxKeys', 1, 2 ** 31);
  // Timers overflow at 25 days, and then go off at once.
  assertSeconds(timeout, 'timeout', 1, 3600);
  assertFunction(fetch, 'fetch');
  return { maxAge, cooldown, maxBytes, maxKeys, maxStale, timeout, fetch };
}

function readPlaces(given: JwksResolverOptions['url']): readonly JwksPlace[] {
  const list: readonly (string | URL | JwksAddress)[] = Array.isArray(given) ? given : [given as string | URL | JwksAddress];
  if (list.length === 0) throw new RangeError('url must not be empty');
  return list.map(readPlace);
}

function readPlace(given: string | URL | JwksAddress): JwksPlace {
  if (typeof given !== 'object' || given === null || 'href' in given) return { url: readUrl(given), tenant: undefined };
  const { url, tenant } = readOptions(given, ADDRESS, { name: 'url' });
  if (tenant !== undefined) assertText(tenant, 'url.tenant');
  return { url: readUrl(url), tenant };
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

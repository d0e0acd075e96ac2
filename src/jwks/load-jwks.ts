/**
 * Fetching a JSON Web Key Set, with a bound on everything: time, bytes, keys, and no redirects.
 *
 * @see RFC 7517, section 5
 * @module
 */

import { parseJsonLossy } from '../canonical/strict-json.ts';
import { importPublicKeyJwk } from '../crypto/forms/import.ts';
import type { Jwk } from '../crypto/jwk.ts';
import type { VerificationKey } from '../crypto/key.ts';
import { jwkThumbprint } from '../crypto/thumbprint.ts';
import { decodeUtf8 } from '../internal/utf8.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { type ReadableLike, readStream } from '../runtime/read-stream.ts';

/** What a fetch answers, as far as it is used here. */
export interface JwksResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The bytes of the answer, as a stream. */
  readonly body: ReadableLike | null;
}

/** The part of `fetch` that is used here. */
export type JwksFetch = (
  url: string,
  init: { readonly redirect: 'manual'; readonly headers: Record<string, string>; readonly signal: AbortSignal },
) => PromiseLike<JwksResponse>;

/** How much is accepted, and how long is waited (seconds). */
export interface JwksBounds {
  readonly fetch: JwksFetch;
  readonly timeout: number;
  readonly maxBytes: number;
  readonly maxKeys: number;
}

/** One usable key of a set. */
export interface JwksKey {
  readonly kid: string | undefined;
  readonly thumbprint: string;
  readonly key: VerificationKey;
}

/** Fetches a key set. Rejects with a plain error if that fails in any way: then nothing is known about any key. */
export async function loadJwks(url: string, bounds: JwksBounds): Promise<readonly JwksKey[]> {
  const controller = new AbortController();
  const text = await withDeadline(fetchText(url, bounds, controller.signal), bounds.timeout, () => controller.abort());
  // Not by the engine's parser: V8's can take one escaped name for another (nodejs/node issue 63785).
  const set = parseJsonLossy(text);
  const keys = typeof set === 'object' && set !== null && Object.hasOwn(set, 'keys') ? (set as { readonly keys: unknown }).keys : undefined;
  if (!Array.isArray(keys)) throw new Error('a key set must have keys');
  if (keys.length > bounds.maxKeys) throw new Error(`a key set of more than ${bounds.maxKeys} keys`);
  const imported = await Promise.all(keys.map(importKey));
  return imported.filter((key) => key !== undefined);
}

async function fetchText(url: string, { fetch, maxBytes }: JwksBounds, signal: AbortSignal): Promise<string> {
  // 'manual', since workerd does not know 'error'. What comes back then is a 3xx or an opaque 0: not a 200.
  const { status, body } = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal,
  });
  if (status !== 200) throw new Error(status === 0 ? 'redirected' : `status ${status}`);
  // Counted while it is read, and after decoding: a declared length says nothing about either.
  const bytes = body === null ? new Uint8Array(0) : await readStream(body, maxBytes, signal);
  if (bytes === undefined) throw new Error(`a key set of more than ${maxBytes} bytes`);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new Error('a key set that is not UTF-8');
  return text;
}

/** A set may hold keys for others (section 5 says to ignore them): unknown, for encryption, too weak. Private ones and secrets are none. */
async function importKey(jwk: Jwk): Promise<JwksKey | undefined> {
  try {
    const key = await importPublicKeyJwk(jwk);
    const kid: unknown = Object.hasOwn(jwk, 'kid') ? jwk.kid : undefined;
    return { kid: typeof kid === 'string' ? kid : undefined, thumbprint: await jwkThumbprint(key.jwk), key };
  } catch {
    return undefined;
  }
}

/**
 * Ed25519 with WebCrypto: browsers, Deno, edge workers. Each rejects with NotSupportedError where the runtime has none.
 *
 * @see https://www.w3.org/TR/webcrypto-2/#ed25519
 * @module
 */

import { fromBase64url } from '../../internal/base64.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import type { Ed25519KeyPair, Ed25519Verify } from './backend.ts';
import { pkcs8OfSeed } from './backend.ts';

const NAME = 'Ed25519';

/** A key of mixed order and its signature of `split 0 1`, which holds. */
const PROBE =
  '-aYn4sWEkyQIPYEvnt21G8QIlw6fjgS3jHSsWuO8w5UXFUqzKjscLNwsV9RtEad7ei5-_17H1ZJtLi6FVWCqNuLU9YIXh0oHxXj1z_t4qJ74Ge5IkxEOfULp2TTO1GUE';

/** What the probe found. (Not its promise: on Workers one request cannot wait for another's.) */
let exact: boolean | undefined;

/** Whether an implementation verifies exactly as we do, which is asked once. Where it does not, the fallback verifies. */
async function probe(subtle: SubtleCrypto): Promise<boolean> {
  const bytes = fromBase64url(PROBE)!;
  const key = await subtle.importKey('raw', bytes.subarray(0, 32), NAME, false, ['verify']);
  return subtle.verify(NAME, key, bytes.subarray(32), encodeUtf8('split 0 1'));
}

/** Prepares a public key that has passed the gate; `undefined` leads to the fallback. */
export async function webPublic(subtle: SubtleCrypto, bytes: Uint8Array): Promise<Ed25519Verify | undefined> {
  exact ??= await probe(subtle);
  if (!exact) return undefined;
  const key = await subtle.importKey('raw', bytes as BufferSource, NAME, false, ['verify']);
  return (base, signature) => subtle.verify(NAME, key, signature as BufferSource, base as BufferSource);
}

// Ed25519 signing with WebCrypto.
//
// @see https://www.w3.org/TR/webcrypto-2/#ed25519

/** Prepares a seed; `undefined` leads to the fallback. */
export async function webPrivate(subtle: SubtleCrypto, seed: Uint8Array): Promise<Ed25519KeyPair | undefined> {
  // Extractable, because a JWK is the one place where WebCrypto shows the public key. The key never leaves this closure.
  // Any 32 bytes are a seed, whatever an implementation says to some of them.
  const key = await subtle.importKey('pkcs8', pkcs8OfSeed(seed), 'Ed25519', true, ['sign']).catch(() => undefined);
  if (key === undefined) return undefined;
  const { x } = await subtle.exportKey('jwk', key);
  return { x: x!, sign: async (base) => new Uint8Array(await subtle.sign('Ed25519', key, base as BufferSource)) };
}

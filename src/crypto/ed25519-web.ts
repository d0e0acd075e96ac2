/**
 * Ed25519 with WebCrypto: browsers, Deno, edge workers. Each rejects with NotSupportedError where the runtime has none.
 *
 * @see https://www.w3.org/TR/webcrypto-2/#ed25519
 * @module
 */

import type { Ed25519KeyPair, Ed25519Verify } from './ed25519-backend.ts';
import { pkcs8OfSeed } from './ed25519-der.ts';

const NAME = 'Ed25519';

/** Prepares a public key that has passed the gate. */
export async function webPublic(subtle: SubtleCrypto, bytes: Uint8Array): Promise<Ed25519Verify> {
  const key = await subtle.importKey('raw', bytes as BufferSource, NAME, false, ['verify']);
  return (base, signature) => subtle.verify(NAME, key, signature as BufferSource, base as BufferSource);
}

/** Prepares a seed. */
export async function webPrivate(subtle: SubtleCrypto, seed: Uint8Array): Promise<Ed25519KeyPair> {
  // Extractable, because a JWK is the one place where WebCrypto shows the public key. The key never leaves this closure.
  const key = await subtle.importKey('pkcs8', pkcs8OfSeed(seed), NAME, true, ['sign']);
  const { x } = await subtle.exportKey('jwk', key);
  return { x: x!, sign: async (base) => new Uint8Array(await subtle.sign(NAME, key, base as BufferSource)) };
}

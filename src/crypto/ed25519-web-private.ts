/**
 * Ed25519 signing with WebCrypto.
 *
 * @see https://www.w3.org/TR/webcrypto-2/#ed25519
 * @module
 */

import type { Ed25519KeyPair } from './ed25519-backend.ts';
import { pkcs8OfSeed } from './ed25519-der.ts';

/** Prepares a seed; `undefined` leads to the fallback. */
export async function webPrivate(subtle: SubtleCrypto, seed: Uint8Array): Promise<Ed25519KeyPair | undefined> {
  // Extractable, because a JWK is the one place where WebCrypto shows the public key. The key never leaves this closure.
  // Any 32 bytes are a seed, whatever an implementation says to some of them.
  const key = await subtle.importKey('pkcs8', pkcs8OfSeed(seed), 'Ed25519', true, ['sign']).catch(() => undefined);
  if (key === undefined) return undefined;
  const { x } = await subtle.exportKey('jwk', key);
  return { x: x!, sign: async (base) => new Uint8Array(await subtle.sign('Ed25519', key, base as BufferSource)) };
}

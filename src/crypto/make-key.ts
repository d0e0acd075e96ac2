/**
 * Keys made of what a key form said.
 *
 * @module
 */

import { importEd25519Private } from './ed25519-private.ts';
import { prepareEd25519Public } from './ed25519-verify.ts';
import type { PrivateParts, PublicParts } from './key-parts.ts';
import type { PrivateKey } from './private-key.ts';
import { createPrivateKey } from './private-key.ts';
import { PublicKey } from './public-key.ts';

/** Makes a public key. */
export async function makePublicKey(parts: PublicParts): Promise<PublicKey> {
  return 'point' in parts ? prepareEd25519Public(parts.point) : new PublicKey(parts.algorithm, parts.jwk, parts.verify);
}

/** Makes a private key, once it has shown that it belongs to its public one, which not every runtime looks at. */
export async function makePrivateKey(parts: PrivateParts, extractable = false): Promise<PrivateKey> {
  if ('seed' in parts) return importEd25519Private(parts.seed, extractable, parts.point);
  const { algorithm, sign, publicParts, jwk } = parts;
  const publicKey = publicParts && (await makePublicKey(publicParts));
  const probe = new Uint8Array(32);
  if (publicKey !== undefined && (publicKey.algorithm !== algorithm || !(await publicKey.verify(probe, await sign(probe))))) {
    throw new TypeError('privateKey and its public key do not belong together');
  }
  return createPrivateKey({ algorithm, sign, publicJwk: publicKey && { ...publicKey.jwk }, jwk: extractable ? jwk : undefined });
}

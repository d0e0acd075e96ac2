/**
 * Ed25519 public keys: the gate before them, and what verifies behind it.
 *
 * @module
 */

import { encodeBase64url } from '../internal/base64.ts';
import type { Ed25519Verify } from './ed25519-backend.ts';
import { isAcceptableKey, isAcceptableSignature } from './ed25519-gate.ts';
import { copyOf, preparePublic, publicJwk } from './ed25519-prepare.ts';
import { PublicKey } from './public-key.ts';

/** What verifies with a public key that has passed the gate, as each signature has to. */
export async function ed25519Verify(point: Uint8Array): Promise<Ed25519Verify> {
  const verify = await preparePublic(point);
  return (base, signature) => isAcceptableSignature(signature) && verify(base, signature);
}

/** Imports a public key of 32 bytes. `name` is what errors call it. */
export async function prepareEd25519Public(publicKey: Uint8Array, name = 'publicKey'): Promise<PublicKey> {
  const bytes = copyOf(publicKey, name);
  if (!isAcceptableKey(bytes)) throw new RangeError(`${name} is of small order or not canonical`);
  return new PublicKey('ed25519', publicJwk(encodeBase64url(bytes)), await ed25519Verify(bytes));
}

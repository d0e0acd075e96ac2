/**
 * Ed25519 public keys: the gate before them, and what verifies behind it.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { encodeBase64url } from '../internal/base64.ts';
import { isAcceptableKey, isAcceptableSignature } from './ed25519-gate.ts';
import { copyOf, prepare, publicJwk } from './ed25519-prepare.ts';
import { webPublic } from './ed25519-web.ts';
import { PublicKey } from './public-key.ts';

/** Imports a public key of 32 bytes. `name` is what errors call it. */
export async function prepareEd25519Public(publicKey: Uint8Array, name = 'publicKey'): Promise<PublicKey> {
  const bytes = copyOf(publicKey, name);
  if (!isAcceptableKey(bytes)) throw new RangeError(`${name} is of small order or not canonical`);
  const verify = await prepare(
    bytes,
    ({ nodePublic }) => nodePublic,
    webPublic,
    ({ importPublic }) => importPublic,
  );
  const gated = (base: Uint8Array, signature: Uint8Array): Awaitable<boolean> =>
    isAcceptableSignature(signature) && verify(base, signature);
  return new PublicKey('ed25519', publicJwk(encodeBase64url(bytes)), gated);
}

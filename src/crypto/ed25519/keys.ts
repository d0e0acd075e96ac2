/**
 * Ed25519 (RFC 9421, section 3.3.6; RFC 8032): keys of 32 raw bytes.
 *
 * Native where the runtime has it, else in JavaScript; the answer is the same, because the gate refuses first what
 * implementations disagree on.
 *
 * @module
 */

import { encodeBase64url } from '../../internal/base64.ts';
import { isBytes } from '../../internal/bytes.ts';
import type { Jwk } from '../forms/jwk.ts';
import { createPrivateKey, type PrivateKey, PublicKey } from '../key.ts';
import { loadJavaScript, nodeCrypto, webCrypto } from '../runtime.ts';
import { isAcceptableKey, isAcceptableSignature } from './gate.ts';
import type { Ed25519KeyPair, Ed25519Verify } from './implementation.ts';
import { nodePrivate, nodePublic } from './node.ts';
import { webPrivate, webPublic } from './web.ts';

/** Prepares a public key that has passed the gate, with the best implementation at hand. */
export async function preparePublic(bytes: Uint8Array): Promise<Ed25519Verify> {
  const node = nodeCrypto();
  if (node !== undefined) return nodePublic(node, bytes);
  return (await onWeb((subtle) => webPublic(subtle, bytes))) ?? (await loadJavaScript()).preparePublic(bytes);
}

/** Prepares a seed, with the best implementation at hand. */
export async function preparePrivate(seed: Uint8Array): Promise<Ed25519KeyPair> {
  const node = nodeCrypto();
  if (node !== undefined) return nodePrivate(node, seed);
  return (await onWeb((subtle) => webPrivate(subtle, seed))) ?? (await loadJavaScript()).preparePrivate(seed);
}

/** What WebCrypto makes of a key; `undefined` where there is none, or it has no sound Ed25519. */
async function onWeb<T>(make: (subtle: SubtleCrypto) => Promise<T | undefined>): Promise<T | undefined> {
  const subtle = webCrypto();
  try {
    return subtle && (await make(subtle));
  } catch (error) {
    if ((error as Error).name !== 'NotSupportedError') throw error;
    return undefined;
  }
}

/** A copy of 32 bytes. */
export function copyOf(bytes: unknown, name: string): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError(`${name} must be a Uint8Array`);
  if (bytes.length !== 32) throw new RangeError(`${name} must be 32 bytes`);
  return new Uint8Array(bytes);
}

/** The public half as a JWK. */
export const publicJwk = (x: string): Jwk => ({ crv: 'Ed25519', kty: 'OKP', x });

/** Imports a seed of 32 bytes. The public key is derived; one that is `given` must be the same. */
export async function importEd25519Private(privateKey: Uint8Array, extractable = false, given?: Uint8Array): Promise<PrivateKey> {
  const seed = copyOf(privateKey, 'privateKey');
  const { x, sign } = await preparePrivate(seed);
  if (given !== undefined && x !== encodeBase64url(given)) throw new TypeError('privateKey and its public key do not belong together');
  const jwk = extractable ? { ...publicJwk(x), d: encodeBase64url(seed) } : undefined;
  return createPrivateKey({ algorithm: 'ed25519', sign, publicJwk: publicJwk(x), jwk });
}

// Ed25519 public keys: the gate before them, and what verifies behind it.

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

/**
 * Keys made of what a key form said.
 *
 * @module
 */

import type { Algorithm } from './algorithm.ts';
import { importEd25519Private, prepareEd25519Public } from './ed25519/keys.ts';
import { readPublicJwk } from './forms/jwk.ts';
import { createPrivateKey, type PrivateKey, type PrivateParts, PublicKey, type PublicParts } from './key.ts';
import { drawBytes, type RandomBytes, systemRandomBytes } from './random.ts';
import { generateWebKey } from './web-crypto.ts';

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

// Making of key pairs: Ed25519 of a seed, the others by WebCrypto.

/** Both halves. The thumbprint of the private one is the usual `keyid`. */
export interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

/** What `generateKeyPair` takes. */
export interface GenerateKeyPairOptions {
  /** Default: `ed25519`. */
  readonly algorithm?: Exclude<Algorithm, 'hmac-sha256'> | undefined;
  /** Whether `exportPrivateKey…` may show it, to store it. Default: false. */
  readonly extractable?: boolean | undefined;
  /** Bits of an RSA modulus. Default: 3072. */
  readonly modulusLength?: number | undefined;
  /** Where the seed of an Ed25519 key comes from; other keys are made by WebCrypto. */
  readonly randomBytes?: RandomBytes | undefined;
}

/**
 * Makes a key pair.
 *
 * @throws {TypeError} Where the algorithm needs WebCrypto and there is none.
 */
export async function generateKeyPair(options: GenerateKeyPairOptions = {}): Promise<KeyPair> {
  const { algorithm = 'ed25519', extractable = false, modulusLength = 3072, randomBytes = systemRandomBytes } = options;
  const parts =
    algorithm === 'ed25519' ? { seed: drawBytes(randomBytes, 32), point: undefined } : await generateWebKey(algorithm, modulusLength);
  const privateKey = await makePrivateKey(parts, extractable);
  return { privateKey, publicKey: await publicHalf(privateKey) };
}

/** See `derivePublicKey`. */
export async function publicHalf({ algorithm, publicJwk }: PrivateKey): Promise<PublicKey> {
  if (publicJwk === undefined) throw new TypeError('privateKey does not show its public key');
  return makePublicKey(await readPublicJwk(publicJwk, { algorithm }));
}

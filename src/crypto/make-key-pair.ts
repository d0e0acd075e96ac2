/**
 * Making of key pairs: Ed25519 of a seed, the others by WebCrypto.
 *
 * @module
 */

import type { Algorithm } from './algorithm.ts';
import { makePrivateKey, makePublicKey } from './make-key.ts';
import type { PrivateKey } from './private-key.ts';
import type { PublicKey } from './public-key.ts';
import { drawBytes, type RandomBytes, systemRandomBytes } from './random.ts';
import { readPublicJwk } from './read-jwk.ts';
import { generateWebKey } from './web-key.ts';

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

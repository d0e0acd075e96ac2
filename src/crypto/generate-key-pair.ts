/**
 * New key pairs.
 *
 * @module
 */

import type { Algorithm } from './algorithm.ts';
import { derivePublicKey } from './import-key.ts';
import type { PrivateKey } from './private-key.ts';
import type { PublicKey } from './public-key.ts';
import type { RandomBytes } from './random.ts';
import { drawBytes, systemRandomBytes } from './random.ts';

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

/** Makes a key pair. */
export async function generateKeyPair(options: GenerateKeyPairOptions = {}): Promise<KeyPair> {
  const { algorithm = 'ed25519', extractable = false, modulusLength = 3072, randomBytes = systemRandomBytes } = options;
  const { generateWebKey, makePrivateKey } = await import('./key-forms.ts');
  const parts =
    algorithm === 'ed25519' ? { seed: drawBytes(randomBytes, 32), point: undefined } : await generateWebKey(algorithm, modulusLength);
  const privateKey = await makePrivateKey(parts, extractable);
  return { privateKey, publicKey: await derivePublicKey(privateKey) };
}

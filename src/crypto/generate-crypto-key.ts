/**
 * Keys that WebCrypto makes and keeps: nobody, this library included, ever sees their private bytes.
 *
 * @module
 */

import { algorithms } from './algorithm.ts';
import type { CryptoKeyLike } from './forms/crypto-key.ts';
import { requireWebCrypto } from './forms/web-key.ts';
import { webCrypto } from './runtime.ts';

/** Both halves, as IndexedDB can store them. */
export interface CryptoKeyPairLike {
  readonly privateKey: CryptoKeyLike;
  readonly publicKey: CryptoKeyLike;
}

/**
 * Makes an Ed25519 pair that is not extractable.
 *
 * @throws {TypeError} Without WebCrypto.
 * @throws {DOMException} `NotSupportedError` where WebCrypto has no Ed25519.
 */
export async function generateCryptoKeyPair(): Promise<CryptoKeyPairLike> {
  const subtle = requireWebCrypto('ed25519');
  for (let attempt = 1; ; attempt++) {
    try {
      // The public half of a pair is extractable always.
      return (await subtle.generateKey(algorithms.ed25519.params, false, ['sign', 'verify'])) as CryptoKeyPair;
    } catch (error) {
      // Should an implementation refuse what it drew: another draw is another seed.
      if (attempt === 3 || !(error instanceof Error && error.name === 'OperationError')) throw error;
    }
  }
}

/** Whether there is WebCrypto at all. */
export function hasWebCrypto(): boolean {
  return webCrypto() !== undefined;
}

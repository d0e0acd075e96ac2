/**
 * What the import functions take besides the key.
 *
 * @module
 */

import type { Algorithm } from '../algorithm.ts';
import type { CryptoKeyLike } from '../runtime.ts';

/** Which algorithm a key is for. */
export interface ImportKeyOptions {
  /** Required for RSA keys whose form leaves it open; elsewhere it may only agree. */
  readonly algorithm?: Algorithm | undefined;
}

/** How a private key is kept. */
export interface ImportPrivateKeyOptions {
  /** Whether `exportPrivateKey…` may show it. Default: false. */
  readonly extractable?: boolean | undefined;
}

/** What belongs to a private CryptoKey. */
export interface ImportCryptoKeyOptions {
  /** Its public half. A non-extractable key does not show it: without it there is no thumbprint to be the `keyid`. */
  readonly publicKey?: CryptoKeyLike | undefined;
}

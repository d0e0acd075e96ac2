/**
 * A WebCrypto key as far as we look at it.
 *
 * The global type `CryptoKey` exists only with DOM or Node types, so our declarations bring their own.
 *
 * @module
 */

/** The shape of a WebCrypto `CryptoKey`. */
export interface CryptoKeyLike {
  readonly type: string;
  readonly extractable: boolean;
  readonly algorithm: { readonly name: string };
  readonly usages: readonly string[];
}

/** Whether a value is a `CryptoKey`, also one of another realm. */
export function isCryptoKey(value: unknown): value is CryptoKeyLike {
  return Object.prototype.toString.call(value) === '[object CryptoKey]';
}

/**
 * Why a browser has no stored key to sign with.
 *
 * @module
 */

/** The reason. A `switch` needs a default: new codes come with minor releases. */
export type KeyStorageErrorCode = 'algorithm_unsupported' | 'insecure_origin' | 'key_lost' | 'storage_unavailable';

const BRAND = /* @__PURE__ */ Symbol.for('countersign.KeyStorageError');

/** The browser cannot make, keep or find the key. */
export class KeyStorageError extends Error {
  /** `KeyStorageError`. */
  override readonly name = 'KeyStorageError';
  /** The reason; a `switch` needs a default. */
  readonly code: KeyStorageErrorCode;

  constructor(code: KeyStorageErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether a value is a `KeyStorageError`, also one of another copy of this package. */
export function isKeyStorageError(value: unknown): value is KeyStorageError {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND);
}

/**
 * What the operator asked for cannot be done as things are: a call on keys that fails without anybody's programming fault.
 *
 * @module
 */

/** Why. A `switch` needs a default: new codes come with minor releases. */
export type ApiKeyErrorCode =
  | 'claim_expired'
  | 'claim_unknown'
  | 'claim_used'
  | 'conflict'
  | 'enrolment_refused'
  | 'key_exists'
  | 'key_final'
  | 'key_not_found'
  | 'keyid_taken'
  | 'limit_reached'
  | 'master_key_unknown'
  | 'overlap_too_long'
  | 'sealed_mismatch';

const BRAND = /* @__PURE__ */ Symbol.for('countersign.ApiKeyError');

/** A call on keys that could not be done. The message is safe to log. */
export class ApiKeyError extends Error {
  /** `ApiKeyError`. */
  override readonly name = 'ApiKeyError';
  /** The reason; a `switch` needs a default. */
  readonly code: ApiKeyErrorCode;

  constructor(code: ApiKeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether a value is an `ApiKeyError`, also one of another copy of this package. */
export function isApiKeyError(value: unknown): value is ApiKeyError {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND);
}

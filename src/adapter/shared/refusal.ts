/**
 * Which errors are answered by an adapter, and which belong to the framework.
 *
 * @module
 */

import { isVerificationError, type VerificationError, withLogDetail } from '../../errors.ts';

/** Whether an error is a refusal for the peer. Any other, and a refusal that is our own fault, belongs to the framework, which logs it. */
export function isForPeer(error: unknown): error is VerificationError {
  return isVerificationError(error) && error.status !== 500;
}

/**
 * Of a signature that does not fit, the log learns what the platform may have changed. The peer learns nothing of it: nor does he of unknown
 * keys, which are the same answer.
 */
export function withLogHint(error: unknown, hint: string): unknown {
  if (!isVerificationError(error) || error.code !== 'signature_mismatch') return error;
  return withLogDetail(error, hint);
}

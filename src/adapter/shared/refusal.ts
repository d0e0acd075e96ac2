/**
 * Which errors are answered by an adapter, and which belong to the framework.
 *
 * @module
 */

import { isVerificationError, type VerificationError } from '../../errors.ts';

/** Whether an error is a refusal for the peer. Any other, and a refusal that is our own fault, belongs to the framework, which logs it. */
export function isForPeer(error: unknown): error is VerificationError {
  return isVerificationError(error) && error.status !== 500;
}

/**
 * Asking what may be down or slow: a key look-up, a KMS, a replay store, a policy of the application's.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { withDeadline } from '../runtime/deadline.ts';

/**
 * Asks, and waits so many seconds. What cannot be reached is neither refused nor accepted; a `VerificationError` passes as it is.
 *
 * @throws {VerificationError} `store_unavailable`, with what was thrown as its cause; `what` says who could not tell.
 */
export function ask<T>(what: string, seconds: number, question: () => Awaitable<T>, onLate?: () => void): Awaitable<T> {
  try {
    const answer = withDeadline(question(), seconds, onLate);
    return isThenable(answer) ? answer.then(undefined, (cause: unknown) => unavailable(what, cause)) : answer;
  } catch (cause) {
    return unavailable(what, cause);
  }
}

function unavailable(what: string, cause: unknown): never {
  if (cause instanceof VerificationError) throw cause;
  throw new VerificationError('store_unavailable', `${what} could not tell, or took too long`, { cause });
}

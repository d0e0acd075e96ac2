/**
 * Asking what may be down: a key look-up, a KMS, a replay store.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';

/** What cannot be reached is neither refused nor accepted. @throws {VerificationError} `store_unavailable`. */
export function reach<T>(what: string, ask: () => Awaitable<T>): Awaitable<T> {
  try {
    const answer = ask();
    return isThenable(answer) ? answer.then(undefined, (cause: unknown) => unavailable(what, cause)) : answer;
  } catch (cause) {
    return unavailable(what, cause);
  }
}

function unavailable(what: string, cause: unknown): never {
  if (cause instanceof VerificationError) throw cause;
  throw new VerificationError('store_unavailable', what, { cause });
}

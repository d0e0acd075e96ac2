/**
 * From what the pure rooms throw to a refusal: the one place on the verifying side.
 *
 * @module
 */

import { JsonError } from '../canonical/pointer.ts';
import { annotateRefusal, VerificationError } from '../errors.ts';
import { ComponentError } from '../internal/component-error.ts';

/**
 * Runs what reads a peer's message.
 *
 * @throws {VerificationError} With the code of the `ComponentError` or `JsonError` that it throws.
 */
export function asRefusal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw toRefusal(error);
  }
}

/** The refusal for an error of the pure rooms; any other error as it is. */
function toRefusal(error: unknown): unknown {
  if (error instanceof ComponentError) {
    return new VerificationError(error.code, error.message, error.cause === undefined ? {} : { cause: error.cause });
  }
  if (error instanceof JsonError) return new VerificationError(error.code, error.detail);
  return error;
}

/** An error with what the verifier knows besides; one of the pure rooms becomes a refusal. */
export function annotated(thrown: unknown, context: Parameters<typeof annotateRefusal>[1]): unknown {
  const error = toRefusal(thrown);
  if (error instanceof VerificationError) annotateRefusal(error, context);
  return error;
}

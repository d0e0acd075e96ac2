import { VerificationError } from '../errors.ts';
import { ComponentError } from './component-error.ts';

/**
 * Runs what reads a peer's message.
 *
 * @throws {VerificationError} With the code of the `ComponentError` that it throws.
 */
export function asRefusal<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ComponentError) throw new VerificationError(error.code, error.message);
    throw error;
  }
}

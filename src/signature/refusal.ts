import { malformed, VerificationError } from '../errors.ts';
import { ComponentError } from '../internal/component-error.ts';

/** Runs what parses: bad syntax is the peer's. `prefix` says where. @throws {VerificationError} `signature_malformed`. */
export function asMalformed<T>(parse: () => T, prefix = ''): T {
  try {
    return parse();
  } catch (cause) {
    throw malformed(prefix + (cause as Error).message, { cause });
  }
}

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

import { malformed } from '../errors.ts';

/** Runs what parses a field: bad syntax is the peer's. @throws {VerificationError} `signature_malformed`. */
export function asMalformed<T>(field: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw malformed(`${field}: ${(cause as Error).message}`, cause);
  }
}

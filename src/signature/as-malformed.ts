import { malformed } from '../errors.ts';

/** Runs what parses: bad syntax is the peer's. `prefix` says where. @throws {VerificationError} `signature_malformed`. */
export function asMalformed<T>(parse: () => T, prefix = ''): T {
  try {
    return parse();
  } catch (cause) {
    throw malformed(prefix + (cause as Error).message, { cause });
  }
}

/**
 * Why a payload is refused.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';

/** The payload is not what it should be. */
export function payloadMalformed(detail: string, options?: ErrorOptions): VerificationError {
  return new VerificationError('payload_malformed', detail, options);
}

/** The payload is larger than the limit, in bytes or characters. */
export function payloadTooLarge(limit: number): VerificationError {
  return new VerificationError('body_too_large', `${limit} bytes are allowed`);
}

/** What would be the caller's mistake in signing is the peer's here. */
export function asPayloadRefusal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusalOf(error as Error);
  }
}

function refusalOf(error: Error): VerificationError {
  if (error instanceof VerificationError) return error;
  return error.cause instanceof VerificationError ? error.cause : payloadMalformed(error.message, { cause: error });
}

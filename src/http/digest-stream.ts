/**
 * Checking a digest while content flows, for content too large to hold.
 *
 * @see RFC 9530, section 2
 * @module
 */

import { createHasher } from '../crypto/digest.ts';
import { requireDigest, strongDigests } from '../signature/content-digest.ts';

/** The digests of a field, held against content piece by piece. */
export interface DigestCheck {
  update(piece: Uint8Array): void;
  /** Call it once, at the end. @throws {VerificationError} `digest_mismatch`. */
  finish(): void;
}

/**
 * Begins to check content against every strong digest of a field; `coding` is the Content-Encoding of the message.
 *
 * @throws {VerificationError} At once if the field is malformed or has no digest that counts.
 */
export async function createDigestCheck(value: string, coding?: string): Promise<DigestCheck> {
  const checks = await Promise.all(
    strongDigests(value).map(async ([algorithm, expected]) => ({ algorithm, expected, hasher: await createHasher(algorithm) })),
  );
  return {
    update: (piece) => {
      for (const { hasher } of checks) hasher.update(piece);
    },
    finish: () => {
      for (const { algorithm, expected, hasher } of checks) requireDigest(algorithm, expected, hasher.digest(), coding);
    },
  };
}

/**
 * A stream that passes bytes on and hashes them. It fails at its end with a `VerificationError` `digest_mismatch` if they
 * do not fit the digest field.
 *
 * @throws {VerificationError} At once if the field is malformed or has no digest that counts.
 */
export async function createDigestStream(value: string): Promise<TransformStream<Uint8Array, Uint8Array>> {
  const check = await createDigestCheck(value);
  return new TransformStream({
    transform: (chunk, controller) => {
      check.update(chunk);
      controller.enqueue(chunk);
    },
    flush: () => check.finish(),
  });
}

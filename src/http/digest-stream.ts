/**
 * Checking a digest while content flows, for content too large to hold.
 *
 * @see RFC 9530, section 2
 * @module
 */

import { createHasher } from '../crypto/digest.ts';
import { requireDigest, strongDigests } from '../signature/content-digest.ts';

/**
 * A stream that passes bytes on and hashes them. It fails at its end with a `VerificationError` `digest_mismatch` if they
 * do not fit the digest field.
 *
 * @throws {VerificationError} At once if the field is malformed or has no digest that counts.
 */
export async function createDigestStream(value: string): Promise<TransformStream<Uint8Array, Uint8Array>> {
  const checks = await Promise.all(
    strongDigests(value).map(async ([algorithm, expected]) => ({ algorithm, expected, hasher: await createHasher(algorithm) })),
  );
  return new TransformStream({
    transform: (chunk, controller) => {
      for (const { hasher } of checks) hasher.update(chunk);
      controller.enqueue(chunk);
    },
    flush: () => {
      for (const { algorithm, expected, hasher } of checks) requireDigest(algorithm, expected, hasher.digest());
    },
  });
}

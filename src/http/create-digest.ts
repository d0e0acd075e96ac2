/**
 * Making of digest fields.
 *
 * @see RFC 9530, section 2
 * @module
 */

import { type DigestAlgorithm, digest } from '../crypto/digest.ts';
import { encodeBase64 } from '../internal/base64.ts';

export type { DigestAlgorithm } from '../crypto/digest.ts';

/** The digest algorithms that hold against an adversary. The registry's others never count. */
export const STRONG_DIGESTS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512'];

/** A digest field value, its algorithm not checked. */
export async function digestField(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<string> {
  return `${algorithm}=:${encodeBase64(await digest(algorithm, bytes))}:`;
}

/** A digest field value for bytes: the same text for Content-Digest, Repr-Digest and Unencoded-Digest. */
export async function createContentDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): Promise<string> {
  if (!STRONG_DIGESTS.includes(algorithm)) throw new TypeError('algorithm must be sha-256 or sha-512');
  return digestField(algorithm, bytes);
}

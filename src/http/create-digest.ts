/**
 * Making of digest fields.
 *
 * @see RFC 9530, section 2
 * @module
 */

import type { DigestAlgorithm } from '../crypto/digest.ts';
import { digestField } from './digest-field.ts';

export type { DigestAlgorithm } from '../crypto/digest.ts';

/** The digest algorithms that hold against an adversary. The registry's others never count. */
export const STRONG_DIGESTS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512'];

/** A digest field value for bytes: the same text for Content-Digest, Repr-Digest and Unencoded-Digest. */
export async function createContentDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): Promise<string> {
  if (!STRONG_DIGESTS.includes(algorithm)) throw new TypeError('algorithm must be sha-256 or sha-512');
  return digestField(algorithm, bytes);
}

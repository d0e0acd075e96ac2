import { type DigestAlgorithm, digest } from '../crypto/digest.ts';
import { encodeBase64 } from '../internal/base64.ts';

/** A digest field value of a hash (RFC 9530, section 2). */
export function digestValue(algorithm: DigestAlgorithm, hash: Uint8Array): string {
  return `${algorithm}=:${encodeBase64(hash)}:`;
}

/** A digest field value, its algorithm not checked. */
export async function digestField(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<string> {
  return digestValue(algorithm, await digest(algorithm, bytes));
}

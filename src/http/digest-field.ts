import { type DigestAlgorithm, digest } from '../crypto/digest.ts';
import { encodeBase64 } from '../internal/base64.ts';

/** A digest field value, its algorithm not checked. */
export async function digestField(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<string> {
  return `${algorithm}=:${encodeBase64(await digest(algorithm, bytes))}:`;
}

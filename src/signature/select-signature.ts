import { VerificationError } from '../errors.ts';
import type { SignatureCandidate, UnverifiedSignature } from './unverified-signature.ts';

/**
 * Chooses the signature a policy is about, by its exact tag. Labels mean nothing.
 *
 * @throws {VerificationError} `signature_missing`, `tag_mismatch`, or `signature_ambiguous` if two could be meant.
 */
export function selectSignature(candidates: readonly SignatureCandidate[], tag: string | undefined): UnverifiedSignature {
  if (candidates.length === 0) throw new VerificationError('signature_missing');
  let chosen: SignatureCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.tag !== tag) continue;
    if (chosen !== undefined) throw new VerificationError('signature_ambiguous', 'two could be meant');
    chosen = candidate;
  }
  if (chosen === undefined) throw new VerificationError('tag_mismatch', `wanted ${tag ?? 'none'}`);
  return chosen.read();
}

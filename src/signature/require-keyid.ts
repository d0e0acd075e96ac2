import { malformed } from '../errors.ts';
import type { UnverifiedSignature } from './unverified-signature.ts';

/** The name of the key. @throws {VerificationError} `signature_malformed` if there is none. */
export function requireKeyid({ keyid }: UnverifiedSignature): string {
  if (keyid === undefined) throw malformed('no keyid');
  return keyid;
}

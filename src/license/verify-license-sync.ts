/**
 * Verifying of licenses without a promise, for start-up code that cannot wait. Needs node:crypto.
 *
 * The judge waits for keys and stores, of which there are none here; its checks and their order are the same, and the
 * tests hold both ways against each other.
 *
 * @see WIRE, "License"
 * @module
 */

import { importEd25519Now, sha256Now, type VerifyNow } from '../crypto/ed25519-sync.ts';
import type { PublicKey } from '../crypto/public-key.ts';
import { VerificationError } from '../errors.ts';
import { encodeBase64 } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import { decodeBase64url } from '../internal/decode-base64url.ts';
import { digestSource } from '../payload/carrier.ts';
import { selectPayloadSignature } from '../payload/judge-payload.ts';
import { asRefusal } from '../signature/as-refusal.ts';
import { createSignatureBase } from '../signature/base.ts';
import { requireCoverage, requireTime } from '../signature/require.ts';
import type { UnverifiedSignature } from '../signature/unverified-signature.ts';
import { observeClockNow, type SyncLastSeenStore } from './last-seen.ts';
import { mapKeys } from './license-keys.ts';
import { readLicense } from './read-license.ts';
import { grant, type LicenseOptions, prepareCheck, type VerifiedLicense } from './requirement.ts';

/** How to judge a license at once. */
export interface VerifyLicenseSyncOptions extends LicenseOptions {
  /** Where the application keeps the latest time it saw. It must answer at once. */
  readonly lastSeen?: SyncLastSeenStore | undefined;
}

/**
 * Verifies a license like `verifyLicense`, and returns at once.
 *
 * @throws {VerificationError} If it is refused.
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 * @throws {Error} Where there is no node:crypto.
 */
export function verifyLicenseSync(license: string | Uint8Array, options: VerifyLicenseSyncOptions): VerifiedLicense {
  const { requirement, now, checkSubject } = prepareCheck(options);
  const keys = mapKeys(options.publicKeys, importEd25519Now, importNow);
  observeClockNow(options.lastSeen, now, requirement.futureSkew);
  const received = readLicense(license);
  const signature = selectPayloadSignature(received, requirement);
  requireCoverage(signature, requirement, []);
  checkSubject(signature);
  requireTime(signature, requirement, now);
  requireSignature(signature, keys, received.canonical);
  return grant(received.payload, signature, options);
}

function importNow(key: PublicKey, name: string): VerifyNow {
  const bytes = decodeBase64url(String(key.jwk?.['x']));
  if (bytes === undefined) throw new TypeError(`${name} must be an imported public key`);
  return importEd25519Now(bytes, name);
}

function requireSignature(signature: UnverifiedSignature, keys: ReadonlyMap<string, VerifyNow>, canonical: Uint8Array): void {
  const { keyid, alg, components, params } = signature;
  const source = digestSource(`sha-256=:${encodeBase64(sha256Now(canonical))}:`);
  const base = asRefusal(() => createSignatureBase(source, components, params));
  if (keyid === undefined) throw new VerificationError('signature_malformed', 'the signature has no keyid');
  const verify = keys.get(keyid);
  if (verify === undefined) throw new VerificationError('key_unknown', 'there is no such key');
  if (alg !== undefined && alg !== 'ed25519') throw new VerificationError('algorithm_forbidden', 'the key is not for this algorithm');
  if (!verify(encodeUtf8(base), signature.signature))
    throw new VerificationError('signature_mismatch', 'the signature does not fit the message and the key');
}

/**
 * Verifying of licenses: in the application, offline, with the public key only.
 *
 * @see WIRE, "License"
 * @module
 */

import { webDigest } from '../crypto/digest.ts';
import { ed25519Verify } from '../crypto/ed25519/keys.ts';
import { ed25519VerifyNow, sha256Now } from '../crypto/ed25519/node.ts';
import { type LicenseOptions, prepareCheck } from './check.ts';
import { examineLicense, type VerifiedLicense } from './examine.ts';
import { type LastSeenStore, observeClock, observeClockNow, type SyncLastSeenStore } from './last-seen.ts';

/** How to verify a license. Times are whole seconds since the epoch. */
export interface VerifyLicenseOptions extends LicenseOptions {
  /** Where the application keeps the latest time it saw: a clock that is set back is then refused. */
  readonly lastSeen?: LastSeenStore | undefined;
}

/**
 * Verifies a license, the readable form or the one-line one, however it was indented or wrapped.
 *
 * @throws {VerificationError} If it is refused: `tag_mismatch` for another product, `key_unknown`, `signature_mismatch`,
 *   `expired`, `subject_mismatch`, `machine_mismatch`, `critical_unknown`, `maintenance_ended`, `clock_rolled_back`, or one
 *   of the codes of payloads.
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export async function verifyLicense(license: string | Uint8Array, options: VerifyLicenseOptions): Promise<VerifiedLicense> {
  const check = prepareCheck<LastSeenStore>(options);
  if (check.lastSeen !== undefined) await observeClock(check.lastSeen, check);
  const { point, signature, canonical, base, grant } = examineLicense(license, check);
  const verify = await ed25519Verify(point);
  return grant(await verify(base(await webDigest('sha-256', canonical)), signature));
}

/** How to verify a license at once. */
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
  const check = prepareCheck<SyncLastSeenStore>(options);
  if (check.lastSeen !== undefined) observeClockNow(check.lastSeen, check);
  const { point, signature, canonical, base, grant } = examineLicense(license, check);
  return grant(ed25519VerifyNow(point, base(sha256Now(canonical)), signature));
}

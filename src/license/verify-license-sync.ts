/**
 * Verifying of licenses without a promise, for start-up code that cannot wait. Needs node:crypto.
 *
 * @see WIRE, "License"
 * @module
 */

import { ed25519VerifyNow, sha256Now } from '../crypto/ed25519-sync.ts';
import { examineLicense } from './examine-license.ts';
import { observeClockNow, type SyncLastSeenStore } from './last-seen.ts';
import { type LicenseOptions, prepareCheck } from './license-check.ts';
import type { VerifiedLicense } from './verified-license.ts';

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
  const check = prepareCheck(options);
  if (options.lastSeen !== undefined) observeClockNow(options.lastSeen, check);
  const { point, signature, canonical, base, grant } = examineLicense(license, check);
  return grant(ed25519VerifyNow(point, base(sha256Now(canonical)), signature));
}

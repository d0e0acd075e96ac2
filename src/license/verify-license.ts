/**
 * Verifying of licenses: in the application, offline, with the public key only.
 *
 * @see WIRE, "License"
 * @module
 */

import { webDigest } from '../crypto/digest.ts';
import type { Ed25519Verify } from '../crypto/ed25519-backend.ts';
import { ed25519Verify } from '../crypto/ed25519-verify.ts';
import { examineLicense } from './examine-license.ts';
import type { LastSeenStore } from './last-seen.ts';
import { type LicenseOptions, prepareCheck } from './license-check.ts';
import { keyBytes } from './license-keys.ts';
import type { VerifiedLicense } from './verified-license.ts';

/** How to judge a license. Times are whole seconds since the epoch. */
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
  const check = prepareCheck(options);
  const keys = new Map<string, Ed25519Verify>();
  for (const [keyid, bytes] of keyBytes(options.publicKeys)) keys.set(keyid, await ed25519Verify(bytes));
  if (options.lastSeen !== undefined) await (await import('./last-seen.ts')).observeClock(options.lastSeen, check);
  const { canonical, prove, grant } = examineLicense(license, check, keys);
  return grant(await prove(await webDigest('sha-256', canonical)));
}

/**
 * Verifying of licenses: in the application, offline, with the public key only.
 *
 * @see WIRE, "License"
 * @module
 */

import { prepareEd25519Public } from '../crypto/ed25519-verify.ts';
import type { VerificationKey } from '../crypto/verification-key.ts';
import { judgePayload } from '../payload/judge-payload.ts';
import { type LastSeenStore, observeClock } from './last-seen.ts';
import { type LicenseKeys, mapKeys } from './license-keys.ts';
import { readLicense } from './read-license.ts';
import { grant, type LicenseOptions, prepareCheck, type VerifiedLicense } from './requirement.ts';

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
  const { requirement, now, checkSubject } = prepareCheck(options);
  const keys = await importKeys(options.publicKeys);
  await observeClock(options.lastSeen, now, requirement.futureSkew);
  const received = readLicense(license);
  const bench = { resolveKey: (keyid: string) => keys.get(keyid), replayStore: undefined, now, timeout: 5 };
  const { signature } = await judgePayload(received, requirement, checkSubject, bench);
  return grant(received.payload, signature, options);
}

async function importKeys(publicKeys: LicenseKeys): Promise<ReadonlyMap<string, VerificationKey>> {
  const pending = mapKeys(publicKeys, prepareEd25519Public, (key) => Promise.resolve(key));
  return new Map(await Promise.all([...pending].map(async ([keyid, key]) => [keyid, await key] as const)));
}

/**
 * `countersign/license`: licenses that are issued with a private key and checked offline with the public one.
 *
 * @module
 */

export { type IssuedLicense, type IssueLicenseOptions, issueLicense } from './issue-license.ts';
export type { LastSeenStore, SyncLastSeenStore } from './last-seen.ts';
export type { LicenseKeys } from './license-keys.ts';
export type { LicenseTerms } from './terms.ts';
export type { VerifiedLicense } from './verified-license.ts';
export { type VerifyLicenseOptions, verifyLicense } from './verify-license.ts';
export { type VerifyLicenseSyncOptions, verifyLicenseSync } from './verify-license-sync.ts';

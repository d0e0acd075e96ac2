/**
 * `countersign/license`: licenses that are issued with a private key and checked offline with the public one.
 *
 * @module
 */

export type { LicenseKeys } from './check.ts';
export type { VerifiedLicense } from './examine.ts';
export { type IssuedLicense, type IssueLicenseOptions, issueLicense } from './issue.ts';
export type { LastSeenStore, SyncLastSeenStore } from './last-seen.ts';
export type { LicenseTerms } from './terms.ts';
export { type VerifyLicenseOptions, type VerifyLicenseSyncOptions, verifyLicense, verifyLicenseSync } from './verify.ts';

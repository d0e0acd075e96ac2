/**
 * What verifying a license answers.
 *
 * @module
 */

import type { LicenseTerms } from './terms.ts';

/** A license that was verified: frozen, and nothing in it that was not signed. */
export interface VerifiedLicense {
  /** The terms, other members included. */
  readonly payload: LicenseTerms;
  readonly product: string;
  readonly subject: string | undefined;
  /** The key it was issued with. */
  readonly keyid: string;
  readonly created: number;
  /** The last second it is valid; `undefined` if it is perpetual. */
  readonly expires: number | undefined;
  /** Whether it unlocks a feature. */
  has(feature: string): boolean;
}

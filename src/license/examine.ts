/**
 * What verifying a license answers.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { DIGEST } from '../payload/carrier.ts';
import { componentLine, paramsLine } from '../rfc9421/base.ts';
import { digestValue } from '../signature/content-digest.ts';
import { readFixedSignature } from '../signature/fixed-form.ts';
import { requireKeyid, requireTime } from '../signature/requirements.ts';
import type { LicenseCheck } from './check.ts';
import { readLicense } from './read-license.ts';
import { type LicenseTerms, requireTerms } from './terms.ts';

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

// What a license must fulfil before and after its signature is checked: the same for both ways of verifying, of which one
// waits for the cryptography and the other does not.
//
// The order is the judge's: form, tag, subject, time, key, signature, and only then what the terms say.
//
// @see WIRE, "License"; RFC 9421, section 3.2

/** A license whose signature alone is left to check. */
export interface Examined {
  /** The public key that must have made the signature; it has passed the gate. */
  readonly point: Uint8Array;
  readonly signature: Uint8Array;
  /** What is hashed. */
  readonly canonical: Uint8Array;
  /** What was signed, given the SHA-256 hash. */
  base(hash: Uint8Array): Uint8Array;
  /** The license, if the signature holds. */
  grant(holds: boolean): VerifiedLicense;
}

/** Examines a license. @throws {VerificationError} With the code of the first check that fails. */
export function examineLicense(license: string | Uint8Array, check: LicenseCheck): Examined {
  const { input, signature: proof, canonical, payload } = readLicense(license);
  const claim = readFixedSignature(input, proof, [DIGEST], check.tag);
  const { signature, alg, subject, created, expires, params } = claim;
  if ((check.subject ?? subject) !== subject) throw new VerificationError('subject_mismatch');
  requireTime(claim, check, check.now);
  const keyid = requireKeyid(claim);
  const point = check.keys.get(keyid);
  if (point === undefined) throw new VerificationError('key_unknown');
  if ((alg ?? 'ed25519') !== 'ed25519') throw new VerificationError('algorithm_forbidden');
  return {
    point,
    signature,
    canonical,
    base: (hash) => encodeUtf8(componentLine(DIGEST, digestValue('sha-256', hash)) + paramsLine(params)),
    grant: (holds) => {
      if (holds !== true) throw new VerificationError('signature_mismatch');
      requireTerms(payload, check);
      const has = (feature: string) => payload.features?.includes(feature) ?? false;
      return Object.freeze({ payload, product: check.product, subject, keyid, created: created!, expires, has });
    },
  };
}

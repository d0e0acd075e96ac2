/**
 * What every license must fulfil, and what a verified one looks like.
 *
 * @see WIRE, "License"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertInteger, assertObject, assertText } from '../internal/assert.ts';
import { systemTime } from '../internal/time.ts';
import { PAYLOAD_COMPONENTS, purposeTag } from '../payload/carrier.ts';
import { fixedRequirement, type Requirement } from '../signature/policy.ts';
import type { UnverifiedSignature } from '../signature/unverified-signature.ts';
import type { LicenseKeys } from './license-keys.ts';
import { type Circumstances, type LicenseTerms, requireTerms } from './terms.ts';

/** What both ways of verifying take. Times are whole seconds since the epoch. */
export interface LicenseOptions extends Circumstances {
  /** The product that this application is: a license for another one is refused. */
  readonly product: string;
  /** The public keys by keyid. */
  readonly publicKeys: LicenseKeys;
  /** Whom the license must be for. */
  readonly subject?: string | undefined;
  /** How many seconds our clock may be behind the one that issued the license, or a time seen before; 300 by default. */
  readonly futureSkew?: number | undefined;
  readonly now?: (() => number) | undefined;
}

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

/** The options made ready. */
export interface LicenseCheck {
  readonly requirement: Requirement;
  readonly now: number;
  /** Throws unless the license is for the right subject. */
  checkSubject(signature: UnverifiedSignature): void;
}

/** Checks the options. @throws {TypeError | RangeError} If one is missing or unusable. */
export function prepareCheck(options: LicenseOptions): LicenseCheck {
  assertObject(options, 'options');
  const { product, subject, machine, releasedAt, understood, futureSkew = 300, now = systemTime } = options;
  if (subject !== undefined) assertText(subject, 'subject');
  if (machine !== undefined) assertText(machine, 'machine');
  if (releasedAt !== undefined) assertInteger(releasedAt, 'releasedAt');
  if (understood !== undefined && !Array.isArray(understood)) throw new TypeError('understood must be a list');
  assertInteger(futureSkew, 'futureSkew', 0, 2 ** 31);
  const time = now();
  // With a clock that tells no time, nothing would ever expire.
  assertInteger(time, 'now()', 0, 2 ** 40);
  const requirement = fixedRequirement({
    tag: purposeTag('license', product, 'product'),
    components: PAYLOAD_COMPONENTS,
    algorithms: new Set(['ed25519']),
    maxAge: Number.POSITIVE_INFINITY,
    futureSkew,
    nonce: 'optional',
  });
  return { requirement, now: time, checkSubject: (signature) => requireSubject(signature, subject) };
}

function requireSubject(signature: UnverifiedSignature, subject: string | undefined): void {
  if (subject !== undefined && signature.subject !== subject)
    throw new VerificationError('subject_mismatch', 'the license is for another subject');
}

/** Holds the terms of a license whose signature is proved against the circumstances, and shows it. */
export function grant(terms: LicenseTerms, signature: UnverifiedSignature, options: LicenseOptions): VerifiedLicense {
  requireTerms(terms, options);
  const { subject, keyid, created, expires } = signature;
  return Object.freeze({
    payload: terms,
    product: options.product,
    subject,
    keyid: keyid!,
    created: created!,
    expires,
    has: (feature: string) => terms.features?.includes(feature) ?? false,
  });
}

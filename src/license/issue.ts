/**
 * Issuing of licenses: at the vendor, with the private key.
 *
 * @see WIRE, "License"
 * @module
 */

import type { Signer } from '../crypto/signer.ts';
import { assertInteger, assertObject, assertPrintable, assertTime } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { canonicalObject } from '../payload/canonical-bytes.ts';
import { INPUT_MEMBER, payloadSource, purposeTag, SIGNATURE_MEMBER } from '../payload/carrier.ts';
import { CONTENT_DIGEST } from '../rfc9421/coverage.ts';
import { assertSigner, createdOf, signComponents } from '../signature/sign.ts';
import { toJsonText, toLine } from './read-license.ts';
import { type LicenseTerms, termsProblem } from './terms.ts';

/** How to issue a license. Times are whole seconds since the epoch. */
export interface IssueLicenseOptions {
  /** With an Ed25519 key. Its `keyid` chooses among the public keys that the application has. */
  readonly signer: Signer;
  /** What is licensed: `io.stochastic.tungsten`. 1 to 64 of `a-z`, `0-9`, dot and hyphen. */
  readonly product: string;
  /** Whom it is for: an account, an order. Printable ASCII; a person's name may be a member of the terms. */
  readonly subject?: string | undefined;
  /** The last second it is valid. Without it the license is perpetual. */
  readonly expires?: number | undefined;
  /** When it is issued; default: now. */
  readonly created?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
}

const NAMES: OptionNames<IssueLicenseOptions> = { signer: true, product: true, subject: true, expires: true, created: true, now: true };

/** One license, written in two ways. Applications take either. */
export interface IssuedLicense {
  /** Indented JSON, for a file that people can read. */
  readonly json: string;
  /** One line of base64url, for pasting. */
  readonly line: string;
}

/**
 * Issues a license.
 *
 * @throws {TypeError | RangeError} If the key is not Ed25519, the terms cannot be carried exactly, or an option is unusable.
 */
export async function issueLicense(terms: LicenseTerms, options: IssueLicenseOptions): Promise<IssuedLicense> {
  const read = readOptions(options, NAMES);
  const { signer, product, subject, expires } = read;
  assertSigner(signer);
  if (signer.algorithm !== 'ed25519')
    throw new TypeError('signer must have an Ed25519 key: what verifies a license must not be able to issue one');
  if (subject !== undefined) assertPrintable(subject, 'subject');
  if (read.created !== undefined) assertTime(read.created, 'created');
  if (expires !== undefined) assertTime(expires, 'expires');
  assertObject(terms, 'terms');
  const { bytes, value } = canonicalObject(terms);
  const problem = termsProblem(value);
  if (problem !== undefined) throw new TypeError(`terms.${problem}`);
  const created = createdOf(read);
  if (expires !== undefined) assertInteger(expires, 'expires', created + 1);
  const params = { created, expires, keyid: signer.keyid, tag: purposeTag('license', product, 'product'), subject };
  const { text, signature } = await signComponents(await payloadSource(bytes), [CONTENT_DIGEST], params, signer);
  const license = { ...value, [INPUT_MEMBER]: `sig=${text}`, [SIGNATURE_MEMBER]: `sig=:${signature}:` };
  return Object.freeze({ json: toJsonText(license), line: toLine(license) });
}

/**
 * What a license must fulfil before and after its signature is checked: the same for both ways of verifying, of which one
 * waits for the cryptography and the other does not.
 *
 * The order is that of all carriers: form, tag, subject, time, key, signature, and only then what the terms say. Records, nonces and waiting,
 * which a license has none of, are left out.
 *
 * @see WIRE, "License"; RFC 9421, section 3.2
 * @module
 */

import { VerificationError } from '../errors.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { componentLine, paramsLine } from '../rfc9421/base.ts';
import { CONTENT_DIGEST } from '../rfc9421/coverage.ts';
import { readFixedSignature } from '../rfc9421/single-signature.ts';
import { digestValue } from '../signature/content-digest.ts';
import { asRefusal } from '../signature/refusal.ts';
import { requireKeyid, requireTime } from '../signature/requirements.ts';
import type { VerifiedSignatures } from '../signature/verified/verified.ts';
import { MISMATCH } from '../signature/verify-signatures.ts';
import type { LicenseCheck } from './check.ts';
import { readLicense } from './read-license.ts';
import { type LicenseTerms, requireTerms } from './terms.ts';

/** A license that was verified: frozen, and nothing in it that was not signed. Times are whole seconds since the epoch. */
export interface VerifiedLicense {
  /** The terms, other members included. */
  readonly payload: LicenseTerms;
  /** What is licensed. */
  readonly product: string;
  /** Whom it is for; `undefined` if it names nobody. */
  readonly subject: string | undefined;
  /** The key it was issued with. */
  readonly keyid: string;
  /** When it was issued. */
  readonly created: number;
  /** The last second it is valid; `undefined` if it is perpetual. */
  readonly expires: number | undefined;
  /** What was verified about the signature. */
  readonly signatures: VerifiedSignatures;
  /** Whether it unlocks a feature. */
  has(feature: string): boolean;
}

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
  const { input, signature: written, canonical, payload } = asRefusal(() => readLicense(license));
  const claim = asRefusal(() => readFixedSignature(input, written, [CONTENT_DIGEST], check.tag));
  const { signature, alg, subject, params } = claim;
  if (!check.anySubject && subject !== check.subject)
    throw new VerificationError(
      'subject_mismatch',
      check.subject === undefined ? 'the license is for somebody: pass subject, or anySubject' : undefined,
    );
  requireTime(claim, check, check.now);
  const keyid = requireKeyid(claim);
  const point = check.keys.get(keyid);
  if (point === undefined) throw new VerificationError('key_unknown', 'publicKeys has no such keyid');
  if ((alg ?? 'ed25519') !== 'ed25519') throw new VerificationError('algorithm_forbidden', 'licenses are signed by Ed25519');
  return {
    point,
    signature,
    canonical,
    base: (hash) => encodeUtf8(componentLine(CONTENT_DIGEST, digestValue('sha-256', hash)) + paramsLine(params)),
    grant: (holds) => {
      if (holds !== true) throw new VerificationError('signature_mismatch', undefined, { logDetail: MISMATCH });
      requireTerms(payload, check);
      return granted(payload, check.product, { ...claim, keyid });
    },
  };
}

type Claim = ReturnType<typeof readFixedSignature> & { readonly keyid: string };

function granted(payload: LicenseTerms, product: string, claim: Claim): VerifiedLicense {
  const { label, keyid, subject, tag, created, expires, nonce } = claim;
  const signature = {
    label,
    keyid,
    algorithm: 'ed25519',
    tag,
    created: created!,
    expires,
    nonce,
    components: [CONTENT_DIGEST.identifier],
  } as const;
  const signatures: VerifiedSignatures = Object.freeze([Object.freeze(signature)] as const);
  const has = (feature: string) => payload.features?.includes(feature) ?? false;
  return Object.freeze({ payload, product, subject, keyid, created: created!, expires, signatures, has });
}

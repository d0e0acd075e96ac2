/**
 * Holding a signature to what the receiver insists on: which one is meant, what it covers, which parameters it has, and the time.
 *
 * @see RFC 9421, sections 1.4, 3.2 and 4
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Component } from '../rfc9421/component.ts';
import { covers } from '../rfc9421/coverage.ts';
import type { SignatureCandidate, UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { Requirement } from './policy.ts';
import { asRefusal } from './refusal.ts';

/** The refusal of a message without any signature. */
export function signatureMissing(): VerificationError {
  return new VerificationError('signature_missing', 'the message has no signature');
}

/**
 * Chooses the signature a policy is about, by its exact tag. Labels mean nothing.
 *
 * @throws {VerificationError} `signature_missing`, `tag_mismatch`, `signature_ambiguous` if two could be meant, or `signature_malformed`.
 */
export function selectSignature(candidates: readonly SignatureCandidate[], tag: string | undefined): UnverifiedSignature {
  if (candidates.length === 0) throw signatureMissing();
  let chosen: SignatureCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.tag !== tag) continue;
    if (chosen !== undefined) throw new VerificationError('signature_ambiguous', 'two signatures could be meant');
    chosen = candidate;
  }
  if (chosen === undefined)
    throw new VerificationError(
      'tag_mismatch',
      tag === undefined ? 'an untagged signature is wanted' : `a signature with the tag ${JSON.stringify(tag)} is wanted`,
    );
  return asRefusal(chosen.read);
}

/**
 * Requires the components and parameters of a policy; `present` are the components that this message must have covered because it has them.
 *
 * @throws {VerificationError} `component_uncovered`, `created_missing` or `nonce_missing`.
 */
export function requireCoverage(signature: UnverifiedSignature, requirement: Requirement, present: readonly Component[]): void {
  for (const component of requirement.components) requireCovered(signature, component);
  for (const component of present) {
    if (!requirement.uncovered.has(component.name)) requireCovered(signature, component);
  }
  if (signature.created === undefined) throw new VerificationError('created_missing', 'the signature does not say when it was made');
  if (signature.nonce === undefined && requirement.nonce === 'required')
    throw new VerificationError('nonce_missing', 'without a nonce the message would count again and again');
}

function requireCovered({ components }: UnverifiedSignature, component: Component): void {
  if (!covers(components, component))
    throw new VerificationError('component_uncovered', `the signature does not cover ${component.identifier}`);
}

/**
 * Requires that a signature is neither too old nor from the future. Comparisons are written so that NaN refuses.
 *
 * @throws {VerificationError} `created_missing`, `created_in_future`, `expired` or `lifetime_too_long`.
 */
export function requireTime(
  { created, expires }: Pick<UnverifiedSignature, 'created' | 'expires'>,
  { maxAge, futureSkew }: Pick<Requirement, 'maxAge' | 'futureSkew'>,
  now: number,
): void {
  if (created === undefined) throw new VerificationError('created_missing', 'the signature does not say when it was made');
  if (!(created <= now + futureSkew))
    throw new VerificationError('created_in_future', `it was signed ${created - now} s ahead of this clock`);
  if (!(now - created <= maxAge)) throw new VerificationError('expired', `it is ${now - created} s old, and counts for ${maxAge} s`);
  if (expires === undefined) return;
  if (!(now <= expires && expires > created)) throw new VerificationError('expired', `it ended ${now - expires} s ago`);
  if (!(expires - created <= maxAge))
    throw new VerificationError('lifetime_too_long', `it would count for ${expires - created} s, where ${maxAge} s are allowed`);
}

/** The name of the key. @throws {VerificationError} `signature_malformed` if there is none. */
export function requireKeyid({ keyid }: UnverifiedSignature): string {
  if (keyid === undefined) throw new VerificationError('signature_malformed', 'the signature names no keyid');
  return keyid;
}

/**
 * Holding a signature to what the receiver insists on: which one is meant, what it covers, which parameters it has, and the time.
 *
 * @see RFC 9421, sections 1.4, 3.2 and 4
 * @module
 */

import { throwFirst, VerificationError } from '../errors.ts';
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
 * Finds the signature a policy is about, by its exact tag, or says why there is none: `signature_missing`, `tag_mismatch`, or
 * `signature_ambiguous` if two could be meant. Labels mean nothing.
 *
 * @throws {VerificationError} `signature_malformed`.
 */
export function findSignature(candidates: readonly SignatureCandidate[], tag: string | undefined): UnverifiedSignature | VerificationError {
  if (candidates.length === 0) return signatureMissing();
  let chosen: SignatureCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.tag !== tag) continue;
    if (chosen !== undefined) return new VerificationError('signature_ambiguous', 'two signatures could be meant');
    chosen = candidate;
  }
  if (chosen !== undefined) return asRefusal(chosen.read);
  return new VerificationError(
    'tag_mismatch',
    tag === undefined ? 'an untagged signature is wanted' : `a signature with the tag ${JSON.stringify(tag)} is wanted`,
  );
}

/**
 * The same where there is one policy.
 *
 * @throws {VerificationError} `signature_missing`, `tag_mismatch`, `signature_ambiguous` or `signature_malformed`.
 */
export function selectSignature(candidates: readonly SignatureCandidate[], tag: string | undefined): UnverifiedSignature {
  const found = findSignature(candidates, tag);
  if (found instanceof VerificationError) throwFirst([found]);
  return found as UnverifiedSignature;
}

/** What is wrong with a signature; nothing, as a rule. */
export type Refusals = readonly VerificationError[];

const TIMELESS = 'the signature does not say when it was made';

/** The common answer: nothing is wrong. */
export const NONE: Refusals = [];

/**
 * What a signature lacks of the components and parameters of a policy; `present` are the components that this message must have covered
 * because it has them.
 */
export function lackingCoverage(signature: UnverifiedSignature, requirement: Requirement, present: readonly Component[]): Refusals {
  const { created, expires, nonce } = signature;
  const refusals: VerificationError[] = [];
  for (const component of requirement.components) requireCovered(refusals, signature, component);
  for (const component of present) {
    if (!requirement.defaults || !requirement.uncovered.has(component.name)) requireCovered(refusals, signature, component);
  }
  if (created === undefined && requirement.created === 'required') refusals.push(new VerificationError('created_missing', TIMELESS));
  else if (created === undefined && expires === undefined && requirement.nonce === 'required')
    refusals.push(new VerificationError('created_missing', 'the signature says neither when it was made nor when it ends'));
  if (nonce === undefined && requirement.nonce === 'required')
    refusals.push(new VerificationError('nonce_missing', 'without a nonce the message would count again and again'));
  for (const name of requirement.forbiddenParameters) {
    if (signature.parameters.has(name))
      refusals.push(new VerificationError('parameter_forbidden', `the signature has the parameter ${name}, which the policy forbids`));
  }
  return refusals;
}

function requireCovered(refusals: VerificationError[], { components }: UnverifiedSignature, component: Component): void {
  if (!covers(components, component))
    refusals.push(new VerificationError('component_uncovered', `the signature does not cover ${component.identifier}`));
}

/** What a time must fulfil. */
type TimeLimits = Pick<Requirement, 'maxAge' | 'futureSkew'> & Partial<Pick<Requirement, 'maxLifetime' | 'created'>>;

/** What is wrong with the times of a signature. Comparisons are written so that NaN refuses. */
export function wrongTimes(
  { created, expires }: Pick<UnverifiedSignature, 'created' | 'expires'>,
  { maxAge, futureSkew, maxLifetime = maxAge, created: wanted = 'required' }: TimeLimits,
  now: number,
): Refusals {
  const refusals: VerificationError[] = [];
  if (created !== undefined) {
    if (!(created <= now + futureSkew))
      refusals.push(new VerificationError('created_in_future', `it was signed ${created - now} s ahead of this clock`));
    if (!(now - created <= maxAge))
      refusals.push(new VerificationError('expired', `it is ${now - created} s old, and counts for ${maxAge} s`));
  } else if (wanted === 'required') return [new VerificationError('created_missing', TIMELESS)];
  if (expires === undefined) return refusals;
  const start = created ?? now;
  if (!(now <= expires && (created === undefined || expires > created)))
    refusals.push(new VerificationError('expired', `it ended ${now - expires} s ago`));
  if (!(expires - start <= maxLifetime))
    refusals.push(
      new VerificationError('lifetime_too_long', `it would count for ${expires - start} s, where ${maxLifetime} s are allowed`),
    );
  return refusals;
}

/**
 * Requires that a signature is neither too old nor from the future.
 *
 * @throws {VerificationError} `created_missing`, `created_in_future`, `expired` or `lifetime_too_long`.
 */
export function requireTime(signature: Pick<UnverifiedSignature, 'created' | 'expires'>, limits: TimeLimits, now: number): void {
  throwFirst(wrongTimes(signature, limits, now));
}

/** The refusal of a signature that does not say whose it is. */
export function keyidMissing(): VerificationError {
  return new VerificationError('signature_malformed', 'the signature names no keyid');
}

/** The name of the key. @throws {VerificationError} `signature_malformed` if there is none. */
export function requireKeyid({ keyid }: UnverifiedSignature): string {
  if (keyid === undefined) throw keyidMissing();
  return keyid;
}

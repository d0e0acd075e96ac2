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

/**
 * Finds the signature a policy is about, by its exact tag, or says why there is none: `signature_missing`, `tag_mismatch`, or
 * `signature_ambiguous` if two could be meant. Labels mean nothing.
 *
 * @throws {VerificationError} `signature_malformed`.
 */
export function findSignature(candidates: readonly SignatureCandidate[], tag: string | undefined): UnverifiedSignature | VerificationError {
  if (candidates.length === 0) return new VerificationError('signature_missing');
  let chosen: SignatureCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.tag !== tag) continue;
    if (chosen !== undefined) return new VerificationError('signature_ambiguous', 'two could be meant');
    chosen = candidate;
  }
  return chosen === undefined ? new VerificationError('tag_mismatch', `wanted ${tag ?? 'none'}`) : asRefusal(chosen.read);
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
  if (created === undefined && requirement.created === 'required') refusals.push(new VerificationError('created_missing'));
  else if (created === undefined && expires === undefined && requirement.nonce === 'required')
    refusals.push(new VerificationError('created_missing', 'nor does the signature expire'));
  if (nonce === undefined && requirement.nonce === 'required') refusals.push(new VerificationError('nonce_missing'));
  for (const name of requirement.forbiddenParameters) {
    if (signature.parameters.has(name)) refusals.push(new VerificationError('parameter_forbidden', `the signature has ${name}`));
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
    if (!(created <= now + futureSkew)) refusals.push(new VerificationError('created_in_future', `${created - now} s ahead`));
    if (!(now - created <= maxAge)) refusals.push(new VerificationError('expired', `${now - created} s old`));
  } else if (wanted === 'required') return [new VerificationError('created_missing')];
  if (expires === undefined) return refusals;
  const start = created ?? now;
  if (!(now <= expires && (created === undefined || expires > created)))
    refusals.push(new VerificationError('expired', `${now - expires} s ago`));
  if (!(expires - start <= maxLifetime)) refusals.push(new VerificationError('lifetime_too_long', `${expires - start} s`));
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

/** The name of the key. @throws {VerificationError} `signature_malformed` if there is none. */
export function requireKeyid({ keyid }: UnverifiedSignature): string {
  if (keyid === undefined) throw new VerificationError('signature_malformed', 'no keyid');
  return keyid;
}

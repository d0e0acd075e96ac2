/**
 * Holding a signature to what the receiver insists on: what it covers, and which parameters it has.
 *
 * @see RFC 9421, section 1.4
 * @module
 */

import { malformed, VerificationError } from '../errors.ts';
import type { Component } from '../rfc9421/component.ts';
import type { SignatureCandidate, UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { Requirement } from './policy.ts';

/** What a component contains besides itself: covering the first covers the others. */
const CONTAINED: Readonly<Record<string, readonly string[]>> = {
  '"@target-uri"': ['"@scheme"', '"@authority"', '"@path"', '"@query"'],
  '"@request-target"': ['"@path"', '"@query"'],
};

/** Whether the covered components include one, by itself or inside another. A weaker variant does not count. */
function covers(covered: readonly Component[], { name, identity, params }: Component): boolean {
  if (includes(covered, identity)) return true;
  if (params.size > 0) return false;
  // The whole field in another notation says as much.
  if (!name.startsWith('@')) return includes(covered, `${identity};sf`) || includes(covered, `${identity};bs`);
  for (const container in CONTAINED) {
    if (includes(covered, container) && CONTAINED[container]!.includes(identity)) return true;
  }
  return false;
}

/** There are few of them: looking through them is quicker than making a set. */
function includes(covered: readonly Component[], wanted: string): boolean {
  for (const { identity } of covered) if (identity === wanted) return true;
  return false;
}

/**
 * Requires the components and parameters of a policy; `obliged` are the components that this message must have covered.
 *
 * @throws {VerificationError} `component_uncovered`, `created_missing` or `nonce_missing`.
 */
export function requireCoverage(signature: UnverifiedSignature, requirement: Requirement, obliged: readonly Component[]): void {
  const covered = signature.components;
  for (const component of requirement.components) requireCovered(covered, component);
  for (const component of obliged) {
    if (!requirement.uncovered.has(component.name)) requireCovered(covered, component);
  }
  if (signature.created === undefined) throw new VerificationError('created_missing');
  if (signature.nonce === undefined && requirement.nonce === 'required') throw new VerificationError('nonce_missing');
}

function requireCovered(covered: readonly Component[], component: Component): void {
  if (!covers(covered, component)) throw new VerificationError('component_uncovered', component.identifier);
}

// Holding a signature to the time. Comparisons are written so that NaN refuses.
//
// @see RFC 9421, section 3.2

/**
 * Requires that a signature is neither too old nor from the future.
 *
 * @throws {VerificationError} `created_missing`, `created_in_future`, `expired` or `lifetime_too_long`.
 */
export function requireTime(
  { created, expires }: UnverifiedSignature,
  { maxAge, futureSkew }: Pick<Requirement, 'maxAge' | 'futureSkew'>,
  now: number,
): void {
  if (created === undefined) throw new VerificationError('created_missing');
  if (!(created <= now + futureSkew)) throw new VerificationError('created_in_future', `${created - now} s ahead`);
  if (!(now - created <= maxAge)) throw new VerificationError('expired', `${now - created} s old`);
  if (expires === undefined) return;
  if (!(now <= expires && expires > created)) throw new VerificationError('expired', `${now - expires} s ago`);
  if (!(expires - created <= maxAge)) throw new VerificationError('lifetime_too_long', `${expires - created} s`);
}

/** The name of the key. @throws {VerificationError} `signature_malformed` if there is none. */
export function requireKeyid({ keyid }: UnverifiedSignature): string {
  if (keyid === undefined) throw malformed('no keyid');
  return keyid;
}

/**
 * Chooses the signature a policy is about, by its exact tag. Labels mean nothing.
 *
 * @throws {VerificationError} `signature_missing`, `tag_mismatch`, or `signature_ambiguous` if two could be meant.
 */
export function selectSignature(candidates: readonly SignatureCandidate[], tag: string | undefined): UnverifiedSignature {
  if (candidates.length === 0) throw new VerificationError('signature_missing');
  let chosen: SignatureCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.tag !== tag) continue;
    if (chosen !== undefined) throw new VerificationError('signature_ambiguous', 'two could be meant');
    chosen = candidate;
  }
  if (chosen === undefined) throw new VerificationError('tag_mismatch', `wanted ${tag ?? 'none'}`);
  return chosen.read();
}

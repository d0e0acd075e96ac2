/**
 * Holding a signature to what the receiver insists on: coverage, parameters, time.
 *
 * @see RFC 9421, sections 1.4 and 3.2
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Component } from './component.ts';
import type { Requirement } from './policy.ts';
import type { UnverifiedSignature } from './unverified-signature.ts';

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
  if (requirement.exact && covered.length !== requirement.components.length) {
    throw new VerificationError('component_uncovered', 'the signature covers other components than this form has');
  }
  if (signature.created === undefined) throw new VerificationError('created_missing', 'the signature has no created');
  if (signature.nonce === undefined && requirement.nonce === 'required')
    throw new VerificationError('nonce_missing', 'the signature has no nonce');
}

function requireCovered(covered: readonly Component[], component: Component): void {
  if (!covers(covered, component))
    throw new VerificationError('component_uncovered', `the signature does not cover ${component.identifier}`);
}

/**
 * Requires that a signature is neither too old nor from the future. Comparisons are written so that NaN refuses.
 *
 * @throws {VerificationError} `created_missing`, `created_in_future`, `expired` or `lifetime_too_long`.
 */
export function requireTime({ created, expires }: UnverifiedSignature, { maxAge, futureSkew }: Requirement, now: number): void {
  if (created === undefined) throw new VerificationError('created_missing', 'the signature has no created');
  if (!(created <= now + futureSkew)) throw new VerificationError('created_in_future', `created is ${created - now} s ahead of our clock`);
  if (!(now - created <= maxAge))
    throw new VerificationError('expired', `the signature is ${now - created} s old, ${maxAge} s are allowed`);
  if (expires === undefined) return;
  if (!(now <= expires && expires > created)) throw new VerificationError('expired', `the signature expired ${now - expires} s ago`);
  if (!(expires - created <= maxAge))
    throw new VerificationError('lifetime_too_long', `the signature lives ${expires - created} s, ${maxAge} s are allowed`);
}

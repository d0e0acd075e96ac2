/**
 * Holding a signature to what the receiver insists on: what it covers, and which parameters it has.
 *
 * @see RFC 9421, section 1.4
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Component } from './plain-component.ts';
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
  if (signature.created === undefined) throw new VerificationError('created_missing');
  if (signature.nonce === undefined && requirement.nonce === 'required') throw new VerificationError('nonce_missing');
}

function requireCovered(covered: readonly Component[], component: Component): void {
  if (!covers(covered, component)) throw new VerificationError('component_uncovered', component.identifier);
}

/**
 * Carriers with a fixed form, query and body: one signature, a reserved tag, and components that are always the same.
 *
 * What is fixed is written in one way only, and no more is read than what may differ: label, parameters and signature.
 *
 * @see WIRE, "Query carrier" and "Body carrier"
 * @module
 */

import { malformed, VerificationError } from '../errors.ts';
import type { Component } from '../rfc9421/component.ts';
import { headOf, readSingle } from '../rfc9421/single-signature.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { Requirement } from './policy.ts';
import { asMalformed } from './refusal.ts';

/**
 * Reads the one signature of such a carrier: it has this tag, and covers exactly `components`, in this order.
 *
 * @throws {VerificationError} `signature_malformed`, `tag_mismatch` or `component_uncovered`.
 */
export function readFixedSignature(input: string, proof: string, components: readonly Component[], tag: string): UnverifiedSignature {
  const list = `(${components.map(({ identifier }) => identifier).join(' ')})`;
  const head = headOf(input);
  if (head === undefined) throw malformed('no list');
  if (head.list !== list) throw new VerificationError('component_uncovered', `wanted ${list}`);
  const candidate = asMalformed(() => readSingle(head, components, input, proof));
  if (candidate.tag !== tag) throw new VerificationError('tag_mismatch', `wanted ${tag}`);
  return candidate.read();
}

/** The requirement of such a carrier. */
export interface FixedRequirement extends Requirement {
  readonly tag: string;
}

/** What such a carrier asks of its signature; the components are seen to when it is read. */
export function fixedRequirement(form: Omit<FixedRequirement, 'components' | 'uncovered'>): FixedRequirement {
  return { ...form, components: [], uncovered: new Set() };
}

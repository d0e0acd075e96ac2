/**
 * What a receiver insists on. The message never decides that.
 *
 * @see RFC 9421, section 1.4 and 7.2.1
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { VerificationError } from '../errors.ts';
import { assertInteger, assertObject } from '../internal/assert.ts';
import { type Component, parseComponent } from './component.ts';
import type { UnverifiedSignature } from './unverified-signature.ts';

/** What one signature must fulfil. Durations are whole seconds. */
export interface Policy {
  /** The exact `tag`; without it, only untagged signatures are looked at. */
  readonly tag?: string | undefined;
  /** Components that must be covered besides the defaults. */
  readonly components?: readonly string[] | undefined;
  /** The accepted algorithms; by default whatever the key is bound to. */
  readonly algorithms?: readonly Algorithm[] | undefined;
  /** How long after `created` a message counts; 300 by default. */
  readonly maxAge?: number | undefined;
  /** How far `created` may lie ahead of the verifier's clock; 5 by default. */
  readonly futureSkew?: number | undefined;
  /** Accepts messages without a nonce, which can be replayed until they expire. */
  readonly insecurelyAllowMissingNonce?: boolean | undefined;
  /** Default components that need not be covered, `content-digest` for instance. What is not covered can be changed by anybody. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

/** A policy made ready. */
export interface Requirement {
  readonly tag: string | undefined;
  readonly components: readonly Component[];
  /** Nothing else may be covered (query and body carrier). */
  readonly exact: boolean;
  readonly algorithms: ReadonlySet<Algorithm> | undefined;
  readonly maxAge: number;
  readonly futureSkew: number;
  readonly nonce: 'required' | 'optional';
  readonly uncovered: ReadonlySet<string>;
}

/**
 * Checks a policy and makes it ready; `defaults` are the components of the carrier.
 *
 * @throws {TypeError | RangeError} If the policy is not one.
 */
export function compilePolicy(policy: Policy, defaults: readonly Component[]): Requirement {
  assertObject(policy, 'policy');
  const { tag, components = [], algorithms, maxAge = 300, futureSkew = 5 } = policy;
  const { insecurelyAllowMissingNonce = false, insecurelyAllowUncovered = [] } = policy;
  assertInteger(maxAge, 'policy.maxAge', 1, 2 ** 31);
  assertInteger(futureSkew, 'policy.futureSkew', 0, 3600);
  // WIRE: tags that begin with cs1- belong to the other carriers, so that none of their signatures serves here.
  if (tag !== undefined && (typeof tag !== 'string' || tag.startsWith('cs1-')))
    throw new TypeError('policy.tag must be a text that does not begin with cs1-');
  const uncovered = new Set(insecurelyAllowUncovered);
  return {
    tag,
    components: [
      ...defaults.filter(({ name }) => !uncovered.has(name)),
      ...components.map((text) => parseComponent(text, 'policy.components')),
    ],
    exact: false,
    algorithms: algorithms && new Set(algorithms),
    maxAge,
    futureSkew,
    nonce: insecurelyAllowMissingNonce ? 'optional' : 'required',
    uncovered,
  };
}

/** What a carrier with a fixed form asks of its one signature. */
export type FixedForm = Pick<Requirement, 'tag' | 'components' | 'algorithms' | 'maxAge' | 'futureSkew' | 'nonce'>;

/** The requirement of a carrier with a fixed form: exactly its components, and its reserved tag. */
export function fixedRequirement(form: FixedForm): Requirement {
  return { ...form, exact: true, uncovered: new Set() };
}

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

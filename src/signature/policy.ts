/**
 * What a receiver insists on. The message never decides that.
 *
 * @see RFC 9421, section 1.4 and 7.2.1
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { isAlgorithm } from '../crypto/key.ts';
import { assertFlag, assertPrintable, assertSeconds, assertTexts } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { LONGEST_SKEW } from '../replay/check-request.ts';
import { LONGEST_LIFE } from '../replay/store.ts';
import type { Component } from '../rfc9421/component.ts';
import { type CoveredComponent, readCoveredComponents } from '../rfc9421/coverage.ts';

/** What one signature must fulfil. Durations are whole seconds. */
export interface Policy {
  /** The exact `tag`, printable ASCII; without it, only untagged signatures are looked at. */
  readonly tag?: string | undefined;
  /** Components that must be covered besides the defaults: always, or `{ name, when: 'present' }` where the message has them. */
  readonly components?: readonly CoveredComponent[] | undefined;
  /** The accepted algorithms; by default whatever the key is bound to. */
  readonly algorithms?: readonly Algorithm[] | undefined;
  /** How long after `created` a message counts; 300 by default; 31 days less `futureSkew` and a second at most, unless a nonce may be missing. */
  readonly maxAge?: number | undefined;
  /** How far `created` may lie ahead of the verifier's clock; 5 by default, 3,600 at most. */
  readonly futureSkew?: number | undefined;
  /** Accepts messages without a nonce, which can be replayed until they expire. Default: false. */
  readonly insecurelyAllowMissingNonce?: boolean | undefined;
  /** Default components that need not be covered, `content-digest` for instance. What is not covered can be changed by anybody. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

const NAMES: OptionNames<Policy> = {
  tag: true,
  components: true,
  algorithms: true,
  maxAge: true,
  futureSkew: true,
  insecurelyAllowMissingNonce: true,
  insecurelyAllowUncovered: true,
};

/** The members of a policy, for who misplaces one. */
export const POLICY_MEMBERS: Readonly<Record<keyof Policy, string>> = {
  tag: 'policy',
  components: 'policy',
  algorithms: 'policy',
  maxAge: 'policy',
  futureSkew: 'policy',
  insecurelyAllowMissingNonce: 'policy',
  insecurelyAllowUncovered: 'policy',
};

/** A policy made ready. Times are whole seconds. */
export interface Requirement {
  readonly tag: string | undefined;
  /** Must be covered. */
  readonly components: readonly Component[];
  /** Must be covered where the message has them. */
  readonly whenPresent: readonly Component[];
  readonly algorithms: ReadonlySet<Algorithm> | undefined;
  readonly maxAge: number;
  readonly futureSkew: number;
  readonly nonce: 'required' | 'optional';
  /** Names of default components that need not be covered. */
  readonly uncovered: ReadonlySet<string>;
}

const NOTHING: readonly Component[] = [];

/**
 * Checks a policy and makes it ready; `defaults` are the components of the carrier.
 *
 * @throws {TypeError | RangeError} If the policy is not one.
 */
export function readPolicy(policy: Policy, defaults: readonly Component[]): Requirement {
  const read = readOptions(policy, NAMES, { name: 'policy' });
  const { tag, components = [], insecurelyAllowMissingNonce = false, insecurelyAllowUncovered = [] } = read;
  // WIRE: tags that begin with cs1- belong to the other carriers, so that none of their signatures serves here.
  if (tag !== undefined) assertPrintable(tag, 'policy.tag');
  if (tag?.startsWith('cs1-')) throw new TypeError('policy.tag must not begin with cs1-: such tags belong to the other carriers');
  assertFlag(insecurelyAllowMissingNonce, 'policy.insecurelyAllowMissingNonce');
  assertTexts(insecurelyAllowUncovered, 'policy.insecurelyAllowUncovered');
  const nonce = insecurelyAllowMissingNonce ? 'optional' : 'required';
  const uncovered = new Set(insecurelyAllowUncovered);
  const named = readCoveredComponents(components, 'policy.components');
  const always = named.filter(({ mayLack }) => !mayLack).map(({ component }) => component);
  return {
    ...readLimitsOf(read, 'policy.', nonce),
    tag,
    components: [...defaults.filter(({ name }) => !uncovered.has(name)), ...always],
    whenPresent: named.filter(({ mayLack }) => mayLack).map(({ component }) => component),
    nonce,
    uncovered,
  };
}

/** What every carrier's policy may say: how old, and by which algorithms. */
export type CommonPolicy = Pick<Policy, 'algorithms' | 'maxAge' | 'futureSkew'>;

/** Checks these members; `maxAge` is the carrier's default. */
function readLimitsOf(
  { algorithms, maxAge = 300, futureSkew = 5 }: CommonPolicy,
  prefix: string,
  nonce: Requirement['nonce'],
): Pick<Requirement, 'algorithms' | 'maxAge' | 'futureSkew'> {
  assertSeconds(futureSkew, `${prefix}futureSkew`, 0, LONGEST_SKEW);
  // What counts once has to be remembered as long, and `futureSkew + 1` seconds more.
  assertSeconds(maxAge, `${prefix}maxAge`, 1, nonce === 'required' ? LONGEST_LIFE - futureSkew - 1 : 2 ** 31);
  if (algorithms === undefined) return { algorithms: undefined, maxAge, futureSkew };
  assertTexts(algorithms, `${prefix}algorithms`);
  const unknown = algorithms.findIndex((name) => !isAlgorithm(name));
  if (unknown >= 0 || algorithms.length === 0) throw new TypeError(`${prefix}algorithms must be names of supported algorithms`);
  return { algorithms: new Set(algorithms), maxAge, futureSkew };
}

/** The requirement of a carrier whose form is fixed: its components are seen to when it is read. */
export interface FixedRequirement extends Requirement {
  readonly tag: string;
}

/** What such a carrier asks of its signature. @throws {TypeError | RangeError} If a member of the policy is unusable. */
export function fixedRequirement(tag: string, nonce: Requirement['nonce'], policy: CommonPolicy, prefix = ''): FixedRequirement {
  return { ...readLimitsOf(policy, prefix, nonce), tag, components: NOTHING, whenPresent: NOTHING, nonce, uncovered: new Set() };
}

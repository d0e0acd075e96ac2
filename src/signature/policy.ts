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
import {
  type CoveredComponent,
  RESPONSE_CONTROL,
  readCoveredComponents,
  readRequiredList,
  requestOfResponse,
} from '../rfc9421/coverage.ts';

/** What every policy may say, whatever it wants covered. Durations are whole seconds. */
interface PolicyTerms {
  /** The exact `tag`, printable ASCII; without it, only untagged signatures are looked at. */
  readonly tag?: string | undefined;
  /** The accepted algorithms; by default whatever the key is bound to. */
  readonly algorithms?: readonly Algorithm[] | undefined;
  /** How long after `created` a message counts; 300 by default; 31 days less `futureSkew` and a second at most, unless a nonce may be missing. */
  readonly maxAge?: number | undefined;
  /** How far `created` may lie ahead of the verifier's clock; 5 by default, 3,600 at most. */
  readonly futureSkew?: number | undefined;
  /** Parameters that a signature must not have, `alg` or `keyid` for instance. Default: any may be there. */
  readonly forbiddenParameters?: readonly string[] | undefined;
  /**
   * Default components that need not be covered, `content-digest` for instance; with `required`, what it leaves out. What is not covered can
   * be changed by anybody; without `@authority`, a signature for another host counts.
   */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

/** What must be covered: more than the defaults, or something else. */
type PolicyCoverage =
  | {
      /** Components that must be covered besides the defaults: always, or `{ name, when: 'present' }` where the message has them. */
      readonly components?: readonly CoveredComponent[] | undefined;
      readonly required?: undefined;
    }
  | {
      readonly components?: undefined;
      /**
       * All that must be covered, in place of the defaults: always, or `{ name, when: 'present' }` where the message has them. Of method,
       * authority, path, query and content (`content-digest`), `insecurelyAllowUncovered` names what the list leaves out.
       */
      readonly required: readonly CoveredComponent[];
    };

/** How a message shows that it is new. */
type PolicyFreshness =
  | {
      /**
       * Accepts messages that do not say when they were made: they count until `expires`, `maxLifetime` ahead at most. With
       * `insecurelyAllowMissingNonce` they need not expire either, and count for ever. Default: false.
       */
      readonly insecurelyAllowMissingCreated?: false | undefined;
      /** Accepts messages without a nonce, which can be replayed until they expire. Default: false. */
      readonly insecurelyAllowMissingNonce?: boolean | undefined;
      /**
       * How long after `created` a message may expire, by its own word; whatever it says, `maxAge` ends it. `maxAge` by default;
       * 999,999,999,999,999 at most, 31 days less `futureSkew` and a second where `created` may be missing.
       */
      readonly maxLifetime?: number | undefined;
    }
  | {
      readonly insecurelyAllowMissingCreated: true;
      readonly insecurelyAllowMissingNonce?: boolean | undefined;
      readonly maxLifetime: number;
    }
  | {
      readonly insecurelyAllowMissingCreated: true;
      readonly insecurelyAllowMissingNonce: true;
      readonly maxLifetime?: number | undefined;
    };

/** What one signature must fulfil. Durations are whole seconds. */
export type Policy = PolicyTerms & PolicyCoverage & PolicyFreshness;

/** What the signature of a response must fulfil. */
export type ResponsePolicy = Policy & {
  /**
   * Accepts responses that do not cover what they answer: one that was made for another request then counts, unless the nonce tells.
   * Default: false.
   */
  readonly insecurelyAllowUnboundResponse?: boolean | undefined;
};

const NAMES: OptionNames<Policy> = {
  tag: true,
  components: true,
  required: true,
  algorithms: true,
  maxAge: true,
  maxLifetime: true,
  futureSkew: true,
  forbiddenParameters: true,
  insecurelyAllowMissingCreated: true,
  insecurelyAllowMissingNonce: true,
  insecurelyAllowUncovered: true,
};

/** The members of a policy, for who misplaces one. */
export const POLICY_MEMBERS: Readonly<Record<keyof ResponsePolicy, string>> = {
  tag: 'policy',
  components: 'policy',
  required: 'policy',
  algorithms: 'policy',
  maxAge: 'policy',
  maxLifetime: 'policy',
  futureSkew: 'policy',
  forbiddenParameters: 'policy',
  insecurelyAllowMissingCreated: 'policy',
  insecurelyAllowMissingNonce: 'policy',
  insecurelyAllowUncovered: 'policy',
  insecurelyAllowUnboundResponse: 'policy',
};

/** A policy made ready. Times are whole seconds. */
export interface Requirement {
  readonly tag: string | undefined;
  /** Must be covered. */
  readonly components: readonly Component[];
  /** Must be covered where the message has them. */
  readonly whenPresent: readonly Component[];
  /** Whether `uncovered` is taken from the carrier's defaults, those that a message has too; else a positive list stands in their place. */
  readonly defaults: boolean;
  readonly algorithms: ReadonlySet<Algorithm> | undefined;
  readonly maxAge: number;
  readonly maxLifetime: number;
  readonly futureSkew: number;
  readonly created: 'required' | 'optional';
  readonly nonce: 'required' | 'optional';
  readonly forbiddenParameters: readonly string[];
  /** Names of default components that need not be covered. */
  readonly uncovered: ReadonlySet<string>;
}

const NOTHING: readonly never[] = [];

/**
 * Checks a policy and makes it ready; `defaults` are the components of the carrier.
 *
 * @throws {TypeError | RangeError} If the policy is not one.
 */
export function readPolicy(policy: Policy, defaults: readonly Component[]): Requirement {
  return ready(readOptions(policy, NAMES, { name: 'policy' }), defaults, defaults, false);
}

/**
 * The same for responses; `hasDigest` says whether the request had a digest to cover.
 *
 * @throws {TypeError | RangeError} If the policy is not one.
 */
export function readResponsePolicy(policy: ResponsePolicy, hasDigest: boolean): Requirement {
  const names: OptionNames<ResponsePolicy> = { ...NAMES, insecurelyAllowUnboundResponse: true };
  const { insecurelyAllowUnboundResponse: unbound = false, ...read } = readOptions(policy, names, { name: 'policy' });
  assertFlag(unbound, 'policy.insecurelyAllowUnboundResponse');
  const defaults = [...RESPONSE_CONTROL, ...(unbound ? NOTHING : requestOfResponse(hasDigest))];
  return ready(read, defaults, [...RESPONSE_CONTROL, ...requestOfResponse(true)], unbound);
}

/** `control` is what a positive list must cover, or leave out by name. */
function ready(read: Policy, defaults: readonly Component[], control: readonly Component[], unbound: boolean): Requirement {
  const { tag, components, required, forbiddenParameters = NOTHING, insecurelyAllowUncovered = NOTHING } = read;
  // WIRE: tags that begin with cs1- belong to the other carriers, so that none of their signatures serves here.
  if (tag !== undefined) assertPrintable(tag, 'policy.tag');
  if (tag?.startsWith('cs1-')) throw new TypeError('policy.tag must not begin with cs1-: such tags belong to the other carriers');
  assertTexts(forbiddenParameters, 'policy.forbiddenParameters');
  assertTexts(insecurelyAllowUncovered, 'policy.insecurelyAllowUncovered');
  const uncovered = new Set(insecurelyAllowUncovered);
  if (required !== undefined && components !== undefined)
    throw new TypeError('policy.required stands in place of the defaults, and policy.components besides them: give one of the two');
  const named =
    required === undefined
      ? readCoveredComponents(components ?? NOTHING, 'policy.components')
      : readRequiredList(required, { control, uncovered, unbound }, 'policy.');
  const always = named.filter(({ mayLack }) => !mayLack).map(({ component }) => component);
  const ofCarrier = required === undefined ? defaults.filter(({ name }) => !uncovered.has(name)) : NOTHING;
  return {
    ...readFreshness(read),
    tag,
    components: [...ofCarrier, ...always],
    whenPresent: named.filter(({ mayLack }) => mayLack).map(({ component }) => component),
    defaults: required === undefined,
    forbiddenParameters: [...forbiddenParameters],
    uncovered,
  };
}

/** What every carrier's policy may say: how old, and by which algorithms. */
export type CommonPolicy = Pick<PolicyTerms, 'algorithms' | 'maxAge' | 'futureSkew'>;

/** Times, and by which algorithms. */
type Freshness = Pick<Requirement, 'algorithms' | 'maxAge' | 'maxLifetime' | 'futureSkew' | 'created' | 'nonce'>;

/** The longest life that a structured field can say: an Integer has fifteen digits. */
const LONGEST_LIFETIME = 999_999_999_999_999;

function readFreshness(policy: Policy): Freshness {
  const { insecurelyAllowMissingCreated = false, insecurelyAllowMissingNonce = false, maxLifetime } = policy;
  assertFlag(insecurelyAllowMissingCreated, 'policy.insecurelyAllowMissingCreated');
  assertFlag(insecurelyAllowMissingNonce, 'policy.insecurelyAllowMissingNonce');
  const limits = readLimitsOf(policy, 'policy.', insecurelyAllowMissingNonce ? 'optional' : 'required');
  if (insecurelyAllowMissingCreated && !insecurelyAllowMissingNonce && maxLifetime === undefined)
    throw new TypeError(
      'policy.insecurelyAllowMissingCreated needs policy.maxLifetime, for nonces to be remembered, or policy.insecurelyAllowMissingNonce too',
    );
  if (maxLifetime === undefined) return { ...limits, created: insecurelyAllowMissingCreated ? 'optional' : 'required' };
  // Without created, a nonce has to be remembered for the whole life, and `futureSkew + 1` seconds more.
  const longest = insecurelyAllowMissingCreated ? LONGEST_LIFE - limits.futureSkew - 1 : LONGEST_LIFETIME;
  assertSeconds(maxLifetime, 'policy.maxLifetime', 1, longest);
  return { ...limits, maxLifetime, created: insecurelyAllowMissingCreated ? 'optional' : 'required' };
}

/** Checks these members; `maxAge` is the carrier's default. */
function readLimitsOf({ algorithms, maxAge = 300, futureSkew = 5 }: CommonPolicy, prefix: string, nonce: Requirement['nonce']): Freshness {
  assertSeconds(futureSkew, `${prefix}futureSkew`, 0, LONGEST_SKEW);
  // What counts once has to be remembered as long, and `futureSkew + 1` seconds more.
  assertSeconds(maxAge, `${prefix}maxAge`, 1, nonce === 'required' ? LONGEST_LIFE - futureSkew - 1 : 2 ** 31);
  const limits = { maxAge, maxLifetime: maxAge, futureSkew, created: 'required', nonce } as const;
  if (algorithms === undefined) return { ...limits, algorithms };
  assertTexts(algorithms, `${prefix}algorithms`);
  const unknown = algorithms.findIndex((name) => !isAlgorithm(name));
  if (unknown >= 0 || algorithms.length === 0) throw new TypeError(`${prefix}algorithms must be names of supported algorithms`);
  return { ...limits, algorithms: new Set(algorithms) };
}

/** The requirement of a carrier whose form is fixed: its components are seen to when it is read. */
export interface FixedRequirement extends Requirement {
  readonly tag: string;
}

/** What such a carrier asks of its signature. @throws {TypeError | RangeError} If a member of the policy is unusable. */
export function fixedRequirement(tag: string, nonce: Requirement['nonce'], policy: CommonPolicy, prefix = ''): FixedRequirement {
  const coverage = {
    components: NOTHING,
    whenPresent: NOTHING,
    defaults: true,
    forbiddenParameters: NOTHING,
    uncovered: new Set<string>(),
  };
  return { ...readLimitsOf(policy, prefix, nonce), ...coverage, tag };
}

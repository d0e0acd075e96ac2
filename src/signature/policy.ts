/**
 * What a receiver insists on. The message never decides that.
 *
 * @see RFC 9421, section 1.4 and 7.2.1
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { assertInteger, assertObject } from '../internal/assert.ts';
import type { Component } from '../rfc9421/component.ts';
import { parseComponent } from '../rfc9421/parse-component.ts';

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
    algorithms: algorithms && new Set(algorithms),
    maxAge,
    futureSkew,
    nonce: insecurelyAllowMissingNonce ? 'optional' : 'required',
    uncovered,
  };
}

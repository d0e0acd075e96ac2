/**
 * Who calls, whatever proved it: one answer for signed messages and for keys that are sent.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertObject, assertTexts } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';

/** How strongly the caller is known: by a key that only identifies, a secret that was sent, or a signature over this message. */
export type Proof = 'identification' | 'secret' | 'signature';

/** Who calls. */
export interface Consumer {
  /** The public name of the key. */
  readonly keyid: string;
  /** `''` without tenants. */
  readonly tenant: string;
  /** Whose key it is, by the provider's own name. */
  readonly owner: string;
  /** What the key may be used for. */
  readonly scopes: readonly string[];
  /** Keys that succeeded each other in rotations share it: limits that count by it begin no new quota with a new key. */
  readonly series: string;
  /** How strongly the caller is known. */
  readonly proof: Proof;
  /** While the caller uses a key that was rotated: until when that counts (the first second it does not), and the keyid that replaces it. */
  readonly rotatedOut?: { readonly until: number; readonly by: string } | undefined;
  /** Limits of the key's own, for whoever limits requests. */
  readonly limits?: readonly { readonly name: string; readonly points: number; readonly seconds: number }[] | undefined;
  /** Names and values that the provider gave the key. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Whatever else the provider keeps with the key. */
  readonly metadata?: unknown;
}

/** What a route wants of who calls it. */
export interface ConsumerRequirement {
  /** At least so strong a proof. Default: any. */
  readonly proof?: Proof | undefined;
  /** Scopes that the key must have, all of them. */
  readonly scopes?: readonly string[] | undefined;
}

const NAMES: OptionNames<ConsumerRequirement> = { proof: true, scopes: true };

/** The weakest first. */
const STRENGTH: readonly Proof[] = ['identification', 'secret', 'signature'];

/**
 * Requires that who calls may do so: `requireConsumer(verified.consumer, { proof: 'signature', scopes: ['coins:write'] })`.
 *
 * @returns the consumer
 * @throws {VerificationError} `proof_insufficient` or `scope_insufficient`, both 403.
 * @throws {TypeError} If there is no consumer: the key was not looked up by `createApiKeys`; or a requirement is unusable.
 */
export function requireConsumer(consumer: Consumer | undefined, requirement: ConsumerRequirement): Consumer {
  const { proof = 'identification', scopes = [] } = readOptions(requirement, NAMES, { name: 'requirement' });
  assertTexts(scopes, 'scopes');
  if (!STRENGTH.includes(proof)) throw new TypeError(`proof must be one of ${STRENGTH.join(', ')}`);
  if (consumer === undefined) throw new TypeError('there is no consumer: use the resolveKey of createApiKeys');
  requireConsumerShape(consumer);
  if (STRENGTH.indexOf(consumer.proof) < STRENGTH.indexOf(proof))
    throw new VerificationError('proof_insufficient', `this needs a ${proof}`);
  requireGranted(consumer.scopes, scopes);
  return consumer;
}

function requireConsumerShape(consumer: unknown): asserts consumer is Consumer {
  assertObject(consumer, 'consumer');
  const { proof, scopes } = consumer as Partial<Consumer>;
  if (!Array.isArray(scopes) || !STRENGTH.includes(proof!))
    throw new TypeError('consumer must be that of a verified request, or what authenticate answered');
}

/** Requires that all scopes are granted. @throws {VerificationError} `scope_insufficient`, with those that lack. */
export function requireGranted(granted: readonly string[], required: readonly string[]): void {
  const lacking = required.filter((scope) => !granted.includes(scope));
  if (lacking.length > 0) throw new VerificationError('scope_insufficient', `the key lacks ${lacking.join(', ')}`);
}

/**
 * Limits on what a peer may send. They bound cost before any key is looked up, so that refusing is always cheap.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertInteger } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { SignatureLimits } from '../rfc9421/signature-fields.ts';

/** Each an option, a whole number; sizes are bytes. */
export interface Limits extends SignatureLimits {
  /** Signatures in one message; 4 by default. */
  readonly labels: number;
  /** Components of one signature; 32 by default. */
  readonly components: number;
  /** Of these, components with parameters; 16 by default. */
  readonly parameterizedComponents: number;
  /** One field line; 8 KiB by default. */
  readonly fieldBytes: number;
  /** All fields together; 64 KiB by default. */
  readonly totalFieldBytes: number;
  /** The request target; 8 KiB by default. */
  readonly targetBytes: number;
  /** Parameters of the query; 1,000 by default. */
  readonly queryParameters: number;
  /** Content that is read into memory; 1 MiB by default. */
  readonly bodyBytes: number;
}

/** What applies where nothing else is said. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  labels: 4,
  components: 32,
  parameterizedComponents: 16,
  fieldBytes: 8 * 1024,
  totalFieldBytes: 64 * 1024,
  targetBytes: 8 * 1024,
  queryParameters: 1000,
  bodyBytes: 1024 * 1024,
};

const NAMES: OptionNames<Limits> = {
  labels: true,
  components: true,
  parameterizedComponents: true,
  fieldBytes: true,
  totalFieldBytes: true,
  targetBytes: true,
  queryParameters: true,
  bodyBytes: true,
};

/**
 * The limits of a verifier: those given, and the defaults for the others.
 *
 * @throws {TypeError | RangeError} If one is not known, or no whole number.
 */
export function readLimits(given: Partial<Limits> | undefined): Limits {
  const limits: { -readonly [Name in keyof Limits]: number } = { ...DEFAULT_LIMITS };
  if (given === undefined) return limits;
  const read = readOptions<Partial<Limits>>(given, NAMES, { name: 'limits' });
  for (const name of Object.keys(NAMES) as (keyof Limits)[]) {
    const value = read[name];
    if (value === undefined) continue;
    assertInteger(value, `limits.${name}`, name === 'bodyBytes' ? 0 : 1, 2 ** 40);
    limits[name] = value;
  }
  return limits;
}

/** Adds a field line to a sum of bytes. @throws {VerificationError} `signature_malformed` if that is too much. */
export function addFieldBytes(total: number, name: string, value: string, limits: Limits): number {
  const sum = total + name.length + value.length;
  if (value.length > limits.fieldBytes || sum > limits.totalFieldBytes)
    throw new VerificationError('signature_malformed', 'the fields are larger than the limits');
  return sum;
}

/** Requires that a target is within the limits. @throws {VerificationError} `target_malformed`. */
export function requireTargetWithin(target: string, limits: Limits): void {
  if (target.length > limits.targetBytes)
    throw new VerificationError('target_malformed', `the request target is longer than ${limits.targetBytes} bytes`);
  if (hasMore(target, limits.queryParameters))
    throw new VerificationError('target_malformed', `the query has more than ${limits.queryParameters} parameters`);
}

/** Whether a target has more pairs than that. */
function hasMore(target: string, most: number): boolean {
  let pairs = 1;
  for (let at = target.indexOf('&'); at >= 0; at = target.indexOf('&', at + 1)) if (++pairs > most) return true;
  return false;
}

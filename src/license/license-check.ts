/**
 * What the application asks of a license, made ready.
 *
 * @see WIRE, "License"
 * @module
 */

import { assertInteger, assertObject, assertText } from '../internal/assert.ts';
import { systemTime } from '../internal/time.ts';
import { purposeTag } from '../payload/carrier.ts';
import { keyPoints, type LicenseKeys } from './license-keys.ts';
import type { Circumstances } from './terms.ts';

/** What both ways of verifying take. Times are whole seconds since the epoch. */
export interface LicenseOptions extends Circumstances {
  /** The product that this application is: a license for another one is refused. */
  readonly product: string;
  /** The public keys by keyid. */
  readonly publicKeys: LicenseKeys;
  /** Whom the license must be for. */
  readonly subject?: string | undefined;
  /** How many seconds our clock may be behind the one that issued the license, or a time seen before; 300 by default. */
  readonly futureSkew?: number | undefined;
  readonly now?: (() => number) | undefined;
}

/** The options made ready. */
export interface LicenseCheck extends Omit<LicenseOptions, 'now'> {
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly tag: string;
  readonly now: number;
  readonly futureSkew: number;
  /** A license ends by its `expires`, never by its age. */
  readonly maxAge: number;
}

/** Checks the options. @throws {TypeError | RangeError} If one is missing or unusable. */
export function prepareCheck(options: LicenseOptions): LicenseCheck {
  assertObject(options, 'options');
  // What is not given is checked in the shape of what passes.
  const { product, subject = 'any', machine = 'any', releasedAt = 0, understood = [], futureSkew = 300, now = systemTime } = options;
  assertText(subject, 'subject');
  assertText(machine, 'machine');
  assertInteger(releasedAt, 'releasedAt');
  if (!Array.isArray(understood)) throw new TypeError('understood must be a list');
  assertInteger(futureSkew, 'futureSkew', 0, 2 ** 31);
  const time = now();
  // With a clock that tells no time, nothing would ever expire.
  assertInteger(time, 'now()', 0, 2 ** 40);
  return {
    ...options,
    keys: keyPoints(options.publicKeys),
    tag: purposeTag('license', product, 'product'),
    futureSkew,
    maxAge: Number.POSITIVE_INFINITY,
    now: time,
  };
}

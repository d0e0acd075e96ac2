/**
 * What the application asks of a license, made ready.
 *
 * @see WIRE, "License"
 * @module
 */

import { isAcceptableKey } from '../crypto/ed25519/gate.ts';
import type { PublicKey } from '../crypto/key.ts';
import { assertInteger, assertObject, assertText } from '../internal/assert.ts';
import { decodeBase64url } from '../internal/base64.ts';
import { purposeTag } from '../payload/carrier.ts';
import { systemTime } from '../runtime/time.ts';
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

// The public keys an application is delivered with.

/**
 * Ed25519 public keys by keyid: imported, or as text, the base64url of their 32 bytes (`encodeBase64url(exportPublicKeyRaw(key))`).
 * Several while you rotate: new licenses are issued with the new key, old ones go on working.
 */
export type LicenseKeys = Readonly<Record<string, PublicKey | string>>;

/**
 * The keys by keyid, each as its 32 bytes, which have passed the gate. All of them, so that a wrong one shows at the first
 * start and not with the first license that needs it.
 *
 * @throws {TypeError} If one is not an Ed25519 key.
 */
export function keyPoints(keys: LicenseKeys): ReadonlyMap<string, Uint8Array> {
  assertObject(keys, 'publicKeys');
  const points = new Map<string, Uint8Array>();
  for (const [keyid, key] of Object.entries(keys)) {
    const text = typeof key === 'string' ? key : key?.algorithm === 'ed25519' && key.jwk?.['x'];
    const point = decodeBase64url(String(text));
    if (point === undefined || !isAcceptableKey(point)) throw new TypeError(`publicKeys.${keyid} must be an Ed25519 public key`);
    points.set(keyid, point);
  }
  return points;
}

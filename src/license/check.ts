/**
 * What the application asks of a license, made ready.
 *
 * @see WIRE, "License"
 * @module
 */

import { isAcceptableKey } from '../crypto/ed25519/gate.ts';
import type { PublicKey } from '../crypto/key.ts';
import { assertFlag, assertObject, assertPrintable, assertSeconds, assertText, assertTexts, assertTime } from '../internal/assert.ts';
import { fromBase64url } from '../internal/base64.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { purposeTag } from '../payload/carrier.ts';
import { clockOf } from '../runtime/time.ts';
import type { Circumstances } from './terms.ts';

/** More seconds of `futureSkew` are taken for milliseconds. */
const DAY = 86_400;

/** What both ways of verifying take. Times are whole seconds since the epoch. */
export interface LicenseOptions extends Circumstances {
  /** The product that this application is: a license for another one is refused. */
  readonly product: string;
  /** The public keys by keyid. */
  readonly publicKeys: LicenseKeys;
  /** Whom the license must be for. Without it, a license that names somebody is refused. */
  readonly subject?: string | undefined;
  /** Takes licenses for anybody; the result says for whom. Default: false. */
  readonly anySubject?: boolean | undefined;
  /** How many seconds our clock may be behind the one that issued the license, or a time seen before; 300 by default, 86,400 at most. */
  readonly futureSkew?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** The names of `LicenseOptions`, and where the latest time is kept. */
const NAMES: OptionNames<LicenseOptions & { readonly lastSeen?: unknown }> = {
  product: true,
  publicKeys: true,
  subject: true,
  anySubject: true,
  futureSkew: true,
  now: true,
  machine: true,
  releasedAt: true,
  understood: true,
  lastSeen: true,
};

/** The options made ready; `LastSeen` is where the latest time is kept. */
export interface LicenseCheck<LastSeen = unknown> extends Circumstances {
  readonly product: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly tag: string;
  readonly subject: string | undefined;
  readonly anySubject: boolean;
  readonly now: number;
  readonly futureSkew: number;
  /** A license ends by its `expires`, never by its age. */
  readonly maxAge: number;
  readonly lastSeen: LastSeen | undefined;
}

/** Checks the options. @throws {TypeError | RangeError} If one is missing, unknown or unusable. */
export function prepareCheck<LastSeen>(options: LicenseOptions & { readonly lastSeen?: LastSeen | undefined }): LicenseCheck<LastSeen> {
  const read = readOptions(options, NAMES) as LicenseOptions & { readonly lastSeen?: LastSeen };
  const { product, subject, anySubject = false, machine, releasedAt, understood, futureSkew = 300, lastSeen } = read;
  if (subject !== undefined) assertPrintable(subject, 'subject');
  assertFlag(anySubject, 'anySubject');
  if (anySubject && subject !== undefined) throw new TypeError('subject and anySubject exclude each other');
  if (machine !== undefined) assertText(machine, 'machine');
  if (releasedAt !== undefined) assertTime(releasedAt, 'releasedAt');
  if (understood !== undefined) assertTexts(understood, 'understood');
  assertSeconds(futureSkew, 'futureSkew', 0, DAY);
  return {
    product,
    keys: keyPoints(read.publicKeys),
    tag: purposeTag('license', product, 'product'),
    subject,
    anySubject,
    machine,
    releasedAt,
    understood,
    futureSkew,
    maxAge: Number.POSITIVE_INFINITY,
    // With a clock that tells no time, nothing would ever expire.
    now: clockOf(read.now)(),
    lastSeen,
  };
}

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
function keyPoints(keys: LicenseKeys): ReadonlyMap<string, Uint8Array> {
  assertObject(keys, 'publicKeys');
  const points = new Map<string, Uint8Array>();
  if (Object.keys(keys).length === 0) throw new TypeError('publicKeys must not be empty');
  for (const [keyid, key] of Object.entries(keys)) {
    const text = typeof key === 'string' ? key : key?.algorithm === 'ed25519' && key.jwk?.['x'];
    const point = fromBase64url(String(text));
    if (point === undefined || !isAcceptableKey(point))
      throw new TypeError(`publicKeys.${keyid} must be an Ed25519 public key, imported or as base64url of its 32 bytes (not PEM, not hex)`);
    points.set(keyid, point);
  }
  return points;
}

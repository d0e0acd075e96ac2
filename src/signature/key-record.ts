/**
 * What a key look-up answers, and whether the key may be used.
 *
 * @module
 */

import { signatureLength, type VerificationKey } from '../crypto/key.ts';
import { VerificationError } from '../errors.ts';
import { assertTexts, assertTime } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { memberOf } from '../internal/options.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { Consumer } from './consumer.ts';

/** A key with what the provider knows about it. Times are whole seconds since the epoch; `null` is as good as absent. */
export interface KeyRecord {
  /** One key, or several while they overlap in a rotation: at most two of one algorithm, or of algorithms whose signatures are equally long. */
  readonly key: VerificationKey | readonly VerificationKey[];
  /** Whose key it is. Quotas are kept apart by it. Default: `''`. */
  readonly tenant?: string | null | undefined;
  /** Default: `active`. */
  readonly status?: 'active' | 'disabled' | 'pending' | 'revoked' | null | undefined;
  /** The first second the key counts. Default: always. */
  readonly notBefore?: number | null | undefined;
  /** The last second the key counts. Default: for ever. */
  readonly notAfter?: number | null | undefined;
  /** Once another key has replaced it: the first second it counts no more, and the keyid of the other. Only who proves the key is told. */
  readonly rotatedOut?: { readonly until: number; readonly by: string } | null | undefined;
  /** Who calls with it: `createApiKeys` says so. */
  readonly consumer?: Consumer | null | undefined;
  /** The one name under which nonces of this key are remembered, where it can be found by several. Default: the keyid of the message. */
  readonly canonicalKeyid?: string | null | undefined;
  /** What whoever has the key may do, as `requireScopes` of the adapters asks: `['coins:write']`. Default: nothing. */
  readonly scopes?: readonly string[] | null | undefined;
  /** Anything the application wants back with a verified message. */
  readonly metadata?: unknown;
}

/** A key, a record, or nothing (`null` too: object mappers answer it). */
export type KeyLookup = VerificationKey | KeyRecord | null | undefined;

/**
 * Finds the key of a keyid. It must throw if it cannot tell: that is answered with 503, never as an unknown key.
 * `untrusted` is what the message claims; nothing in it is proved.
 */
export type ResolveKey = (keyid: string, untrusted: UnverifiedSignature) => Awaitable<KeyLookup>;

/**
 * Finds the key of a signature that names none, by what else it says. It must throw if it cannot tell, as `ResolveKey`. The record needs
 * `canonicalKeyid`: nonces are remembered under it, and it is the `keyid` of what was verified.
 */
export type ResolveKeyWithoutKeyid = (
  untrusted: KeylessSignature,
) => Awaitable<(KeyRecord & { readonly canonicalKeyid: string }) | null | undefined>;

/** A signature without a keyid, unverified: every part of it may be an attacker's. */
export interface KeylessSignature extends UnverifiedSignature {
  /** There is none. */
  readonly keyid?: undefined;
  /** The value of a field that the signature covers, by its name in any case; `undefined` if it is not covered, or not there. */
  field(name: string): string | undefined;
}

/** A key record, looked at once: what it says now counts, whatever becomes of it. */
export interface ResolvedKey {
  /** As the application answered it. */
  readonly record: KeyRecord;
  readonly keys: readonly VerificationKey[];
  readonly tenant: string;
  readonly status: string;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  readonly rotatedOut: KeyRecord['rotatedOut'];
  readonly canonicalKeyid: string | undefined;
}

/**
 * Reads what a look-up answered; `undefined` if there is no such key.
 *
 * @throws {TypeError | RangeError} If it is something else: a secret, a signer, a record without a key.
 */
export function readLookup(found: KeyLookup): ResolvedKey | undefined {
  if (found === null || found === undefined) return undefined;
  if (typeof found === 'string') throw answered('a text; if it is a secret, answer hmacKey(secret)');
  if (typeof found !== 'object') throw answered('no key, record, null or undefined');
  const key = memberOf(found, 'key');
  const record = (key === undefined ? { key: found } : found) as KeyRecord;
  const keys = keysOf(key ?? found);
  assertTexts(memberOf(record, 'scopes') ?? [], 'scopes of the key record that resolveKey answered');
  return {
    record,
    keys,
    tenant: textOf(record, 'tenant') ?? '',
    status: textOf(record, 'status') ?? 'active',
    notBefore: timeOf(record, 'notBefore'),
    notAfter: timeOf(record, 'notAfter'),
    rotatedOut: rotationOf(record),
    canonicalKeyid: textOf(record, 'canonicalKeyid'),
  };
}

/** Requires the name under which nonces of a key are remembered that the message does not name. @throws {TypeError} */
export function requireCanonicalKeyid(key: ResolvedKey | undefined): void {
  if (key !== undefined && !key.canonicalKeyid)
    throw new TypeError('resolveKeyWithoutKeyid answered a record without canonicalKeyid: it is the name of the key');
}

const MOST_KEYS = 2;

function keysOf(given: unknown): readonly VerificationKey[] {
  const keys: readonly unknown[] = Array.isArray(given) ? [...given] : [given];
  if (keys.length === 0) throw answered('a record without a key');
  keys.forEach(requireKey);
  const checked = keys as readonly VerificationKey[];
  if (checked.length > MOST_KEYS) requireFewAlike(checked);
  return checked;
}

/** An unknown keyid must take as long as a wrong signature, whichever record is meant: so few may try a signature of one length. */
function requireFewAlike(keys: readonly VerificationKey[]): void {
  const kinds = keys.map((key) => signatureLength(key) ?? key.algorithm);
  const crowded = kinds.findIndex((kind) => kinds.filter((other) => other === kind).length > MOST_KEYS);
  if (crowded < 0) return;
  const { algorithm } = keys[crowded]!;
  const alike = keys.every((key) => key.algorithm === algorithm) ? '' : ', or with signatures as long as its';
  throw answered(`more than ${MOST_KEYS} keys for ${algorithm}${alike}, in one record`);
}

function requireKey(key: unknown): void {
  if (typeof key === 'object' && key !== null) {
    if (isThenable(key)) throw answered('a promise inside a record: await the key first');
    if (typeof memberOf(key, 'verify') === 'function') return;
    if (typeof memberOf(key, 'sign') === 'function') throw answered('what signs; answer what verifies: hmacKey(secret), or a public key');
  }
  throw answered('something that is not a key');
}

function textOf(record: object, name: keyof KeyRecord): string | undefined {
  const value = memberOf(record, name) ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw answered(`a record whose ${name} is no string`);
  return value;
}

function timeOf(record: object, name: keyof KeyRecord): number | undefined {
  const value = memberOf(record, name) ?? undefined;
  if (value === undefined) return undefined;
  assertTime(value, `${name} of the key record that resolveKey answered`);
  return value;
}

function rotationOf(record: object): KeyRecord['rotatedOut'] {
  const value = memberOf(record, 'rotatedOut') ?? undefined;
  if (value === undefined) return undefined;
  const { until, by } = value as NonNullable<KeyRecord['rotatedOut']>;
  assertTime(until, 'rotatedOut.until of the key record that resolveKey answered');
  return { until, by };
}

function answered(what: string): TypeError {
  return new TypeError(`resolveKey answered ${what}`);
}

/**
 * Requires that a key may be used now. Asked only after its signature is proved right, so that nobody learns a
 * key's state by guessing keyids.
 *
 * @throws {VerificationError} `key_revoked`, `key_pending`, `key_disabled`, `key_rotated_out` or `key_expired`.
 */
export function requireUsable(
  { status, notBefore, notAfter, rotatedOut }: Pick<ResolvedKey, 'status' | 'notBefore' | 'notAfter' | 'rotatedOut'>,
  now: number,
): void {
  if (status === 'revoked') throw new VerificationError('key_revoked', 'the key was revoked');
  if (status === 'pending') throw new VerificationError('key_pending', 'the key is not in use yet');
  if (status !== 'active') throw new VerificationError('key_disabled', 'the key is disabled');
  // Written so that NaN refuses.
  if (rotatedOut && !(now < rotatedOut.until)) throw new VerificationError('key_rotated_out', `the key was replaced: use ${rotatedOut.by}`);
  if (notBefore !== undefined && !(now >= notBefore)) throw new VerificationError('key_expired', 'the key is not valid yet');
  if (notAfter !== undefined && !(now <= notAfter)) throw new VerificationError('key_expired', 'the key is not valid any more');
}

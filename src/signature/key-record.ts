/**
 * What a key look-up answers, and whether the key may be used.
 *
 * @module
 */

import { signatureLength, type VerificationKey } from '../crypto/key.ts';
import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';

/** A key with what the provider knows about it. Times are whole seconds since the epoch. */
export interface KeyRecord {
  /** One key, or several while they overlap in a rotation. */
  readonly key: VerificationKey | readonly VerificationKey[];
  /** Whose key it is. Nonces and quotas are kept apart by it. */
  readonly tenant?: string | undefined;
  readonly status?: 'active' | 'disabled' | 'revoked' | undefined;
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  /** Anything the application wants back with a verified request. */
  readonly metadata?: unknown;
}

/** A key, a record, or nothing (`null` too: object mappers answer it). */
export type KeyLookup = VerificationKey | KeyRecord | null | undefined;

/**
 * Finds the key of a keyid. It must throw if it cannot tell: that is answered with 503, never as an unknown key.
 * `untrusted` is what the message claims; nothing in it is proved.
 */
export type ResolveKey = (keyid: string, untrusted: UnverifiedSignature) => Awaitable<KeyLookup>;

/** A look-up as a record; `undefined` if there is no such key. */
export function toKeyRecord(found: KeyLookup): KeyRecord | undefined {
  if (found === null || found === undefined) return undefined;
  if (typeof found !== 'object') throw new TypeError('resolveKey must answer a verification key, a key record, null or undefined');
  const record = 'key' in found ? found : { key: found };
  const keys = keysOf(record);
  if (keys.length === 0 || keys.some((key) => typeof key?.verify !== 'function'))
    throw new TypeError('resolveKey answered something that is not a key');
  return record;
}

/** The keys of a record. */
export function keysOf(record: KeyRecord): readonly VerificationKey[] {
  return Array.isArray(record.key) ? record.key : [record.key as VerificationKey];
}

/** Whether a signature is as long as those of a key are; a key refuses others at once, which takes no time. */
export function fitsLength(key: VerificationKey, length: number): boolean {
  const own = signatureLength(key);
  return own === undefined || own === length;
}

/**
 * Requires that a key may be used now. Asked only after its signature is proved right, so that nobody learns a
 * key's state by guessing keyids.
 *
 * @throws {VerificationError} `key_revoked`, `key_disabled` or `key_expired`.
 */
export function requireUsable(record: KeyRecord, now: number): void {
  const { status = 'active', notBefore, notAfter } = record;
  if (status === 'revoked') throw new VerificationError('key_revoked');
  if (status !== 'active') throw new VerificationError('key_disabled');
  // Written so that NaN refuses.
  if (notBefore !== undefined && !(now >= notBefore)) throw new VerificationError('key_expired', 'not valid yet');
  if (notAfter !== undefined && !(now <= notAfter)) throw new VerificationError('key_expired');
}

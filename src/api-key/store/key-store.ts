/**
 * What keeps keys: the interface of key stores.
 *
 * Each change has a revision, greater than all before it in the order in which changes can be seen; so whoever knows everything up to
 * a revision asks for what came later, and misses nothing. A key, its revision and the event that tells of it are written together or
 * not at all.
 *
 * @module
 */

import type { Awaitable } from '../../internal/awaitable.ts';
import type { ApiKey, KeyState, StoredKey } from './record.ts';

/** What was done to a key. */
export type KeyAction =
  | 'issued'
  | 'imported'
  | 'enrolled'
  | 'updated'
  | 'enabled'
  | 'disabled'
  | 'rotated'
  | 'revoked'
  | 'rewrapped'
  | 'purged'
  | 'reapplied';

/** One change of one key, for the audit. It never holds a secret. */
export interface KeyChange {
  /** The revision of the change. */
  readonly seq: number;
  /** When; whole seconds since the epoch. */
  readonly at: number;
  /** Who did it, as the provider names people and programs. */
  readonly actor: string;
  /** What was done. */
  readonly action: KeyAction;
  /** The public name of the key. */
  readonly keyid: string;
  /** The tenant of the key; `''` without tenants. */
  readonly tenant: string;
  /** The key before; `undefined` if there was none. */
  readonly before: ApiKey | undefined;
  /** The key after; `undefined` if there is none any more. */
  readonly after: ApiKey | undefined;
}

/** One key to write. */
export interface KeyWrite {
  /** As it shall be; its revision is the store's to give. `undefined` removes it. */
  readonly key: StoredKey | undefined;
  /** As it was read; what has changed since is a conflict. `undefined` if it must not exist. */
  readonly before: StoredKey | undefined;
  /** When; whole seconds since the epoch. */
  readonly at: number;
  /** Who does it. */
  readonly actor: string;
  /** What is done. */
  readonly action: KeyAction;
}

/** What a list is of. Members that are absent leave everything in. Times are whole seconds since the epoch. */
export interface KeyFilter {
  /** Of this environment. */
  readonly environment: string | undefined;
  /** Of this tenant. */
  readonly tenant: string | undefined;
  /** Of this owner. */
  readonly owner: string | undefined;
  /** Of this series. */
  readonly series: string | undefined;
  /** In this state now. */
  readonly state: KeyState | undefined;
  /** Never used, or last before then; and there since before then. */
  readonly unusedSince: number | undefined;
  /** Those that end by their own time, from now on and before then. */
  readonly expiringBefore: number | undefined;
  /** Revoked before then. */
  readonly revokedBefore: number | undefined;
  /** Those that are sealed, with another master key than this one; bearer keys are not. */
  readonly notSealedWith: string | undefined;
  /** The present. */
  readonly now: number;
  /** Only keys behind this one, in the order of `createdAt` and then `keyid` (by code units). */
  readonly after: { readonly createdAt: number; readonly keyid: string } | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** Uses of one key since they were last written. */
export interface KeyUse {
  /** The public name of the key. */
  readonly keyid: string;
  /** The latest; whole seconds since the epoch. */
  readonly at: number;
  /** How often since it was last written. */
  readonly count: number;
}

/** A secret that waits to be fetched, or a permission to bring a key. The token itself is nowhere: only its hash. */
export interface StoredClaim {
  /** The hash of the token, under which it is found. */
  readonly hash: string;
  /** What the token is for. */
  readonly purpose: 'claim' | 'enrol' | 'idempotency';
  /** The key it is about; of an enrolment, the one that came of it, `''` before. */
  readonly keyid: string;
  /** What waits: the secret, sealed under the token; or what the enrolled key shall be. */
  readonly sealed: string | undefined;
  /** The first second it counts no more. */
  readonly expiresAt: number;
  /** When it was claimed; `undefined` if it was not. */
  readonly claimedAt: number | undefined;
  /** The hash of the claimer's own secret, who alone may repeat. */
  readonly claimedBy: string | undefined;
  /** How often it was tried. */
  readonly attempts: number;
}

/**
 * Keeps keys. An implementation throws when it cannot tell: that is answered with 503, never as an unknown key. Answers are plain data,
 * whose objects nobody else holds.
 */
export interface KeyStore {
  /** The key of a keyid. */
  get(keyid: string): Awaitable<StoredKey | undefined>;
  /** Keys in the order of `createdAt`, then `keyid`. */
  list(filter: KeyFilter): Awaitable<readonly StoredKey[]>;
  /**
   * Writes all, each with a revision and an event of its own, or none. `claim` is put down with them, if its hash is new.
   *
   * @returns the events, in order; `undefined` if a key is not as it was read, or is there already, or the claim is.
   */
  write(writes: readonly KeyWrite[], claim?: StoredClaim): Awaitable<readonly KeyChange[] | undefined>;
  /** The revision of the last change; 0 before any. */
  revision(): Awaitable<number>;
  /** Raises the revision, never lowers it. */
  raiseRevision(to: number): Awaitable<void>;
  /** Keys that were changed after a revision, removed ones aside: at most `limit`, those of the lowest revisions. */
  changes(after: number, limit: number): Awaitable<readonly { readonly keyid: string; readonly revision: number }[]>;
  /** Writes down uses: times go forward only, counts add up. No change, no event. */
  touch(uses: readonly KeyUse[]): Awaitable<void>;
  /** Events after a revision, of all keys or of one, in order; at most `limit`. */
  events(filter: { readonly keyid: string | undefined; readonly after: number; readonly limit: number }): Awaitable<readonly KeyChange[]>;
  /** Puts down a claim. Answers whether its hash is new. */
  addClaim(claim: StoredClaim): Awaitable<boolean>;
  /** The claim of a hash. */
  getClaim(hash: string): Awaitable<StoredClaim | undefined>;
  /**
   * Counts an attempt, and claims what was not claimed yet; at once, so that of two only one claims.
   *
   * @returns the claim as it is now, and whether this very attempt claimed it; `undefined` if there is none.
   */
  tryClaim(hash: string, claimedBy: string, now: number): Awaitable<{ readonly claim: StoredClaim; readonly isFirst: boolean } | undefined>;
}

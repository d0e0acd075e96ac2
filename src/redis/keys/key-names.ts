/**
 * What key stores call their keys in Redis, and in which lists a key stands.
 *
 * All have one hash tag, so that a Redis Cluster has them in one slot and a script changes them together.
 *
 * @module
 */

import type { KeyFilter } from '../../api-key/store/key-store.ts';
import type { StoredKey } from '../../api-key/store/record.ts';

/** The names over one prefix. */
export interface KeyNames {
  /** A number: the last revision. */
  readonly revision: string;
  /** A hash of the generations of all series that there are. */
  readonly generations: string;
  /** A stream: what was done, by revision. */
  readonly events: string;
  /** A sorted set: keyids by the revision of their last change. */
  readonly changes: string;
  /** A sorted set, in the order of lists: all keys. */
  readonly all: string;
  /** The same, by their end. */
  readonly ends: string;
  /** The same, by when they were revoked. */
  readonly revoked: string;
  /** A hash: one key. */
  key(keyid: string): string;
  /** A hash: one claim. */
  claim(hash: string): string;
  /** A sorted set: the revisions at which something was done to a key. */
  eventsOf(keyid: string): string;
  /** A sorted set, in the order of lists: the keys of an owner. */
  owner(tenant: string, owner: string): string;
  /** The same, of a series. */
  series(series: string): string;
}

/** The names over a prefix. */
export function keyNames(prefix: string): KeyNames {
  const at = `${prefix}{keys}`;
  return {
    revision: `${at}revision`,
    generations: `${at}generations`,
    events: `${at}events`,
    changes: `${at}changes`,
    all: `${at}all`,
    ends: `${at}ends`,
    revoked: `${at}revoked`,
    key: (keyid) => `${at}k:${keyid}`,
    claim: (hash) => `${at}c:${hash}`,
    eventsOf: (keyid) => `${at}e:${keyid}`,
    // The length keeps the two apart.
    owner: (tenant, owner) => `${at}o:${tenant.length}:${tenant}${owner}`,
    series: (series) => `${at}s:${series}`,
  };
}

/** Digits of a time in the order of lists: enough for 30,000 years. */
const DIGITS = 12;

/** A key in the order of lists: by `createdAt`, then `keyid`, as one text. */
export function memberOf({ createdAt, keyid }: Pick<StoredKey, 'createdAt' | 'keyid'>): string {
  return String(createdAt).padStart(DIGITS, '0') + keyid;
}

/** The keyid of a member. */
export function keyidOf(member: string): string {
  return member.slice(DIGITS);
}

/** The lists in which a key stands, each with its score there. */
export function placesOf(names: KeyNames, key: StoredKey): readonly (readonly [list: string, score: number])[] {
  const { tenant, owner, series, status, statusAt, notAfter } = key;
  return [
    [names.all, 0],
    [names.owner(tenant, owner), 0],
    [names.series(series), 0],
    ...(notAfter === undefined ? [] : ([[names.ends, notAfter]] as const)),
    ...(status === 'revoked' ? ([[names.revoked, statusAt]] as const) : []),
  ];
}

/** Where the keys of a filter are looked for: a list in order, or those with a score from `min` on and before `max`. */
export type Source = { readonly list: string; readonly scores?: readonly [min: number, max: number] | undefined };

/** The shortest list that holds all keys of a filter. */
export function sourceOf(names: KeyNames, filter: KeyFilter): Source {
  const { tenant, owner, series, expiringBefore, revokedBefore, now } = filter;
  if (series !== undefined) return { list: names.series(series) };
  if (tenant !== undefined && owner !== undefined) return { list: names.owner(tenant, owner) };
  if (expiringBefore !== undefined) return { list: names.ends, scores: [now, expiringBefore] };
  if (revokedBefore !== undefined) return { list: names.revoked, scores: [0, revokedBefore] };
  return { list: names.all };
}

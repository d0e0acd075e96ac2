/**
 * Whether a key is one that a list is of: the meaning of each member of a filter, which every store keeps to.
 *
 * @module
 */

import type { KeyFilter } from './key-store.ts';
import { type StoredKey, stateOf } from './record.ts';

const isSame = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted === value;

/** Whether a key passes a filter, its place in the list included. */
export function matchesFilter(key: StoredKey, filter: KeyFilter): boolean {
  return (
    isSame(filter.environment, key.environment) &&
    isSame(filter.tenant, key.tenant) &&
    isSame(filter.owner, key.owner) &&
    isSame(filter.series, key.series) &&
    isSame(filter.state, stateOf(key, filter.now)) &&
    isUnused(key, filter.unusedSince) &&
    isExpiring(key, filter) &&
    (filter.revokedBefore === undefined || (key.status === 'revoked' && key.statusAt < filter.revokedBefore)) &&
    isSealedWithOther(key, filter.notSealedWith) &&
    isBehind(key, filter.after)
  );
}

function isUnused({ createdAt, lastUsedAt }: StoredKey, since: number | undefined): boolean {
  return since === undefined || (createdAt < since && (lastUsedAt === undefined || lastUsedAt < since));
}

function isExpiring({ notAfter }: StoredKey, { expiringBefore, now }: KeyFilter): boolean {
  return expiringBefore === undefined || (notAfter !== undefined && notAfter >= now && notAfter < expiringBefore);
}

function isSealedWithOther({ kind, sealedWith }: StoredKey, name: string | undefined): boolean {
  return name === undefined || (kind !== 'bearer' && sealedWith !== undefined && sealedWith !== name);
}

function isBehind(key: StoredKey, after: KeyFilter['after']): boolean {
  if (after === undefined) return true;
  return key.createdAt === after.createdAt ? key.keyid > after.keyid : key.createdAt > after.createdAt;
}

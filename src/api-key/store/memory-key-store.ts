/**
 * Keys in the memory of one process, for tests and trials: they are gone with it.
 *
 * @module
 */

import type { KeyChange, KeyFilter, KeyStore, KeyUse, KeyWrite, StoredClaim } from './key-store.ts';
import { matchesFilter } from './matches.ts';
import { type StoredKey, toApiKey } from './record.ts';

/** Creates a key store in memory: for one process, and gone with it. */
export function memoryKeyStore(): KeyStore {
  const memory = new MemoryKeys();
  return Object.freeze({
    get: (keyid: string) => memory.keys.get(keyid),
    list: (filter: KeyFilter) => memory.list(filter),
    write: (writes: readonly KeyWrite[], claim?: StoredClaim) => memory.write(writes, claim),
    revision: () => memory.revision,
    raiseRevision: (to: number) => memory.raise(to),
    changes: (after: number, limit: number) => memory.changes(after, limit),
    touch: (uses: readonly KeyUse[]) => memory.touch(uses),
    events: (filter: Parameters<KeyStore['events']>[0]) => memory.eventsOf(filter),
    addClaim: (claim: StoredClaim) => memory.addClaim(claim),
    getClaim: (hash: string) => memory.claims.get(hash),
    tryClaim: (hash: string, claimedBy: string, now: number) => memory.tryClaim(hash, claimedBy, now),
  });
}

const generationOf = ({ series, generation }: StoredKey): string => `${generation} ${series}`;

/** Records are frozen, and replaced when they change: nobody who holds one sees it change. */
class MemoryKeys {
  readonly keys = new Map<string, StoredKey>();
  readonly claims = new Map<string, StoredClaim>();
  readonly #generations = new Set<string>();
  readonly #events: KeyChange[] = [];
  revision = 0;

  list(filter: KeyFilter): readonly StoredKey[] {
    const found = [...this.keys.values()].filter((key) => matchesFilter(key, filter));
    return found.sort((a, b) => a.createdAt - b.createdAt || (a.keyid < b.keyid ? -1 : 1)).slice(0, filter.limit);
  }

  write(writes: readonly KeyWrite[], claim: StoredClaim | undefined): readonly KeyChange[] | undefined {
    if (claim !== undefined && this.claims.has(claim.hash)) return undefined;
    if (!writes.every((write) => this.#isAsRead(write))) return undefined;
    if (claim !== undefined) this.addClaim(claim);
    return writes.map((write) => this.#writeOne(write));
  }

  #isAsRead({ key, before }: KeyWrite): boolean {
    const now = this.keys.get((key ?? before)!.keyid);
    if (now?.revision !== before?.revision) return false;
    // Two successors of one key: the second one is refused.
    return key === undefined || before !== undefined || !this.#generations.has(generationOf(key));
  }

  #writeOne({ key, before, at, actor, action }: KeyWrite): KeyChange {
    const { keyid, tenant } = (key ?? before)!;
    const seq = ++this.revision;
    const { lastUsedAt, uses = 0 } = this.keys.get(keyid) ?? {};
    const stored = key && Object.freeze({ ...key, lastUsedAt, uses, revision: seq });
    if (stored === undefined) {
      this.keys.delete(keyid);
      this.#generations.delete(generationOf(before!));
    } else {
      this.keys.set(keyid, stored);
      this.#generations.add(generationOf(stored));
    }
    const after = stored && toApiKey(stored);
    const event = Object.freeze({ seq, at, actor, action, keyid, tenant, before: before && toApiKey(before), after });
    this.#events.push(event);
    return event;
  }

  raise(to: number): void {
    this.revision = Math.max(this.revision, to);
  }

  changes(after: number, limit: number): readonly { readonly keyid: string; readonly revision: number }[] {
    const found = [...this.keys.values()].filter(({ revision }) => revision > after).sort((a, b) => a.revision - b.revision);
    return found.slice(0, limit).map(({ keyid, revision }) => ({ keyid, revision }));
  }

  touch(uses: readonly KeyUse[]): void {
    for (const { keyid, at, count } of uses) {
      const key = this.keys.get(keyid);
      if (key === undefined) continue;
      this.keys.set(keyid, Object.freeze({ ...key, lastUsedAt: Math.max(key.lastUsedAt ?? 0, at), uses: key.uses + count }));
    }
  }

  eventsOf({ keyid, after, limit }: Parameters<KeyStore['events']>[0]): readonly KeyChange[] {
    return this.#events.filter((event) => event.seq > after && (keyid === undefined || event.keyid === keyid)).slice(0, limit);
  }

  addClaim(claim: StoredClaim): boolean {
    if (this.claims.has(claim.hash)) return false;
    this.claims.set(claim.hash, Object.freeze({ ...claim }));
    return true;
  }

  tryClaim(hash: string, claimedBy: string, now: number): { readonly claim: StoredClaim; readonly isFirst: boolean } | undefined {
    const found = this.claims.get(hash);
    if (found === undefined) return undefined;
    const isFirst = found.attempts === 0;
    const claim = Object.freeze({ ...found, attempts: found.attempts + 1, ...(isFirst && { claimedAt: now, claimedBy }) });
    this.claims.set(hash, claim);
    return { claim, isFirst };
  }
}

/**
 * The replay store of a single process: its options.
 *
 * @module
 */

import { type RandomBytes, systemRandomBytes } from '../crypto/random.ts';
import { assertInteger } from '../internal/assert.ts';
import { Epoch } from './epoch.ts';
import { createFingerprint } from './fingerprint.ts';
import { FingerprintTable } from './fingerprint-table.ts';
import type { ConsumeRequest, Consumption, ReplayStore } from './store.ts';

/** Options of `memoryReplayStore`. */
export interface MemoryReplayStoreOptions {
  /**
   * The most nonces remembered at a time; 1,000,000 by default (32 MB when all are there), 16,777,216 at most. Memory is
   * taken as it is needed. Messages are remembered for one to two times `maxAge + 2 × futureSkew` seconds: so many a second
   * are served without end as fit in twice that time, about 1,600 with the defaults. Beyond, the store answers `full`.
   */
  readonly capacity?: number | undefined;
  /**
   * The most nonces of one tenant at a time, so that no tenant starves the others; half the capacity by default. By
   * default, keys without a tenant share the whole capacity.
   */
  readonly quotaPerTenant?: number | undefined;
  /** Where the seed of the fingerprints comes from, at the first use; the runtime's `crypto` by default. */
  readonly randomBytes?: RandomBytes | undefined;
  /**
   * Skips the cold start: for new keys only, in a demo or a test. Otherwise whoever recorded a message before this process
   * started can send it again.
   */
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
}

/**
 * Creates a replay store in memory, for **one process only**: two processes, workers or isolates with a store each
 * accept a message each. Past one process use Redis or PostgreSQL.
 *
 * It starts cold: messages created up to `futureSkew + 1` seconds after its first use are refused as `cold` (503), since
 * an earlier process may have accepted them. Verifiers that share a store should have the same `maxAge`: the longest
 * decides how long every nonce takes up room.
 */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const { capacity = 1_000_000, quotaPerTenant, randomBytes = systemRandomBytes, insecurelyAssumeNoEarlierMessages = false } = options;
  assertInteger(capacity, 'capacity', 1, 2 ** 24);
  if (quotaPerTenant !== undefined) assertInteger(quotaPerTenant, 'quotaPerTenant', 1);
  return { consume: createMemory({ capacity, quotaPerTenant, randomBytes, insecurelyAssumeNoEarlierMessages }) };
}

// What the replay store of a single process remembers.
//
// Nonces live in two generations. New ones go to the younger; when everything in the older is past accepting, it is
// dropped as a whole and the younger takes its place. So nothing is scanned, no timer runs, and a nonce costs 21 to 32
// bytes. A nonce is never dropped to make room: a full store refuses.

/** The options of the store, with their defaults. */
interface MemoryOptions {
  readonly capacity: number;
  readonly quotaPerTenant: number | undefined;
  readonly randomBytes: RandomBytes;
  readonly insecurelyAssumeNoEarlierMessages: boolean;
}

/** Makes an empty memory, cold unless told otherwise. */
export function createMemory(options: MemoryOptions): (request: ConsumeRequest) => Consumption {
  const { capacity, quotaPerTenant, randomBytes, insecurelyAssumeNoEarlierMessages } = options;
  const epoch = new Epoch(insecurelyAssumeNoEarlierMessages);
  const fingerprint = createFingerprint(randomBytes);
  let older = new Generation();
  let younger = new Generation();
  // The longest that any message was to be remembered. All are remembered that long, also those that expire sooner:
  // then what is dropped is older than whatever is still accepted, and raising the epoch refuses nothing honest.
  let lifetime = 0;

  const forget = (now: number): void => {
    while (older.size + younger.size > 0 && now > older.created + lifetime) {
      epoch.raise(older.created);
      older = younger;
      younger = new Generation();
    }
  };
  const isFull = (tenant: string): boolean => {
    const quota = quotaPerTenant ?? (tenant === '' ? capacity : Math.ceil(capacity / 2));
    return older.size + younger.size >= capacity || older.sizeOf(tenant) + younger.sizeOf(tenant) >= quota;
  };
  // Synchronous from the first to the last line: nothing comes between looking and adding.
  const consume = (request: ConsumeRequest): Consumption => {
    epoch.begin(request);
    const { tenant, scope, nonce, created, keepUntil, now } = request;
    lifetime = Math.max(lifetime, keepUntil - created);
    forget(now);
    const print = fingerprint(scope, nonce);
    if (older.prints.has(print) || younger.prints.has(print)) return 'replayed';
    if (epoch.isCold(request)) return 'cold';
    if (isFull(tenant)) return 'full';
    younger.add(print, tenant, created);
    return 'consumed';
  };
  return consume;
}

/** Nonces that are forgotten together. */
class Generation {
  readonly prints = new FingerprintTable();
  readonly #tenants = new Map<string, number>();
  /** The greatest `created` among them. */
  created = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.prints.size;
  }

  sizeOf(tenant: string): number {
    return this.#tenants.get(tenant) ?? 0;
  }

  add(print: Int32Array, tenant: string, created: number): void {
    this.prints.add(print);
    this.#tenants.set(tenant, this.sizeOf(tenant) + 1);
    this.created = Math.max(this.created, created);
  }
}

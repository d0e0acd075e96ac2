/**
 * The replay store of a single process: its options.
 *
 * @module
 */

import { type RandomBytes, systemRandomBytes } from '../crypto/random.ts';
import { assertInteger } from '../internal/assert.ts';
import { createMemory } from './memory.ts';
import type { ReplayStore } from './replay-store.ts';

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

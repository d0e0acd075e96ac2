/**
 * The replay store of a single process: its options.
 *
 * @module
 */

import { type RandomBytes, systemRandomBytes } from '../crypto/random.ts';
import { assertFunction, assertInteger } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { builtinModule } from '../runtime/builtin-module.ts';
import { checkEpochOptions } from './epoch.ts';
import { Memory } from './memory.ts';
import type { ReplayStore } from './store.ts';

/** Options of `memoryReplayStore`. */
export interface MemoryReplayStoreOptions {
  /**
   * The most nonces remembered at a time of messages that live up to an hour, and as many again of those that live longer,
   * so that neither starves the other; 1,000,000 by default (32 MB when all are there), 16,777,216 at most. Memory is taken
   * as it is needed. Beyond, the store answers `full`; only keys that have less than a 64th of it find room in an eighth
   * more, which no single key can fill.
   *
   * A nonce takes up room for one to two times its class of lifetime (5 or 15 minutes, 1 or 6 hours, a day, a week, 31 days)
   * and twice `futureSkew`. So many a second are served without end as fit in twice that time: about 1,600 with the defaults.
   */
  readonly capacity?: number | undefined;
  /**
   * The most nonces of one tenant at a time, of short-lived and of long-lived messages each, so that no tenant starves the
   * others; half the capacity by default. By default, keys without a tenant share the whole capacity.
   */
  readonly quotaPerTenant?: number | undefined;
  /**
   * The greatest `futureSkew`, in seconds, that any verifier had before this process started, if it was greater than it is
   * now: messages from that far ahead may have been accepted. By default that of the verifiers now; at most 3,600.
   */
  readonly earlierFutureSkew?: number | undefined;
  /** Where the seed of the fingerprints comes from, at the first use; the runtime's `crypto` by default. */
  readonly randomBytes?: RandomBytes | undefined;
  /**
   * Skips the cold start: for new keys only, in a demo or a test. Otherwise whoever recorded a message before this process
   * started can send it again. False by default.
   */
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
}

const OPTIONS: OptionNames<MemoryReplayStoreOptions> = {
  capacity: true,
  quotaPerTenant: true,
  earlierFutureSkew: true,
  randomBytes: true,
  insecurelyAssumeNoEarlierMessages: true,
};

/** What belongs to the verifier. */
const ELSEWHERE = { maxAge: "the verifier's policy", futureSkew: "the verifier's policy", now: "the verifier's options" };

/** Tells whoever runs several workers of node:cluster (PM2 does) that each of them has a memory of its own. */
function warnInCluster(): void {
  const cluster = builtinModule('node:cluster') as { readonly isWorker?: boolean } | undefined;
  if (cluster?.isWorker !== true) return;
  console.warn(
    'countersign: this is a worker of a cluster, and memoryReplayStore is its own: each worker accepts a message once. Share a store.',
  );
}

/**
 * Creates a replay store in memory, for **one process only**: two processes, workers or isolates with a store each
 * accept a message each. Past one process use a store that they share; in a worker of node:cluster it says so on the console.
 *
 * It starts cold: messages created up to `futureSkew + 1` seconds after its first use are refused as `cold` (503), since
 * an earlier process may have accepted them. In that it trusts the clock of the first request. Verifiers with other
 * policies may share a store: how long a nonce takes up room depends on its own message. Only messages without `expires`
 * that a policy forgot sooner than another one asks are answered `cold`.
 *
 * @throws {TypeError | RangeError} If an option is not what it should be, or not known.
 */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const given = readOptions(options, OPTIONS, { elsewhere: ELSEWHERE });
  const { capacity = 1_000_000, quotaPerTenant, randomBytes = systemRandomBytes } = given;
  assertInteger(capacity, 'capacity', 1, 2 ** 24);
  if (quotaPerTenant !== undefined) assertInteger(quotaPerTenant, 'quotaPerTenant', 1);
  assertFunction(randomBytes, 'randomBytes');
  const memory = new Memory({ capacity, quotaPerTenant, randomBytes, ...checkEpochOptions(given) });
  let told = false;
  const tell = () => {
    if (!told) warnInCluster();
    told = true;
    return memory;
  };
  return { consume: (request) => tell().consume(request), consumeAll: (requests) => tell().consumeAll(requests) };
}

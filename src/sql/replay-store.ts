/**
 * The replay store in a SQL database.
 *
 * Over a database it records nonces by themselves; over a transaction, together with whatever else the transaction does.
 *
 * @module
 */

import { assertFlag, assertInteger, assertText, assertTime } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { LONGEST_SKEW } from '../replay/check-request.ts';
import type { BatchReplayStore, ReplayStore } from '../replay/store.ts';
import { systemTime } from '../runtime/time.ts';
import { assertDatabase, type Database, type SqlStatement } from './database.ts';
import { Nonces } from './nonces.ts';
import { pruneNonces } from './prune.ts';
import { checkPrefix, DEFAULT_PREFIX } from './schema.ts';

/** Options of `sqlReplayStore`. Every store over the same tables needs the same ones. */
export interface SqlReplayStoreOptions {
  /** As of `migrate`. */
  readonly prefix?: string | undefined;
  /**
   * Seconds to wait for another process that is recording the same nonce just now, before `store_busy` (503); 1 by default. Inside a
   * transaction nobody waits.
   */
  readonly lockTimeout?: number | undefined;
  /** The greatest `futureSkew`, in seconds, that any verifier had before the first use of these tables; at most 3,600. Default: that of the verifiers now. */
  readonly earlierFutureSkew?: number | undefined;
  /** Where a new epoch is begun, for transactions that were not made by `database.transaction`. Default: in the transaction itself, and so lost if it is rolled back. */
  readonly outside?: Database | undefined;
  /** Skips the cold start of new tables: for new keys only, in a demo or a test. Default: false. */
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
  /**
   * PostgreSQL: for servers that do not show their system identifier and WAL. A replica that is promoted without the latest rows is then not
   * noticed, unless `restored()` is called. Default: false.
   */
  readonly insecurelyAssumeNoFailover?: boolean | undefined;
  /** SQLite: the file is never an older copy of itself, and its disk loses nothing, so that a new process need not start cold. Default: false. */
  readonly insecurelyAssumeNotRestored?: boolean | undefined;
}

/** What may be said at pruning. */
export interface PruneOptions {
  /** The most rows to remove; 1,000 by default. */
  readonly limit?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: number | undefined;
}

/** A replay store in a database. */
export interface SqlReplayStore extends Required<ReplayStore>, BatchReplayStore<SqlStatement> {
  /**
   * Removes rows that no verifier asks about any more, in one short transaction, and answers how many. Call it again while that is the limit.
   *
   * @throws {TypeError | RangeError} If an option is unknown or unusable.
   */
  prune(options?: PruneOptions): Promise<number>;
  /**
   * Says that the database was restored from a backup, or lost rows in another way that it cannot notice: what was created until now is
   * refused as `cold`. To be called before the first request.
   */
  restored(): Promise<void>;
}

const OPTIONS: OptionNames<SqlReplayStoreOptions> = {
  prefix: true,
  lockTimeout: true,
  earlierFutureSkew: true,
  outside: true,
  insecurelyAssumeNoEarlierMessages: true,
  insecurelyAssumeNoFailover: true,
  insecurelyAssumeNotRestored: true,
};

const STATEMENT_NAMES: OptionNames<SqlStatement> = { sql: true, values: true };

const PRUNE_OPTIONS: OptionNames<PruneOptions> = { limit: true, now: true };

/**
 * Creates a replay store over a database that `migrate` was called for, or over a transaction of it.
 *
 * Any number of processes may share PostgreSQL; SQLite serves the processes of one machine. It never removes anything by itself: call
 * `prune()` now and then. Over a transaction, the nonce is recorded if the transaction is committed and not otherwise, and a copy that
 * arrives meanwhile is refused as `store_busy` (503) without waiting.
 *
 * It starts cold, as every store: messages created up to `futureSkew + 1` seconds after its first use are refused as `cold`. PostgreSQL starts
 * cold again after a restart, a promotion, a restored backup; SQLite in each process that opens it; D1 and a Durable Object when `restored()`
 * says so.
 *
 * @throws {TypeError | RangeError} If the database or an option is unusable, or an option is unknown.
 */
export function sqlReplayStore(database: Database, options: SqlReplayStoreOptions = {}): SqlReplayStore {
  assertDatabase(database, 'database');
  const read = readOptions(options, OPTIONS);
  const { prefix = DEFAULT_PREFIX, lockTimeout = 1, earlierFutureSkew = 0, outside = database.outside } = read;
  const { insecurelyAssumeNoEarlierMessages: warm = false, insecurelyAssumeNoFailover = false, insecurelyAssumeNotRestored = false } = read;
  checkPrefix(prefix);
  assertInteger(lockTimeout, 'lockTimeout', 0, 60);
  assertInteger(earlierFutureSkew, 'earlierFutureSkew', 0, LONGEST_SKEW);
  if (outside !== undefined) assertDatabase(outside, 'outside');
  assertFlag(warm, 'insecurelyAssumeNoEarlierMessages');
  assertFlag(insecurelyAssumeNoFailover, 'insecurelyAssumeNoFailover');
  assertFlag(insecurelyAssumeNotRestored, 'insecurelyAssumeNotRestored');
  const stored = database.managed === true || insecurelyAssumeNotRestored;
  const settings = { prefix, lockTimeout, earlierFutureSkew, outside, warm, stored, insecurelyAssumeNoFailover };
  const nonces = new Nonces(database, settings);
  return Object.freeze<SqlReplayStore>({
    consume: (request) => nonces.consume(request),
    consumeAll: (requests) => nonces.consumeAll(requests),
    consumeWith: (requests, statements) => nonces.consumeWith(requests, readStatements(statements)),
    restored: () => nonces.restart(systemTime()),
    prune: async (given = {}) => {
      const { limit = 1000, now = systemTime() } = readOptions(given, PRUNE_OPTIONS);
      assertInteger(limit, 'limit', 1, 100_000);
      assertTime(now, 'now');
      return pruneNonces(database, nonces.statements, prefix, { limit, now });
    },
  });
}

/** Copies of statements: what is checked is what is run. */
function readStatements(given: readonly SqlStatement[]): readonly SqlStatement[] {
  if (!Array.isArray(given)) throw new TypeError('statements must be an array');
  return given.map((statement: SqlStatement, index) => {
    const { sql, values = [] } = readOptions(statement, STATEMENT_NAMES, { name: `statements[${index}]` });
    assertText(sql, `statements[${index}].sql`);
    if (!Array.isArray(values)) throw new TypeError(`statements[${index}].values must be an array`);
    return { sql, values: [...values] };
  });
}

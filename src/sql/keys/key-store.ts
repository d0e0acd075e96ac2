/**
 * Keys in a SQL database.
 *
 * Every change takes the next revision first: the lock of that one row makes changes follow each other, so that whoever reads the
 * revisions up to one has missed none.
 *
 * @module
 */

import type { KeyChange, KeyFilter, KeyStore, KeyUse, KeyWrite, StoredClaim } from '../../api-key/store/key-store.ts';
import type { StoredKey } from '../../api-key/store/record.ts';
import { assertFunction } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { assertDatabase, type Database, type SqlRow } from '../database.ts';
import { checkPrefix, DEFAULT_PREFIX } from '../schema.ts';
import { listStatement } from './key-filter.ts';
import { claimOf, eventOf, keyOf, keyValues, stateText } from './key-rows.ts';
import { type KeyStatements, keyStatements } from './key-statements.ts';

/** How keys are kept. */
export interface SqlKeyStoreOptions {
  /** As of `migrate`. */
  readonly prefix?: string | undefined;
  /**
   * PostgreSQL: a channel on which the keyid of each change is told (`NOTIFY`), for those who `LISTEN` and call `invalidate`: changes then
   * count at once. Lower-case letters, digits and `_`. Default: none.
   */
  readonly notify?: string | undefined;
}

const OPTIONS: OptionNames<SqlKeyStoreOptions> = { prefix: true, notify: true };

/**
 * Keeps keys in a SQL database that `migrate` was called for.
 *
 * @throws {TypeError | RangeError} If the database has no transactions, or an option is unusable.
 */
export function sqlKeyStore(database: Database, options: SqlKeyStoreOptions = {}): KeyStore {
  assertDatabase(database, 'database');
  if (database.transaction === undefined) throw new TypeError('keys need a database with transactions: D1 and Durable Objects have none');
  assertFunction(database.transaction, 'database.transaction');
  const { prefix = DEFAULT_PREFIX, notify } = readOptions(options, OPTIONS);
  checkPrefix(prefix);
  if (notify !== undefined) requireChannel(notify, database);
  const keys = new SqlKeys(database, keyStatements(prefix), notify);
  return Object.freeze<KeyStore>({
    get: (keyid) => keys.get(keyid),
    list: (filter) => keys.list(filter),
    write: (writes, claim) => keys.write(writes, claim),
    revision: () => keys.revision(),
    raiseRevision: (to) => keys.raiseRevision(to),
    changes: (after, limit) => keys.changes(after, limit),
    touch: (uses) => keys.touch(uses),
    events: (filter) => keys.events(filter),
    addClaim: (claim) => keys.addClaim(claim),
    getClaim: (hash) => keys.getClaim(hash),
    tryClaim: (hash, claimedBy, now) => keys.tryClaim(hash, claimedBy, now),
  });
}

function requireChannel(channel: unknown, { dialect }: Database): void {
  if (dialect !== 'postgres') throw new TypeError('notify is for PostgreSQL');
  if (typeof channel !== 'string' || !/^[a-z_][a-z0-9_]{0,62}$/.test(channel))
    throw new TypeError('notify must be the name of a channel: lower-case letters, digits and _');
}

/** Rolls a transaction back. */
class Conflict extends Error {}

/** Uses that are written in one transaction. */
const USES_AT_ONCE = 200;

class SqlKeys {
  readonly #database: Database;
  readonly #sql: KeyStatements;
  readonly #channel: string | undefined;

  constructor(database: Database, sql: KeyStatements, channel: string | undefined) {
    this.#database = database;
    this.#sql = sql;
    this.#channel = channel;
  }

  async get(keyid: string): Promise<StoredKey | undefined> {
    const [row] = await this.#database.run(this.#sql.getKey, [keyid]);
    return row && keyOf(row);
  }

  async list(filter: KeyFilter): Promise<readonly StoredKey[]> {
    const { sql, values } = listStatement(this.#sql.table, filter, this.#database.dialect);
    return (await this.#database.run(sql, values)).map(keyOf);
  }

  async write(writes: readonly KeyWrite[], claim: StoredClaim | undefined): Promise<readonly KeyChange[] | undefined> {
    try {
      return await this.#database.transaction!((tx) => this.#writeInside(tx, writes, claim), { durable: true });
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      throw error;
    }
  }

  async #writeInside(tx: Database, writes: readonly KeyWrite[], claim: StoredClaim | undefined): Promise<readonly KeyChange[]> {
    let seq = revisionOf(await tx.run(this.#sql.nextRevision, [writes.length])) - writes.length;
    if (claim !== undefined && !(await this.addClaim(claim, tx))) throw new Conflict();
    const events: KeyChange[] = [];
    for (const write of writes) events.push(await this.#writeOne(tx, write, ++seq));
    if (this.#channel !== undefined) for (const { keyid } of events) await tx.run('SELECT pg_notify($1, $2)', [this.#channel, keyid]);
    return events;
  }

  async #writeOne(tx: Database, { key: given, before, at, actor, action }: KeyWrite, seq: number): Promise<KeyChange> {
    const key = given && { ...given, revision: seq };
    const written = await this.#writeKey(tx, key, before);
    if (written.length === 0) throw new Conflict();
    const { keyid, tenant } = (key ?? before)!;
    const [row] = await tx.run(this.#sql.insertEvent, [seq, at, actor, action, keyid, tenant, stateText(before), stateText(key)]);
    return eventOf(row!);
  }

  async #writeKey(tx: Database, key: StoredKey | undefined, before: StoredKey | undefined): Promise<readonly SqlRow[]> {
    if (key === undefined) return tx.run(this.#sql.deleteKey, [before!.keyid, before!.revision]);
    if (before === undefined) return tx.run(this.#sql.insertKey, keyValues(key));
    return tx.run(this.#sql.updateKey, [...keyValues(key), before.revision]);
  }

  async revision(): Promise<number> {
    return revisionOf(await this.#database.run(this.#sql.revision));
  }

  async raiseRevision(to: number): Promise<void> {
    await this.#database.run(this.#sql.raiseRevision, [String(to), to]);
  }

  async changes(after: number, limit: number): Promise<readonly { readonly keyid: string; readonly revision: number }[]> {
    const rows = await this.#database.run(this.#sql.changes, [after, limit]);
    return rows.map(({ keyid, revision }) => ({ keyid: String(keyid), revision: Number(revision) }));
  }

  /** In the order of keyids, so that no two processes wait for each other. */
  async touch(uses: readonly KeyUse[]): Promise<void> {
    const ordered = [...uses].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
    for (let start = 0; start < ordered.length; start += USES_AT_ONCE) {
      const some = ordered.slice(start, start + USES_AT_ONCE);
      await this.#database.transaction!(async (tx) => {
        for (const { keyid, at, count } of some) await tx.run(this.#sql.touch, [keyid, at, count]);
      });
    }
  }

  async events({ keyid, after, limit }: Parameters<KeyStore['events']>[0]): Promise<readonly KeyChange[]> {
    const { events, eventsOfKey } = this.#sql;
    const found = keyid === undefined ? this.#database.run(events, [after, limit]) : this.#database.run(eventsOfKey, [after, limit, keyid]);
    return (await found).map(eventOf);
  }

  async addClaim({ hash, purpose, keyid, sealed, expiresAt }: StoredClaim, tx: Database = this.#database): Promise<boolean> {
    return (await tx.run(this.#sql.insertClaim, [hash, purpose, keyid, sealed ?? null, expiresAt])).length > 0;
  }

  async getClaim(hash: string): Promise<StoredClaim | undefined> {
    const [row] = await this.#database.run(this.#sql.getClaim, [hash]);
    return row && claimOf(row);
  }

  async tryClaim(
    hash: string,
    claimedBy: string,
    now: number,
  ): Promise<{ readonly claim: StoredClaim; readonly isFirst: boolean } | undefined> {
    const [row] = await this.#database.run(this.#sql.tryClaim, [hash, now, claimedBy]);
    if (row === undefined) return undefined;
    const claim = claimOf(row);
    return { claim, isFirst: claim.attempts === 1 };
  }
}

function revisionOf([row]: readonly SqlRow[]): number {
  if (row === undefined) throw new Error('the tables of keys are not there: call migrate');
  return Number(row['value']);
}

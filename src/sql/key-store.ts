/**
 * Keys in a SQL database.
 *
 * Every change takes the next revision first: the lock of that one row makes changes follow each other, so that whoever reads the
 * revisions up to one has missed none.
 *
 * @module
 */

import type { KeyChange, KeyStore, KeyUse, KeyWrite, StoredClaim } from '../api-key/store/key-store.ts';
import type { StoredKey } from '../api-key/store/record.ts';
import { assertFunction } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { assertDatabase, type Database, type SqlRow } from './database.ts';
import { listStatement } from './key-filter.ts';
import { claimOf, eventOf, INSERT_KEY, KEY_COLUMNS, keyOf, keyValues, stateText, UPDATE_KEY } from './key-rows.ts';

/** How keys are kept. */
export interface SqlKeyStoreOptions {
  /**
   * PostgreSQL: a channel on which the keyid of each change is told (`NOTIFY`), for those who `LISTEN` and call `invalidate`: changes then
   * count at once. Lower-case letters, digits and `_`. Default: none.
   */
  readonly notify?: string | undefined;
}

const OPTIONS: OptionNames<SqlKeyStoreOptions> = { notify: true };

const NEXT_REVISION =
  "UPDATE countersign_meta SET value = CAST(CAST(value AS BIGINT) + $1 AS TEXT) WHERE name = 'revision' RETURNING value";

const INSERT_EVENT =
  'INSERT INTO countersign_event (seq, at, actor, action, keyid, tenant, before_state, after_state) ' +
  'VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING seq, at, actor, action, keyid, tenant, before_state, after_state';

const INSERT_CLAIM =
  'INSERT INTO countersign_claim (hash, purpose, keyid, sealed, expires_at, attempts) VALUES ($1, $2, $3, $4, $5, 0) ' +
  'ON CONFLICT DO NOTHING RETURNING hash';

const TRY_CLAIM =
  'UPDATE countersign_claim SET attempts = attempts + 1, claimed_at = COALESCE(claimed_at, $2), claimed_by = COALESCE(claimed_by, $3) ' +
  'WHERE hash = $1 RETURNING *';

const TOUCH =
  'UPDATE countersign_key SET uses = uses + $3, last_used_at = ' +
  'CASE WHEN last_used_at IS NULL OR last_used_at < $2 THEN CAST($2 AS BIGINT) ELSE last_used_at END WHERE keyid = $1';

/** Rolls a transaction back. */
class Conflict extends Error {}

/** Uses that are written in one transaction. */
const USES_AT_ONCE = 200;

/**
 * Keeps keys in a SQL database whose tables are there: `for (const statement of keyStatements) await database.run(statement)`, or your own
 * migrations with the same text.
 *
 * @throws {TypeError} If the database has no transactions, or an option is unusable.
 */
export function sqlKeyStore(database: Database, options: SqlKeyStoreOptions = {}): KeyStore {
  assertDatabase(database, 'database');
  assertFunction(database.transaction, 'database.transaction');
  const { notify } = readOptions(options, OPTIONS);
  if (notify !== undefined) requireChannel(notify, database);
  const first = async (sql: string, ...values: readonly (string | number)[]): Promise<SqlRow | undefined> =>
    (await database.run(sql, values))[0];
  return Object.freeze<KeyStore>({
    get: async (keyid) => {
      const row = await first(`SELECT ${KEY_COLUMNS} FROM countersign_key WHERE keyid = $1`, keyid);
      return row && keyOf(row);
    },
    list: async (filter) => {
      const { sql, values } = listStatement(filter, database.dialect);
      return (await database.run(sql, values)).map(keyOf);
    },
    write: (writes, claim) => writeAll(database, writes, claim, notify),
    revision: async () => revisionOf(await first("SELECT value FROM countersign_meta WHERE name = 'revision'")),
    raiseRevision: async (to) => {
      const sql = "UPDATE countersign_meta SET value = CAST($1 AS TEXT) WHERE name = 'revision' AND CAST(value AS BIGINT) < $2";
      await database.run(sql, [String(to), to]);
    },
    changes: async (after, limit) => {
      const sql = 'SELECT keyid, revision FROM countersign_key WHERE revision > $1 ORDER BY revision LIMIT $2';
      return (await database.run(sql, [after, limit])).map(({ keyid, revision }) => ({ keyid: String(keyid), revision: Number(revision) }));
    },
    touch: (uses) => touchAll(database, uses),
    events: async ({ keyid, after, limit }) => {
      const values = keyid === undefined ? [after, limit] : [after, limit, keyid];
      const ofOne = keyid === undefined ? '' : ' AND keyid = $3';
      return (await database.run(`SELECT * FROM countersign_event WHERE seq > $1${ofOne} ORDER BY seq LIMIT $2`, values)).map(eventOf);
    },
    addClaim: (claim) => insertClaim(database, claim),
    getClaim: async (hash) => {
      const row = await first('SELECT * FROM countersign_claim WHERE hash = $1', hash);
      return row && claimOf(row);
    },
    tryClaim: async (hash, claimedBy, now) => {
      const row = await first(TRY_CLAIM, hash, now, claimedBy);
      if (row === undefined) return undefined;
      const claim = claimOf(row);
      return { claim, isFirst: claim.attempts === 1 };
    },
  });
}

function requireChannel(channel: unknown, { dialect }: Database): void {
  if (dialect !== 'postgres') throw new TypeError('notify is for PostgreSQL');
  if (typeof channel !== 'string' || !/^[a-z_][a-z0-9_]{0,62}$/.test(channel))
    throw new TypeError('notify must be the name of a channel: lower-case letters, digits and _');
}

function revisionOf(row: SqlRow | undefined): number {
  if (row === undefined) throw new Error('the tables of keys are not there: run keyStatements');
  return Number(row['value']);
}

async function writeAll(
  database: Database,
  writes: readonly KeyWrite[],
  claim: StoredClaim | undefined,
  channel: string | undefined,
): Promise<readonly KeyChange[] | undefined> {
  const work = async (tx: Database): Promise<readonly KeyChange[]> => {
    let seq = revisionOf((await tx.run(NEXT_REVISION, [writes.length]))[0]) - writes.length;
    if (claim !== undefined && !(await insertClaim(tx, claim))) throw new Conflict();
    const events: KeyChange[] = [];
    for (const write of writes) events.push(await writeOne(tx, write, ++seq));
    if (channel !== undefined) for (const { keyid } of events) await tx.run('SELECT pg_notify($1, $2)', [channel, keyid]);
    return events;
  };
  try {
    return await database.transaction!(work, { durable: true });
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

async function writeOne(tx: Database, write: KeyWrite, seq: number): Promise<KeyChange> {
  const { before, at, actor, action } = write;
  const key = write.key && { ...write.key, revision: seq };
  const written = await writeKey(tx, key, before);
  if (written.length === 0) throw new Conflict();
  const { keyid, tenant } = (key ?? before)!;
  const [row] = await tx.run(INSERT_EVENT, [seq, at, actor, action, keyid, tenant, stateText(before), stateText(key)]);
  return eventOf(row!);
}

async function writeKey(tx: Database, key: StoredKey | undefined, before: StoredKey | undefined): Promise<readonly SqlRow[]> {
  if (key === undefined)
    return tx.run('DELETE FROM countersign_key WHERE keyid = $1 AND revision = $2 RETURNING keyid', [before!.keyid, before!.revision]);
  return before === undefined ? tx.run(INSERT_KEY, keyValues(key)) : tx.run(UPDATE_KEY, [...keyValues(key), before.revision]);
}

async function insertClaim(tx: Database, claim: StoredClaim): Promise<boolean> {
  const { hash, purpose, keyid, sealed = null, expiresAt } = claim;
  return (await tx.run(INSERT_CLAIM, [hash, purpose, keyid, sealed, expiresAt])).length > 0;
}

/** In the order of keyids, so that two processes do not wait for each other. */
async function touchAll(database: Database, uses: readonly KeyUse[]): Promise<void> {
  const ordered = [...uses].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
  for (let start = 0; start < ordered.length; start += USES_AT_ONCE) {
    const some = ordered.slice(start, start + USES_AT_ONCE);
    await database.transaction!(async (tx) => {
      for (const { keyid, at, count } of some) await tx.run(TOUCH, [keyid, at, count]);
    });
  }
}

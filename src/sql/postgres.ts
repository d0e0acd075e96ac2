/**
 * PostgreSQL through the clients that people have: pg, postgres.js, PGlite.
 *
 * @module
 */

import { assertFunction, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { memberOf } from '../internal/options.ts';
import type { Database, SqlRow, SqlValue } from './database.ts';
import { Turns } from './turns.ts';

/** One statement sent; what comes back. */
type Query = (sql: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

export interface PgResultLike {
  /** What was done, where a client tells: a `COMMIT` after a failed statement is a `ROLLBACK`. */
  readonly command?: string;
  readonly rows: readonly unknown[];
  readonly fields?: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** What a `Pool`, a `PoolClient` and a `Client` of pg have in common. */
export interface PgLike {
  /** Runs one statement. */
  query(sql: string, values: unknown[]): Promise<PgResultLike>;
}

interface PgPoolClientLike extends PgLike {
  release(error?: boolean): void;
}

interface PgPoolLike extends PgLike {
  connect(): Promise<PgPoolClientLike>;
}

/**
 * Wraps a `Pool` of pg, or a client of it: then statements are part of the transaction the client is in, if it is in one.
 *
 * A pool makes each transaction on a client of its own. It works behind pgbouncer in transaction mode: nothing is prepared by name and
 * nothing is left in the session.
 *
 * @throws {TypeError} If it has another shape.
 */
export function fromPg(client: PgLike): Database {
  assertObject(client, 'client');
  assertFunction(client.query, 'client.query');
  if (!isPool(client)) return onConnection(client, pgQuery(client));
  const run = pgQuery(client);
  const database: Database = {
    dialect: 'postgres',
    opened: client,
    managed: true,
    run: (sql, values = []) => run(sql, values),
    transaction: async (work) => {
      const one = await client.connect();
      let broken = true;
      try {
        const result = await transactionOn(pgQuery(one), (inside) => work(inside), client, database);
        broken = false;
        return result;
      } catch (error) {
        // After a clean ROLLBACK the client is as good as new.
        broken = await isBroken(one);
        throw error;
      } finally {
        one.release(broken);
      }
    },
  };
  return Object.freeze(database);
}

/** Told by what a pool counts: a client has `connect` too. */
function isPool(client: PgLike): client is PgPoolLike {
  return memberOf(client, 'totalCount') !== undefined && typeof memberOf(client, 'connect') === 'function';
}

async function isBroken(client: PgLike): Promise<boolean> {
  try {
    await client.query('SELECT 1', []);
    return false;
  } catch {
    return true;
  }
}

export function pgQuery(client: PgLike): Query {
  return async (sql, values) => {
    const result = await client.query(sql, [...values]);
    if (sql === 'COMMIT' && result.command === 'ROLLBACK') throw rolledBack();
    return numbered(result);
  };
}

/** Whoever catches the error of a statement and goes on must not believe that the rest was committed. */
function rolledBack(): Error {
  return new Error('nothing was committed: a statement of the transaction had failed');
}

/** For clients that commit by themselves, and do not tell what came of it. */
export async function completed<T>(query: Query, result: Awaitable<T>): Promise<T> {
  const value = await result;
  // Fails in a transaction of which a statement has failed.
  await query('SELECT 1', []);
  return value;
}

const INT8 = 20;

/** 64-bit numbers come as texts, so that none loses digits; ours are small. */
function numbered({ rows, fields = [] }: PgResultLike): readonly SqlRow[] {
  const names = fields.filter(({ dataTypeID }) => dataTypeID === INT8).map(({ name }) => name);
  const found = rows as readonly SqlRow[];
  if (names.length === 0) return found;
  return found.map((row) => ({ ...row, ...Object.fromEntries(names.map((name) => [name, numberOf(row[name])])) }));
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
}

/** One connection, which may be in a transaction already: then ours is a savepoint. */
function onConnection(opened: object, query: Query): Database {
  const turns = turnsOf(opened);
  return Object.freeze<Database>({
    dialect: 'postgres',
    opened,
    inTransaction: true,
    managed: true,
    run: (sql, values = []) => turns.take(() => query(sql, values)),
    transaction: async (work) =>
      turns.take(async () =>
        (await isInTransaction(query))
          ? savepointOn(query, work, opened, undefined, 0, true)
          : transactionOn(query, work, opened, undefined),
      ),
  });
}

/** The turns of connections that are wrapped more than once. */
const turnsOfClients: WeakMap<object, Turns> = /* @__PURE__ */ new WeakMap();

function turnsOf(client: object): Turns {
  const turns = turnsOfClients.get(client) ?? new Turns();
  turnsOfClients.set(client, turns);
  return turns;
}

/** `no_active_sql_transaction`: all that PostgreSQL tells about whether there is one. */
const NO_TRANSACTION = '25P01';

/** Leaves the first savepoint open if so. */
async function isInTransaction(query: Query): Promise<boolean> {
  try {
    await query('SAVEPOINT countersign_0', []);
    return true;
  } catch (error) {
    if (codeOf(error) === NO_TRANSACTION) return false;
    throw error;
  }
}

/** The SQLSTATE of an error; `undefined` if it has none. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? memberOf(error, 'code') : undefined;
}

export type Work<T> = (database: Database) => Awaitable<T>;

function transactionOn<T>(query: Query, work: Work<T>, opened: object, outside: Database | undefined): Promise<T> {
  const inside = insideOf(query, opened, outside, 0);
  return bracketed(query, ['BEGIN', 'COMMIT', 'ROLLBACK'], () => work(inside), false);
}

function savepointOn<T>(
  query: Query,
  work: Work<T>,
  opened: object,
  outside: Database | undefined,
  depth: number,
  begun: boolean,
): Promise<T> {
  const name = `countersign_${depth}`;
  const brackets = [`SAVEPOINT ${name}`, `RELEASE SAVEPOINT ${name}`, `ROLLBACK TO SAVEPOINT ${name}`] as const;
  return bracketed(query, brackets, () => work(insideOf(query, opened, outside, depth + 1)), begun);
}

export function insideOf(query: Query, opened: object, outside: Database | undefined, depth: number): Database {
  return Object.freeze<Database>({
    dialect: 'postgres',
    opened,
    outside,
    inTransaction: true,
    managed: true,
    run: (sql, values = []) => query(sql, values),
    transaction: (work) => savepointOn(query, work, opened, outside, depth, false),
  });
}

async function bracketed<T>(
  query: Query,
  [begin, commit, rollback]: readonly [string, string, string],
  work: () => Awaitable<T>,
  begun: boolean,
): Promise<T> {
  if (!begun) await query(begin, []);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // A connection that is gone has rolled back by itself; what `work` threw says more.
    await query(rollback, []).catch(() => undefined);
    throw error;
  }
  await query(commit, []);
  return result;
}

interface PostgresJsRowsLike extends ReadonlyArray<unknown> {
  readonly columns?: readonly { readonly name: string; readonly type: number }[];
}

interface PostgresJsQueryLike {
  unsafe(sql: string, values: never[]): PromiseLike<PostgresJsRowsLike>;
}

/** What postgres.js makes: `postgres(url)`, or what its `begin` hands over. */
export interface PostgresJsLike extends PostgresJsQueryLike {
  /** Runs a transaction; absent inside one. */
  begin?(work: (sql: PostgresJsQueryLike) => Promise<unknown>): PromiseLike<unknown>;
}

/**
 * Wraps postgres.js: `postgres(url)`, or the `sql` of a transaction.
 *
 * @throws {TypeError} If it has another shape.
 */
export function fromPostgresJs(sql: PostgresJsLike): Database {
  if (typeof sql !== 'function' && (typeof sql !== 'object' || sql === null)) throw new TypeError('sql must be what postgres() answers');
  assertFunction(sql.unsafe, 'sql.unsafe');
  const query = postgresJsQuery(sql);
  if (typeof sql.begin !== 'function') return insideOf(query, sql, undefined, 0);
  const database: Database = {
    dialect: 'postgres',
    opened: sql,
    managed: true,
    run: (text, values = []) => query(text, values),
    transaction: <T>(work: Work<T>) =>
      Promise.resolve(
        sql.begin!(async (inside) => {
          const one = postgresJsQuery(inside);
          return completed(one, work(insideOf(one, sql, database, 0)));
        }),
      ) as Promise<T>,
  };
  return Object.freeze(database);
}

function postgresJsQuery(sql: PostgresJsQueryLike): Query {
  return async (text, values) => {
    const rows = await sql.unsafe(text, [...values] as never[]);
    const fields = (rows.columns ?? []).map(({ name, type }) => ({ name, dataTypeID: type }));
    return numbered({ rows, fields });
  };
}

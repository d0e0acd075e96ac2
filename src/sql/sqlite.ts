/**
 * SQLite: node:sqlite by itself, and any client of its shape.
 *
 * @module
 */

import { assertFlag, assertFunction, assertObject, assertText } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { builtinModule } from '../runtime/builtin-module.ts';
import { type Database, type SqlRow, type SqlValue, TRANSACTION_OPTIONS, type TransactionOptions } from './database.ts';
import { type Positional, positionalValues, toPositional } from './placeholders.ts';
import { Turns } from './turns.ts';

/** A prepared statement. */
interface SqliteStatementLike {
  all(...values: SqlValue[]): unknown[];
  run(...values: SqlValue[]): unknown;
  /** Whether it answers rows, where a client tells (better-sqlite3, libsql). */
  readonly reader?: boolean;
}

/** What `DatabaseSync` of node:sqlite, libsql, better-sqlite3 and bun:sqlite have in common. */
export interface SqliteLike {
  /** Prepares a statement. */
  prepare(sql: string): SqliteStatementLike;
  /** Runs statements without values. */
  exec(sql: string): unknown;
  /** Whether a transaction is open, as node:sqlite calls it. */
  readonly isTransaction?: boolean;
  /** Whether a transaction is open, as libsql, better-sqlite3 and bun:sqlite call it. */
  readonly inTransaction?: boolean;
}

/** How a SQLite connection is used. */
export interface SqliteOptions {
  /**
   * The connection is in a transaction that the caller began (by `BEGIN IMMEDIATE`) and ends, and nobody else uses it meanwhile. Default:
   * false; a connection that is in a transaction of somebody else is then a TypeError.
   */
  readonly insideTransaction?: boolean | undefined;
}

const OPTIONS: OptionNames<SqliteOptions> = { insideTransaction: true };

const MOST_PREPARED = 100;

/** One connection, whose users take turns. */
class SqliteConnection {
  readonly #client: SqliteLike;
  readonly #prepared = new Map<string, Positional & { readonly statement: SqliteStatementLike }>();
  readonly turns: Turns = new Turns();

  constructor(client: SqliteLike) {
    this.#client = client;
  }

  get isInTransaction(): boolean {
    return this.#client.isTransaction ?? this.#client.inTransaction ?? false;
  }

  exec(sql: string): void {
    this.#client.exec(sql);
  }

  run(sql: string, values: readonly SqlValue[]): readonly SqlRow[] {
    const prepared = this.#prepare(sql);
    const { statement } = prepared;
    const ordered = positionalValues(prepared, values);
    if (statement.reader === false) {
      statement.run(...ordered);
      return [];
    }
    return statement.all(...ordered) as SqlRow[];
  }

  #prepare(sql: string): Positional & { readonly statement: SqliteStatementLike } {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear();
    const positional = toPositional(sql);
    const prepared = { ...positional, statement: this.#client.prepare(positional.text) };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** The connections of this process, so that all who wrap one client take turns. */
const connections: WeakMap<object, SqliteConnection> = /* @__PURE__ */ new WeakMap();

/**
 * Wraps a SQLite connection: `DatabaseSync` of node:sqlite, libsql, better-sqlite3, bun:sqlite.
 *
 * Statements outside a transaction wait until it ends, so that none of them is rolled back with it. A transaction begun on the client itself,
 * not by `transaction`, is somebody else's: statements are then a TypeError, unless `insideTransaction` says that it is the caller's own.
 *
 * @throws {TypeError} If it has another shape.
 */
export function fromSqlite(client: SqliteLike, options: SqliteOptions = {}): Database {
  assertObject(client, 'client');
  assertFunction(client.prepare, 'client.prepare');
  assertFunction(client.exec, 'client.exec');
  const connection = connections.get(client) ?? new SqliteConnection(client);
  connections.set(client, connection);
  const { insideTransaction = false } = readOptions(options, OPTIONS);
  assertFlag(insideTransaction, 'insideTransaction');
  if (insideTransaction) return insideSqlite(connection, client, undefined, 0);
  const database: Database = {
    dialect: 'sqlite',
    opened: client,
    run: (sql, values = []) =>
      connection.turns.take(() => {
        requireFree(connection);
        return connection.run(sql, values);
      }),
    transaction: async <T>(work: (inside: Database) => Awaitable<T>, given: TransactionOptions = {}) => {
      const { durable = false } = readOptions(given, TRANSACTION_OPTIONS);
      return connection.turns.take(async () => {
        requireFree(connection);
        if (durable) connection.exec('PRAGMA synchronous = FULL');
        try {
          return await bracketedSqlite(connection, ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'], () =>
            work(insideSqlite(connection, client, database, 0)),
          );
        } finally {
          if (durable) connection.exec('PRAGMA synchronous = NORMAL');
        }
      });
    },
  };
  return Object.freeze(database);
}

function requireFree(connection: SqliteConnection): void {
  if (connection.isInTransaction)
    throw new TypeError(
      'the connection is in a transaction that somebody else began: use database.transaction(), or a connection of your own with insideTransaction',
    );
}

function insideSqlite(connection: SqliteConnection, opened: object, outside: Database | undefined, depth: number): Database {
  const name = `countersign_${depth}`;
  return Object.freeze<Database>({
    dialect: 'sqlite',
    opened,
    outside,
    inTransaction: true,
    run: (sql, values = []) => connection.run(sql, values),
    transaction: async (work) =>
      bracketedSqlite(connection, [`SAVEPOINT ${name}`, `RELEASE ${name}`, `ROLLBACK TO ${name}; RELEASE ${name}`], () =>
        work(insideSqlite(connection, opened, outside, depth + 1)),
      ),
  });
}

async function bracketedSqlite<T>(
  connection: SqliteConnection,
  [begin, commit, rollback]: readonly [string, string, string],
  work: () => Awaitable<T>,
): Promise<T> {
  connection.exec(begin);
  let result: T;
  try {
    result = await work();
    connection.exec(commit);
  } catch (error) {
    // SQLite may have rolled back by itself: a full disk does that.
    if (connection.isInTransaction) connection.exec(rollback);
    throw error;
  }
  return result;
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => SqliteLike & { close(): void };
}

/** A database that was opened here. */
export interface OpenedDatabase extends Database {
  /** Closes it. What is asked of it afterwards is an error. */
  close(): void;
}

/**
 * Opens a SQLite file (or `:memory:`) with node:sqlite: Node 22.13, Deno 2, Bun 1.4, and what is newer. The file is made if it is not there.
 *
 * It uses a write-ahead log, which needs a local disk; other processes of the machine may open the same file.
 *
 * @throws {TypeError} Where there is no node:sqlite.
 * @throws {Error} If the file cannot be opened, or its disk does not carry a write-ahead log.
 */
export function openSqlite(path: string): OpenedDatabase {
  assertText(path, 'path');
  const sqlite = builtinModule('node:sqlite') as NodeSqlite | undefined;
  if (sqlite === undefined)
    throw new TypeError('this runtime has no node:sqlite (Node 22.13 has): npm install libsql, then fromSqlite(new Database(path))');
  const client = new sqlite.DatabaseSync(path);
  client.exec('PRAGMA busy_timeout = 5000');
  const [answer] = client.prepare('PRAGMA journal_mode = WAL').all() as readonly SqlRow[];
  const mode = answer?.['journal_mode'];
  if (mode !== 'wal' && mode !== 'memory') {
    client.close();
    throw new Error('the disk of this database carries no write-ahead log (a network file system?): use a local one');
  }
  client.exec('PRAGMA synchronous = NORMAL');
  return Object.freeze({ ...fromSqlite(client), close: () => client.close() });
}

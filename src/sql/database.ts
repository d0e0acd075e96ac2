/**
 * A SQL database as this package uses one: statements, and transactions.
 *
 * Clients are wrapped by name (`fromPg`, `fromSqlite`, …), never guessed: their shapes overlap.
 *
 * @module
 */

import { assertFunction, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { memberOf, type OptionNames } from '../internal/options.ts';

/** What a placeholder stands for. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** One row, by the names of its columns. Whole numbers are numbers, also those of 64 bits. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** How a transaction is to be made. */
export interface TransactionOptions {
  /** Waits until what was committed is on the disk, where the database would not by itself (SQLite's `synchronous NORMAL`). Default: false. */
  readonly durable?: boolean | undefined;
}

/** What a transaction is told: read by every client. */
export const TRANSACTION_OPTIONS: OptionNames<TransactionOptions> = { durable: true };

/** A database, or one transaction of it. */
export interface Database {
  /** Which SQL it speaks. */
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Runs one statement and answers its rows. `$1` to `$n` are the placeholders, in every dialect.
   *
   * @throws What the client throws.
   */
  run(sql: string, values?: readonly SqlValue[]): Awaitable<readonly SqlRow[]>;
  /**
   * Runs `work` in a transaction of its own, which writes from its beginning (`BEGIN IMMEDIATE` in SQLite); rolls back if `work` throws, and
   * throws the same. Inside a transaction it is a savepoint. What `work` does with anything but the database that it is given is no part of
   * the transaction. Absent where the client has none (D1).
   */
  transaction?<T>(work: (database: Database) => Awaitable<T>, options?: TransactionOptions): Promise<T>;
  /** All of several statements, or none, where there are no transactions (D1). */
  batch?(statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
  /** Whether what is written is, or may be, part of a transaction that somebody else ends. */
  readonly inTransaction?: boolean | undefined;
  /** The database that this is a transaction of; `undefined` if it is none. */
  readonly outside?: Database | undefined;
  /** What was opened: the same object for a database and its transactions. */
  readonly opened?: object | undefined;
  /** Whether the database lives apart from whoever opens it (PostgreSQL, D1). A file does not: it may be another's copy at each opening. */
  readonly managed?: boolean | undefined;
}

/** A statement with its values. */
export interface SqlStatement {
  /** The text, with `$1` to `$n`. */
  readonly sql: string;
  /** What stands for them. */
  readonly values: readonly SqlValue[];
}

/** Requires what `fromPg`, `openSqlite` and the others make. */
export function assertDatabase(value: unknown, name: string): asserts value is Database {
  assertObject(value, name);
  const dialect = memberOf(value, 'dialect');
  if (dialect !== 'sqlite' && dialect !== 'postgres')
    throw new TypeError(
      `${name} must be a database: wrap the client by openSqlite, fromSqlite, fromPg, fromPostgresJs, fromPglite or fromD1`,
    );
  assertFunction(memberOf(value, 'run'), `${name}.run`);
}

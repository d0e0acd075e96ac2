/**
 * The SQLite that a Durable Object has for itself.
 *
 * @module
 */

import { assertFunction, assertObject } from '../../internal/assert.ts';
import type { Database, SqlRow, SqlValue } from '../database.ts';
import { positionalValues, toPositional } from '../placeholders.ts';

/** `ctx.storage` of a Durable Object whose class is listed in `new_sqlite_classes`. */
export interface ObjectStorageLike {
  /** Its SQLite. */
  readonly sql: {
    exec(sql: string, ...values: SqlValue[]): { toArray(): unknown[] };
  };
  /** Runs something synchronous in one transaction. */
  transactionSync<T>(work: () => T): T;
}

/**
 * Wraps the storage of a Durable Object, inside of the object: its own data and its nonces may then be in one. It has `batch` and no
 * `transaction`, since the object serves others whenever it waits: what belongs together with a nonce goes to `consumeWith`.
 *
 * @throws {TypeError} If it has another shape.
 */
export function fromObjectStorage(storage: ObjectStorageLike): Database {
  assertObject(storage, 'storage');
  assertObject(storage.sql, 'storage.sql');
  assertFunction(storage.sql.exec, 'storage.sql.exec');
  assertFunction(storage.transactionSync, 'storage.transactionSync');
  const run = (sql: string, values: readonly SqlValue[] = []): readonly SqlRow[] => {
    const positional = toPositional(sql);
    return storage.sql.exec(positional.text, ...positionalValues(positional, values)).toArray() as SqlRow[];
  };
  return Object.freeze<Database>({
    dialect: 'sqlite',
    opened: storage,
    managed: true,
    run,
    batch: async (statements) => storage.transactionSync(() => statements.map(({ sql, values }) => run(sql, values))),
  });
}

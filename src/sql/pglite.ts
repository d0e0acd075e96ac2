/**
 * PGlite: PostgreSQL inside the process.
 *
 * @module
 */

import { assertFunction, assertObject } from '../internal/assert.ts';
import type { Database } from './database.ts';
import { completed, insideOf, type PgLike, type PgResultLike, pgQuery, type Work } from './postgres.ts';

/** What PGlite, and a transaction of it, have. */
interface PgliteQueryLike {
  query(sql: string, values?: unknown[]): Promise<PgResultLike>;
}

/** A `PGlite`. */
export interface PgliteLike extends PgliteQueryLike {
  /** Runs a transaction; absent inside one. */
  transaction?(work: (tx: PgliteQueryLike) => Promise<unknown>): Promise<unknown>;
}

/**
 * Wraps PGlite, or a transaction of it.
 *
 * @throws {TypeError} If it has another shape.
 */
export function fromPglite(pglite: PgliteLike): Database {
  assertObject(pglite, 'pglite');
  assertFunction(pglite.query, 'pglite.query');
  const query = pgQuery(pglite as PgLike);
  if (typeof pglite.transaction !== 'function') return insideOf(query, pglite, undefined, 0);
  const database: Database = {
    dialect: 'postgres',
    opened: pglite,
    managed: true,
    run: (text, values = []) => query(text, values),
    transaction: <T>(work: Work<T>) =>
      pglite.transaction!(async (tx) => {
        const one = pgQuery(tx as PgLike);
        return completed(one, work(insideOf(one, pglite, database, 0)));
      }) as Promise<T>,
  };
  return Object.freeze(database);
}

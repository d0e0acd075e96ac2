/**
 * D1: SQLite as Cloudflare serves it. It has no transactions, but batches, of which all statements count or none.
 *
 * @module
 */

import { assertFunction, assertObject } from '../../internal/assert.ts';
import type { Database, SqlRow, SqlValue } from '../database.ts';
import { positionalValues, toPositional } from '../placeholders.ts';

/** A prepared statement. */
interface D1StatementLike {
  bind(...values: unknown[]): D1StatementLike;
  all(): Promise<D1ResultLike>;
}

interface D1ResultLike {
  readonly results: readonly unknown[];
}

/** A binding of D1, `env.DB`. */
export interface D1Like {
  /** Prepares a statement. */
  prepare(sql: string): D1StatementLike;
  /** Runs statements in one transaction. */
  batch(statements: D1StatementLike[]): Promise<D1ResultLike[]>;
}

/**
 * Wraps a binding of D1. It has `batch` and no `transaction`: what belongs together with a nonce goes to `consumeWith`.
 *
 * @throws {TypeError} If it has another shape.
 */
export function fromD1(binding: D1Like): Database {
  assertObject(binding, 'binding');
  assertFunction(binding.prepare, 'binding.prepare');
  assertFunction(binding.batch, 'binding.batch');
  const prepare = (sql: string, values: readonly SqlValue[]) => {
    const positional = toPositional(sql);
    return binding.prepare(positional.text).bind(...positionalValues(positional, values));
  };
  return Object.freeze<Database>({
    dialect: 'sqlite',
    opened: binding,
    managed: true,
    run: async (sql, values = []) => rowsOf(await prepare(sql, values).all()),
    batch: async (statements) => (await binding.batch(statements.map(({ sql, values }) => prepare(sql, values)))).map(rowsOf),
  });
}

function rowsOf({ results }: D1ResultLike): readonly SqlRow[] {
  return results as readonly SqlRow[];
}

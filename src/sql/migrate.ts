/**
 * Bringing the tables, and changing them when a new version of this package needs it.
 *
 * @module
 */

import { type OptionNames, readOptions } from '../internal/options.ts';
import { assertDatabase, type Database } from './database.ts';
import { checkPrefix, DEFAULT_PREFIX, metaTable, versionRow, versionsAfter } from './schema.ts';

/** How to bring the tables. */
export interface MigrateOptions {
  /** As of `createSchema`. */
  readonly prefix?: string | undefined;
}

/** What was done. */
export interface Migration {
  /** The version there was; 0 for none. */
  readonly from: number;
  /** The version there is now. */
  readonly to: number;
}

const OPTIONS: OptionNames<MigrateOptions> = { prefix: true };

/**
 * Brings the tables to the version of this package. Any number of processes may do so at once: one does, the others wait for it.
 *
 * @throws {TypeError | RangeError} If the database or an option is unusable, or its tables are of a later version than this package.
 * @throws What the client throws.
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<Migration> {
  assertDatabase(database, 'database');
  const { prefix = DEFAULT_PREFIX } = readOptions(options, OPTIONS);
  checkPrefix(prefix);
  if (database.transaction !== undefined) return database.transaction((inside) => migrateInside(inside, prefix));
  return database.batch === undefined ? migrateInside(database, prefix) : migrateBatch(database, prefix);
}

async function migrateInside(database: Database, prefix: string): Promise<Migration> {
  if (database.dialect === 'postgres') await database.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${prefix}migrate`]);
  const [from, to, steps] = await stepsOf(database, prefix);
  for (const sql of steps) await database.run(sql);
  return Object.freeze({ from, to });
}

/** Without transactions: whoever comes second fails, and finds the work done. */
async function migrateBatch(database: Database, prefix: string): Promise<Migration> {
  const [from, to, steps] = await stepsOf(database, prefix);
  try {
    if (steps.length > 0) await database.batch!(steps.map((sql) => ({ sql, values: [] })));
  } catch (error) {
    const [reached] = await stepsOf(database, prefix);
    if (reached !== to) throw error;
  }
  return Object.freeze({ from, to });
}

/** The version there is, the one there will be, and the statements in between. */
async function stepsOf(database: Database, prefix: string): Promise<readonly [from: number, to: number, steps: readonly string[]]> {
  await database.run(metaTable(prefix));
  const [row] = await database.run(`SELECT value FROM ${prefix}meta WHERE name = 'schema'`);
  const from = row === undefined ? 0 : Number(row['value']);
  const versions = versionsAfter(0, database.dialect, prefix);
  const to = versions.length;
  if (from > to) throw new RangeError(`the tables are of version ${from}, which this version of countersign does not know: update it`);
  const steps = versions.slice(from).flatMap(([, statements]) => statements);
  return [from, to, from === to ? [] : [...steps, versionRow(prefix)]];
}

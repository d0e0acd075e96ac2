/**
 * Bringing the tables, and changing them when a new version of this package needs it.
 *
 * @module
 */

import { type OptionNames, readOptions } from '../internal/options.ts';
import { assertDatabase, type Database, type SqlRow } from './database.ts';
import { checkPrefix, DEFAULT_PREFIX, metaTable, versionsAfter } from './schema.ts';

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
  return migrateInside(database, prefix);
}

async function migrateInside(database: Database, prefix: string): Promise<Migration> {
  if (database.dialect === 'postgres') await database.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${prefix}migrate`]);
  await database.run(metaTable(prefix));
  const from = versionOf(await database.run(`SELECT value FROM ${prefix}meta WHERE name = 'schema'`));
  const versions = versionsAfter(0, database.dialect, prefix);
  if (from > versions.length)
    throw new RangeError(`the tables are of version ${from}, which this version of countersign does not know: update it`);
  const upsert = `INSERT INTO ${prefix}meta (name, value) VALUES ('schema', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
  for (const [version, statements] of versions.slice(from)) {
    for (const sql of statements) await database.run(sql);
    await database.run(upsert, [String(version)]);
  }
  return Object.freeze({ from, to: versions.length });
}

function versionOf([row]: readonly SqlRow[]): number {
  return row === undefined ? 0 : Number(row['value']);
}

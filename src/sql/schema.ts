/**
 * The tables: one text for PostgreSQL and SQLite. Times are whole seconds since the epoch.
 *
 * @module
 */

import { type OptionNames, readOptions } from '../internal/options.ts';
import type { Database } from './database.ts';
import { keyTables } from './keys/key-schema.ts';

/** Which tables. */
export interface SchemaOptions {
  /** For which SQL. */
  readonly dialect: Database['dialect'];
  /** What the names of tables begin with: lower-case letters and `_`, at most 40. Default: `countersign_`. */
  readonly prefix?: string | undefined;
}

/** Statements that make the tables. */
export interface Schema {
  /** Grows with each change of the tables. */
  readonly version: number;
  /** To be run in order, each once, by `migrate` or any tool for migrations. Those of later versions follow those of earlier ones. */
  readonly statements: readonly string[];
}

const OPTIONS: OptionNames<SchemaOptions> = { dialect: true, prefix: true };

export const DEFAULT_PREFIX = 'countersign_';

/**
 * Requires what may stand in the name of a table.
 *
 * @throws {TypeError | RangeError} If it may not.
 */
export function checkPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string') throw new TypeError('prefix must be a string');
  if (!/^[a-z_]{1,40}$/.test(prefix)) throw new RangeError('prefix must be 1 to 40 lower-case letters and _');
}

/** The versions: what each adds. A line that has been released is never changed. */
const VERSIONS: readonly ((prefix: string) => readonly string[])[] = [
  (prefix) => [
    // Nonces that were consumed: one row each, until the longest life of their class is over.
    `CREATE TABLE ${prefix}nonce (scope TEXT NOT NULL, nonce TEXT NOT NULL, created BIGINT NOT NULL, keep_until BIGINT NOT NULL, life INTEGER NOT NULL, PRIMARY KEY (scope, nonce))`,
    `CREATE INDEX ${prefix}nonce_keep ON ${prefix}nonce (keep_until)`,
    // What was pruned: of a class of lifetime (scope ''), and of scopes whose messages live as long as a policy says.
    `CREATE TABLE ${prefix}forgotten (scope TEXT NOT NULL, life INTEGER NOT NULL, created BIGINT NOT NULL, PRIMARY KEY (scope, life))`,
    // From when on the table of nonces knows everything, and of which server that is said.
    `CREATE TABLE ${prefix}epoch (id INTEGER PRIMARY KEY CHECK (id = 1), identity TEXT NOT NULL, started BIGINT NOT NULL, future_skew INTEGER NOT NULL)`,
  ],
  keyTables,
];

/** The statements of the versions after one, each with its number. */
export function versionsAfter(
  version: number,
  dialect: Database['dialect'],
  prefix: string,
): readonly (readonly [number, readonly string[]])[] {
  return VERSIONS.map((statements, index) => [index + 1, forDialect(statements(prefix), dialect)] as const).slice(version);
}

/** SQLite keeps a row in the index of its primary key when told to; PostgreSQL does not know the words. */
function forDialect(statements: readonly string[], dialect: Database['dialect']): readonly string[] {
  if (dialect === 'postgres') return statements;
  return statements.map((sql) => (/^CREATE TABLE .*PRIMARY KEY \(scope/.test(sql) ? `${sql} WITHOUT ROWID` : sql));
}

/**
 * The statements that make the tables, for who brings them by a tool for migrations instead of `migrate`.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function createSchema(options: SchemaOptions): Schema {
  const { dialect, prefix = DEFAULT_PREFIX } = readOptions(options, OPTIONS);
  if (dialect !== 'sqlite' && dialect !== 'postgres') throw new TypeError("dialect must be 'sqlite' or 'postgres'");
  checkPrefix(prefix);
  const statements = versionsAfter(0, dialect, prefix).flatMap(([, each]) => each);
  return Object.freeze({ version: VERSIONS.length, statements: Object.freeze([metaTable(prefix), ...statements, versionRow(prefix)]) });
}

/** What is known about the tables themselves. */
export function metaTable(prefix: string): string {
  return `CREATE TABLE IF NOT EXISTS ${prefix}meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`;
}

/** So that `migrate` knows what another tool did. */
export function versionRow(prefix: string): string {
  return `INSERT INTO ${prefix}meta (name, value) VALUES ('schema', '${VERSIONS.length}') ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
}

/**
 * `countersign/sql`: what must last, in SQL databases.
 *
 * @module
 */

export { type D1Like, fromD1 } from './cloudflare/d1.ts';
export { fromObjectStorage, type ObjectStorageLike } from './cloudflare/object-storage.ts';
export {
  type DurableObjectReplayStoreOptions,
  durableObjectReplayStore,
  type ObjectNamespaceLike,
  type ObjectStateLike,
  objectReplayStore,
} from './cloudflare/object-store.ts';
export type { Database, SqlRow, SqlStatement, SqlValue, TransactionOptions } from './database.ts';
export { type SqlKeyStoreOptions, sqlKeyStore } from './keys/key-store.ts';
export { type MigrateOptions, type Migration, migrate } from './migrate.ts';
export { fromPglite, type PgliteLike } from './pglite.ts';
export { fromPg, fromPostgresJs, type PgLike, type PostgresJsLike } from './postgres.ts';
export { type PruneOptions, type SqlReplayStore, type SqlReplayStoreOptions, sqlReplayStore } from './replay-store.ts';
export { createSchema, type Schema, type SchemaOptions } from './schema.ts';
export { fromSqlite, type OpenedDatabase, openSqlite, type SqliteLike, type SqliteOptions } from './sqlite.ts';

/** The databases that the tests of stores run on, one a client. */
import { DatabaseSync } from 'node:sqlite';
import { PGlite } from '@electric-sql/pglite';
import LibsqlDatabase from 'libsql';
import pg from 'pg';
import postgres from 'postgres';
import { inject } from 'vitest';
import { fromObjectStorage } from '../../../src/sql/cloudflare/object-storage.ts';
import type { Database, SqlValue } from '../../../src/sql/database.ts';
import { fromPglite } from '../../../src/sql/pglite.ts';
import { fromPg, fromPostgresJs } from '../../../src/sql/postgres.ts';
import { fromSqlite, openSqlite } from '../../../src/sql/sqlite.ts';
import { connectionOf, temporaryFile } from './places.ts';

export interface Opened {
  readonly database: Database;
  close(): Promise<void>;
}

/** SQLite without transactions, as a Durable Object has it: statements, and several of them together. */
export function sqliteInBatches(): Opened {
  const client = new DatabaseSync(temporaryFile());
  client.exec('PRAGMA journal_mode = WAL');
  client.exec('PRAGMA synchronous = OFF');
  const exec = (sql: string, ...values: SqlValue[]) => {
    const rows = client.prepare(sql).all(...values);
    return { toArray: () => rows };
  };
  const transactionSync = <T>(work: () => T): T => {
    client.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      client.exec('COMMIT');
      return result;
    } catch (error) {
      client.exec('ROLLBACK');
      throw error;
    }
  };
  return { database: fromObjectStorage({ sql: { exec }, transactionSync }), close: async () => client.close() };
}

/** Opens each kind of database that is tested. */
export const databases: Readonly<Record<string, () => Promise<Opened>>> = {
  'node:sqlite': async () => {
    const database = openSqlite(temporaryFile());
    return { database, close: async () => database.close() };
  },
  libsql: async () => {
    const client = new LibsqlDatabase(temporaryFile());
    client.exec('PRAGMA journal_mode = WAL');
    return { database: fromSqlite(client), close: async () => void client.close() };
  },
  pg: async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 10 });
    return { database: fromPg(pool), close: () => pool.end() };
  },
  'postgres.js': async () => {
    const sql = postgres({ ...connectionOf(inject('postgresPort')), max: 10, onnotice: () => undefined });
    return { database: fromPostgresJs(sql), close: () => sql.end() };
  },
  PGlite: async () => {
    const pglite = await PGlite.create();
    return { database: fromPglite(pglite), close: () => pglite.close() };
  },
};

/**
 * PostgreSQL, by the client that the user's project has: pg or postgres.
 *
 * @module
 */

import { fromPg, fromPostgresJs, type PgLike, type PostgresJsLike } from '../../sql/postgres.ts';
import { Failure } from '../command.ts';
import { oneLine } from '../report.ts';
import type { Opened } from './opened.ts';
import { loadFrom } from './users-package.ts';

interface Pg {
  readonly Pool: new (options: object) => PgLike & { end(): Promise<void>; on(event: 'error', listener: () => void): unknown };
}

type PostgresJs = (url: string, options: object) => PostgresJsLike & { end(options: object): Promise<void> };

/** Seconds to wait for a connection. */
const PATIENCE = 10;

/** Opens it. @throws {Failure} If there is no client, or the address is none. */
export function openPostgres(url: string, folder: string): Opened {
  try {
    const pg = loadFrom<Pg>(folder, 'pg');
    if (pg !== undefined) return withPg(pg, url);
    const postgres = loadFrom<PostgresJs>(folder, 'postgres');
    if (postgres !== undefined) return withPostgresJs(postgres, url);
  } catch (error) {
    throw new Failure(`cannot open the database: ${oneLine(error)}`, { cause: error });
  }
  throw new Failure('PostgreSQL needs a client of yours: npm install pg (or postgres) in this project');
}

function withPg({ Pool }: Pg, url: string): Opened {
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: PATIENCE * 1000 });
  // A connection that breaks while nobody uses it.
  pool.on('error', () => undefined);
  return { database: fromPg(pool), close: () => pool.end() };
}

function withPostgresJs(postgres: PostgresJs, url: string): Opened {
  const sql = postgres(url, { max: 2, connect_timeout: PATIENCE, onnotice: () => undefined });
  return { database: fromPostgresJs(sql), close: () => sql.end({ timeout: 1 }) };
}

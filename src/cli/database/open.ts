/**
 * The database of a command: a SQLite file, or what `DATABASE_URL` says.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Database } from '../../sql/database.ts';
import { fromSqlite, openSqlite, type SqliteLike } from '../../sql/sqlite.ts';
import { type CommandContext, Failure, UsageError } from '../command.ts';
import { fileFailure } from '../input/read.ts';
import { oneLine } from '../report.ts';
import type { Opened } from './opened.ts';
import { openPostgres } from './postgres.ts';
import { loadFrom } from './users-package.ts';

/** How to open it. */
export interface OpenOptions {
  /** What `--database` says: a file. Default: the variable DATABASE_URL. */
  readonly database: string | undefined;
  /** Whether a file that is not there is made. Default: false. */
  readonly create?: boolean | undefined;
}

/** Opens it. @throws {UsageError} If nothing says where it is. @throws {Failure} If it cannot be opened. */
export async function openDatabase(context: CommandContext, { database, create = false }: OpenOptions): Promise<Opened> {
  const place = database ?? context.env['DATABASE_URL'];
  if (place === undefined || place === '')
    throw new UsageError('there is no database: --database <file> for SQLite, or DATABASE_URL=postgres://…');
  if (/^postgres(ql)?:\/\//i.test(place)) return openPostgres(place, context.cwd);
  const path = filePath(place);
  if (path === undefined) throw new UsageError('the database must be a file, or an address that begins with postgres://');
  return openFile(resolve(context.cwd, path), path, { cwd: context.cwd, create });
}

function filePath(place: string): string | undefined {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(place) ?? [];
  if (scheme === undefined) return place;
  return /^(sqlite|file)$/i.test(scheme) ? rest.replace(/^\/\/(?=\/)/, '') : undefined;
}

async function openFile(path: string, name: string, { cwd, create }: { readonly cwd: string; readonly create: boolean }): Promise<Opened> {
  if (!existsSync(path)) {
    if (!create) throw new Failure(`there is no database ${name}: countersign keys migrate makes one`);
    // Nobody else reads the keys; the files beside it inherit that.
    await open(path, 'wx', 0o600).then(
      (handle) => handle.close(),
      (error: unknown) => {
        throw fileFailure('write', name, error);
      },
    );
  }
  try {
    const client = process.getBuiltinModule?.('node:sqlite') === undefined ? openLibsql(path, cwd) : openSqlite(path);
    return { database: client, close: async () => client.close() };
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`cannot open the database ${name}: ${oneLine(error)}`, { cause: error });
  }
}

type Libsql = new (path: string) => SqliteLike & { close(): void };

/** Where Node has no SQLite: before 22.13. */
function openLibsql(path: string, cwd: string): Database & { close(): void } {
  const Client = loadFrom<Libsql>(cwd, 'libsql');
  if (Client === undefined)
    throw new Failure('this Node has no SQLite (22.13 has): npm install libsql in this project, or use a newer Node');
  const client = new Client(path);
  client.exec('PRAGMA busy_timeout = 5000');
  client.exec('PRAGMA journal_mode = WAL');
  return { ...fromSqlite(client), close: () => client.close() };
}

/** Once, with the effect, in the words of Kysely and Drizzle: their transactions, by the drivers under them. */

import { DatabaseSync } from 'node:sqlite';
import type BetterSqlite3 from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { pgTable, text as pgText } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';
import { drizzle as drizzleSqlite } from 'drizzle-orm/sqlite-proxy';
import { CompiledQuery, Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import LibsqlDatabase from 'libsql';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Database } from '../../src/sql/database.ts';
import { fromPg, fromPostgresJs } from '../../src/sql/postgres.ts';
import { fromSqlite } from '../../src/sql/sqlite.ts';
import { creditBy, credited, messages, openBank, PREFIX, storeOf } from './support/bank.ts';
import { connectionOf, temporaryFile } from './support/places.ts';

/** What happens in the transaction, after the coins were credited. */
type Afterwards = () => unknown;

interface Bank {
  readonly database: Database;
  credit(text: string, afterwards?: Afterwards): Promise<string>;
  close(): Promise<void>;
}

interface Tables {
  readonly [`bank_coins`]: { readonly message: string };
}

const pgCoins = pgTable(`${PREFIX}coins`, { message: pgText('message').notNull() });
const sqliteCoins = sqliteTable(`${PREFIX}coins`, { message: sqliteText('message').notNull() });

/** A statement with its values, as Drizzle takes it. */
function drizzled(statement: string, values: readonly unknown[]): SQL {
  const parts = statement.split(/\$(\d+)/);
  return sql.join(parts.map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1]}`)));
}

const openPool = () => new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 4 });

const BANKS: Readonly<Record<string, () => Promise<Bank>>> = {
  'Kysely over pg': async () => {
    const pool = openPool();
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    return {
      database: fromPg(pool),
      credit: (text, afterwards) =>
        creditBy(text, (message) =>
          db.transaction().execute(async (trx) => {
            const tx = fromPg({ query: (sql, values) => trx.executeQuery(CompiledQuery.raw(sql, values)) });
            const { payload } = await message.consume(storeOf(tx));
            await trx
              .insertInto('bank_coins')
              .values({ message: String(payload['message']) })
              .execute();
            await afterwards?.();
          }),
        ),
      close: () => db.destroy(),
    };
  },
  'Kysely over libsql': async () => {
    const client = new LibsqlDatabase(temporaryFile());
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: client as never }) });
    return {
      database: fromSqlite(client),
      credit: (text, afterwards) =>
        creditBy(text, (message) =>
          db.transaction().execute(async (trx) => {
            const { payload } = await message.consume(storeOf(fromSqlite(client, { insideTransaction: true })));
            await trx
              .insertInto('bank_coins')
              .values({ message: String(payload['message']) })
              .execute();
            await afterwards?.();
          }),
        ),
      close: () => db.destroy(),
    };
  },
  'Drizzle over pg': async () => {
    const pool = openPool();
    const credit: Bank['credit'] = (text, afterwards) =>
      creditBy(text, async (message) => {
        const client = await pool.connect();
        try {
          await drizzlePg(client).transaction(async (tx) => {
            const { payload } = await message.consume(storeOf(fromPg(client)));
            await tx.insert(pgCoins).values({ message: String(payload['message']) });
            await afterwards?.();
          });
        } finally {
          client.release();
        }
      });
    return { database: fromPg(pool), credit, close: () => pool.end() };
  },
  'Drizzle over postgres.js': async () => {
    const client = postgres({ ...connectionOf(inject('postgresPort')), max: 4, onnotice: () => undefined });
    const db = drizzlePostgresJs(client);
    const credit: Bank['credit'] = (text, afterwards) =>
      creditBy(text, (message) =>
        db.transaction(async (tx) => {
          const query = async (statement: string, values: unknown[]) => ({ rows: await tx.execute(drizzled(statement, values)) });
          const { payload } = await message.consume(storeOf(fromPg({ query })));
          await tx.insert(pgCoins).values({ message: String(payload['message']) });
          await afterwards?.();
        }),
      );
    return { database: fromPostgresJs(client), credit, close: () => client.end() };
  },
  'Drizzle over node:sqlite': async () => {
    const client = new DatabaseSync(temporaryFile());
    const database = fromSqlite(client);
    const db = drizzleSqlite(async (sql, params) => ({ rows: client.prepare(sql).all(...params) }));
    const credit: Bank['credit'] = (text, afterwards) =>
      creditBy(text, (message) =>
        database.transaction!(async (tx) => {
          const { payload } = await message.consume(storeOf(tx));
          await db.insert(sqliteCoins).values({ message: String(payload['message']) });
          await afterwards?.();
        }),
      );
    return { database, credit, close: async () => client.close() };
  },
};

describe.each(Object.entries(BANKS))('a message that is consumed in a transaction of %s', (_, open) => {
  let bank: Bank;
  beforeAll(async () => {
    bank = await open();
  });
  beforeEach(() => openBank(bank.database));
  afterAll(() => bank.close());

  it('counts with its effect, once', async () => {
    const [text] = await messages(1);
    expect([await bank.credit(text!), await bank.credit(text!)]).toEqual(['credited', 'nonce_replayed']);
    expect(await credited(bank.database)).toEqual({ m0: 1 });
  });

  it('counts nothing when the handler throws, and can be tried again', async () => {
    const [text] = await messages(1);
    const down = new Error('the database is down');
    await expect(bank.credit(text!, () => Promise.reject(down))).rejects.toBe(down);
    expect(await credited(bank.database)).toEqual({});
    expect([await bank.credit(text!), await bank.credit(text!)]).toEqual(['credited', 'nonce_replayed']);
  });

  it('has its effect once when 100 copies arrive at once, and some fail', async () => {
    const texts = await messages(2);
    let turn = 0;
    const failing = () => (turn++ % 2 === 0 ? Promise.reject(new Error('no')) : undefined);
    const attempt = (text: string) => bank.credit(text, failing).catch(() => 'failed');
    const answers = await Promise.all(texts.flatMap((text) => Array.from({ length: 100 }, () => attempt(text))));
    for (const code of new Set(answers)) expect(['credited', 'failed', 'nonce_replayed', 'store_busy']).toContain(code);
    for (const text of texts) expect(['credited', 'nonce_replayed']).toContain(await bank.credit(text));
    expect(await credited(bank.database)).toEqual({ m0: 1, m1: 1 });
  });
});

describe('better-sqlite3', () => {
  it('fits by its types; what it does is done here by libsql, which has its shape', async () => {
    const wrap = (client: BetterSqlite3.Database): Database => fromSqlite(client);
    const client = new LibsqlDatabase(temporaryFile());
    const database = wrap(client as unknown as BetterSqlite3.Database);
    await openBank(database);
    expect(await database.transaction!((tx) => tx.run('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    client.close();
  });
});

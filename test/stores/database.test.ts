import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Database } from '../../src/sql/database.ts';
import { fromPg } from '../../src/sql/postgres.ts';
import { fromSqlite, openSqlite } from '../../src/sql/sqlite.ts';
import { databases, type Opened } from './support/databases.ts';
import { connectionOf, temporaryFile } from './support/places.ts';

describe.each(Object.entries(databases))('a database of %s', (_, open) => {
  let opened: Opened;
  let database: Database;
  const names = async (from: Database = database) => (await from.run('SELECT name FROM thing ORDER BY name')).map(({ name }) => name);

  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    await database.run('DROP TABLE IF EXISTS thing');
    await database.run('CREATE TABLE thing (name TEXT PRIMARY KEY, amount BIGINT)');
  });

  afterAll(() => opened.close());

  it('runs statements, a placeholder as often as it stands there, in any order', async () => {
    await database.run('INSERT INTO thing (amount, name) VALUES ($2, $1)', ['a', 1_700_000_000_000]);
    const sql = 'SELECT name, amount, amount + CAST($2 AS BIGINT) AS more FROM thing WHERE name = $1 OR name = $1';
    expect(await database.run(sql, ['a', 5])).toEqual([{ name: 'a', amount: 1_700_000_000_000, more: 1_700_000_000_005 }]);
  });

  it('commits a transaction, or rolls back what threw', async () => {
    const inserted = async (tx: Database, name: string) => tx.run('INSERT INTO thing (name, amount) VALUES ($1, 0)', [name]);
    const committed = await database.transaction!(async (tx) => {
      await inserted(tx, 'b');
      return 7;
    });
    expect(committed).toBe(7);
    const thrown = new Error('no');
    const failing = database.transaction!(async (tx) => {
      await inserted(tx, 'c');
      expect(await names(tx)).toEqual(['a', 'b', 'c']);
      throw thrown;
    });
    await expect(failing).rejects.toBe(thrown);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('makes savepoints inside of a transaction', async () => {
    await database.transaction!(async (tx) => {
      await tx.run("INSERT INTO thing (name, amount) VALUES ('d', 0)");
      const failing = tx.transaction!(async (inner) => {
        await inner.run("INSERT INTO thing (name, amount) VALUES ('e', 0)");
        await inner.transaction!(async (innermost) => innermost.run("INSERT INTO thing (name, amount) VALUES ('f', 0)"));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await tx.transaction!(async (inner) => inner.run("INSERT INTO thing (name, amount) VALUES ('g', 0)"));
    });
    expect(await names()).toEqual(['a', 'b', 'd', 'g']);
  });

  it('rolls nothing back that is no part of the transaction', async () => {
    let outer: Promise<unknown> | undefined;
    const failing = database.transaction!(async (tx) => {
      await tx.run("INSERT INTO thing (name, amount) VALUES ('h', 0)");
      outer = Promise.resolve(database.run("INSERT INTO thing (name, amount) VALUES ('i', 0)"));
      await tx.run("INSERT INTO thing (name, amount) VALUES ('j', 0)");
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await outer;
    expect(await names()).toEqual(['a', 'b', 'd', 'g', 'i']);
  });

  it('does not let a caught error pass for a commit', async () => {
    const swallowed = database.transaction!(async (tx) => {
      await tx.run("INSERT INTO thing (name, amount) VALUES ('k', 0)");
      await (async () => tx.run('SELECT nothing FROM nowhere'))().catch(() => undefined);
      return 'answered';
    });
    const answered = database.dialect === 'sqlite' ? ['answered', true] : ['refused', false];
    const outcome = await swallowed.catch(() => 'refused');
    expect([outcome, (await names()).includes('k')]).toEqual(answered);
  });
});

describe('one client of pg', () => {
  it('takes part in a transaction of the application, by savepoints, and makes its own where there is none', async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 1 });
    const client = await pool.connect();
    await client.query('CREATE TEMPORARY TABLE one (name TEXT)');
    const database = fromPg(client);
    const insert = (name: string) => database.transaction!(async (tx) => tx.run('INSERT INTO one VALUES ($1)', [name]));
    await client.query('BEGIN');
    await insert('a');
    await client.query('ROLLBACK');
    await insert('b');
    await client.query('BEGIN');
    await insert('c');
    await client.query('COMMIT');
    expect(await database.run('SELECT name FROM one ORDER BY name')).toEqual([{ name: 'b' }, { name: 'c' }]);
    client.release();
    await pool.end();
  });
});

describe('SQLite', () => {
  it('refuses a connection that is in a transaction of somebody else, and takes part when it is told to', async () => {
    const client = new DatabaseSync(temporaryFile());
    client.exec('CREATE TABLE thing (name TEXT)');
    const database = fromSqlite(client);
    client.exec('BEGIN IMMEDIATE');
    expect(() => database.run("INSERT INTO thing VALUES ('a')")).toThrow(/transaction that somebody else began/);
    await expect(database.transaction!(() => undefined)).rejects.toThrow(TypeError);
    await fromSqlite(client, { insideTransaction: true }).run("INSERT INTO thing VALUES ('b')");
    client.exec('COMMIT');
    expect(await database.run('SELECT name FROM thing')).toEqual([{ name: 'b' }]);
    client.close();
  });

  it('answers at once outside of transactions', () => {
    const database = openSqlite(':memory:');
    expect(database.run('SELECT $1 AS one', [1])).toEqual([{ one: 1 }]);
    database.close();
  });

  it('commits durably when told to', async () => {
    const database = openSqlite(temporaryFile());
    await database.transaction!(async (tx) => expect(await tx.run('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]), { durable: true });
    expect(await database.run('PRAGMA synchronous')).toEqual([{ synchronous: 1 }]);
    database.close();
  });
});

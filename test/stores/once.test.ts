/** Once, with the effect: what happens to a message happens exactly once or not at all, and what did not happen can be tried again. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Database } from '../../src/sql/database.ts';
import { fromPg } from '../../src/sql/postgres.ts';
import { sqlReplayStore } from '../../src/sql/replay-store.ts';
import { fromSqlite, openSqlite } from '../../src/sql/sqlite.ts';
import { consumption } from '../../src/testing/messages.ts';
import { credit, credited, messages, openBank, PREFIX } from './support/bank.ts';
import { databases } from './support/databases.ts';
import { connectionOf, temporaryFile } from './support/places.ts';

/** As many connections as there are in the pool: copies outnumber them. */
const KINDS: Readonly<Record<string, () => Promise<{ readonly database: Database; close(): Promise<void> }>>> = {
  ...databases,
  pg: async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 4 });
    return { database: fromPg(pool), close: () => pool.end() };
  },
};

describe.each(Object.entries(KINDS))('a message that is consumed in a transaction of %s', (name, open) => {
  let database: Database;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ database, close } = await open());
  });
  beforeEach(() => openBank(database));
  afterAll(() => close());

  it('counts when the transaction is committed', async () => {
    const [text] = await messages(1);
    expect(await credit(database, text!)).toBe('credited');
    expect(await credit(database, text!)).toBe('nonce_replayed');
    expect(await credited(database)).toEqual({ m0: 1 });
  });

  it('counts nothing when the handler throws, by itself or by a statement, and can be tried again', async () => {
    const [text] = await messages(1);
    const down = new Error('the database is down');
    const throwing = () => Promise.reject(down);
    await expect(credit(database, text!, throwing)).rejects.toBe(down);
    await expect(credit(database, text!, (tx) => tx.run('SELECT one FROM nowhere'))).rejects.toThrow(/nowhere/);
    expect(await credited(database)).toEqual({});
    expect(await credit(database, text!)).toBe('credited');
    expect(await credit(database, text!)).toBe('nonce_replayed');
  });

  it('counts nothing when the handler takes too long, and can be tried again', async () => {
    const [text] = await messages(1);
    const never = () => Promise.race([new Promise(() => undefined), sleep(20).then(() => Promise.reject(new Error('too long')))]);
    await expect(credit(database, text!, never)).rejects.toThrow('too long');
    // PGlite has no clock that ends a statement.
    if (database.dialect === 'postgres' && name !== 'PGlite') {
      const slow = async (tx: Database) => {
        await tx.run('SET LOCAL statement_timeout = 20');
        await tx.run('SELECT pg_sleep(60)');
      };
      await expect(credit(database, text!, slow)).rejects.toThrow(/statement timeout/);
    }
    expect(await credited(database)).toEqual({});
    expect([await credit(database, text!), await credit(database, text!)]).toEqual(['credited', 'nonce_replayed']);
  });

  it('is undone with a savepoint around both, and with that alone', async () => {
    const [text] = await messages(1);
    const nested = () =>
      database.transaction!(async (tx) => {
        await credit(tx, text!, () => Promise.reject(new Error('only this part'))).catch(() => undefined);
        await tx.run(`INSERT INTO ${PREFIX}coins (message) VALUES ('the rest')`);
      });
    await nested();
    expect(await credited(database)).toEqual({ 'the rest': 1 });
    expect(await credit(database, text!)).toBe('credited');
  });

  it('has its effect once when 100 copies arrive at once, and nobody waits for ever', async () => {
    const texts = await messages(3);
    const slow = () => new Promise((resolve) => setImmediate(resolve));
    const answers = await Promise.all(texts.flatMap((text) => Array.from({ length: 100 }, () => credit(database, text, slow))));
    expect(answers.filter((code) => code === 'credited')).toHaveLength(3);
    expect(new Set(answers)).toEqual(new Set([...answers.filter((code) => code === 'store_busy'), 'credited', 'nonce_replayed']));
    expect(await credited(database)).toEqual({ m0: 1, m1: 1, m2: 1 });
  });

  it('has its effect once when most attempts fail, however copies and attempts mix', async () => {
    const texts = await messages(20);
    let turn = 0;
    const failing = () => (turn++ % 3 === 0 ? undefined : Promise.reject(new Error('no')));
    const answered = new Set<string>();
    const attempt = async (text: string) => {
      const code = await credit(database, text, failing).catch(() => 'failed');
      if (code === 'credited') {
        expect(answered.has(text)).toBe(false);
        answered.add(text);
      }
      return code;
    };
    for (let round = 0; round < 30 && answered.size < texts.length; round++)
      await Promise.all(texts.flatMap((text) => [attempt(text), attempt(text), attempt(text)]));
    expect(answered.size).toBe(texts.length);
    expect(await credited(database)).toEqual(Object.fromEntries(texts.map((_text, index) => [`m${index}`, 1])));
  });
});

describe('PostgreSQL', () => {
  it('answers store_busy at once while a copy is in flight, with a connection of its own or not', async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 4 });
    const database = fromPg(pool);
    await openBank(database);
    const [text] = await messages(1);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const first = credit(database, text!, async () => {
      reached();
      await held;
    });
    await inFlight;
    const copies = await Promise.all(Array.from({ length: 30 }, () => credit(database, text!)));
    expect(new Set(copies)).toEqual(new Set(['store_busy']));
    release();
    expect(await first).toBe('credited');
    expect(await credit(database, text!)).toBe('nonce_replayed');
    await pool.end();
  });

  it('waits for a copy in flight outside of transactions, as long as it is told to', async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 4 });
    const database = fromPg(pool);
    await openBank(database);
    const options = { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true };
    const request = consumption({ nonce: 'a' }, Math.floor(Date.now() / 1000) + 1000);
    await database.transaction!(async (tx) => {
      expect(await sqlReplayStore(tx, options).consume(request)).toBe('consumed');
      const impatient = sqlReplayStore(database, { ...options, lockTimeout: 0 });
      await expect(impatient.consume(request)).rejects.toMatchObject({ code: 'store_busy', status: 503, retryAfter: 1 });
    });
    expect(await sqlReplayStore(database, options).consume(request)).toBe('replayed');
    await pool.end();
  });

  it('begins its epoch outside of the transaction that finds none: a refusal does not take it back', async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 1 });
    const database = fromPg(pool);
    await openBank(database);
    const noon = Math.floor(Date.now() / 1000) + 1000;
    const answer = (nonce: string, now: number) =>
      database.transaction!(async (tx) => {
        const consumed = await sqlReplayStore(tx, { prefix: PREFIX }).consume(consumption({ nonce, now }));
        if (consumed !== 'consumed') throw new Error(consumed);
        return consumed;
      }).catch((error: Error) => error.message);
    expect(await answer('a', noon)).toBe('cold');
    expect(await answer('b', noon + 7)).toBe('consumed');
    await pool.end();
  });

  it('takes part in a transaction that the application began on a client', async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 2 });
    await openBank(fromPg(pool));
    const request = consumption({ nonce: 'a' }, Math.floor(Date.now() / 1000) + 1000);
    const client = await pool.connect();
    const options = { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true, outside: fromPg(pool) };
    for (const [end, answer] of [
      ['ROLLBACK', 'consumed'],
      ['COMMIT', 'consumed'],
      ['COMMIT', 'replayed'],
    ] as const) {
      await client.query('BEGIN');
      expect(await sqlReplayStore(fromPg(client), options).consume(request)).toBe(answer);
      await client.query(end);
    }
    client.release();
    await pool.end();
  });
});

describe('SQLite', () => {
  it('is a TypeError on a connection that is in the transaction of somebody else', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const client = new DatabaseSync(temporaryFile());
    const database = fromSqlite(client);
    await openBank(database);
    client.exec('BEGIN');
    const store = sqlReplayStore(database, { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true });
    await expect(store.consume(consumption({ nonce: 'a' }))).rejects.toThrow(TypeError);
    client.exec('ROLLBACK');
    expect(await store.consume(consumption({ nonce: 'a' }))).toBe('consumed');
    client.close();
  });

  it('is store_busy when another process has the file to itself', async () => {
    const path = temporaryFile();
    const database = openSqlite(path);
    await openBank(database);
    await database.run('PRAGMA busy_timeout = 10');
    const other = openSqlite(path);
    const options = { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true };
    await other.transaction!(async (tx) => {
      await tx.run(`INSERT INTO ${PREFIX}coins (message) VALUES ('other')`);
      await expect(sqlReplayStore(database, options).consume(consumption({ nonce: 'a' }))).rejects.toMatchObject({ code: 'store_busy' });
    });
    expect(await sqlReplayStore(database, options).consume(consumption({ nonce: 'a' }))).toBe('consumed');
    other.close();
    database.close();
  });
});

interface Told {
  readonly id?: number;
  readonly at: string;
  readonly code?: string;
}

function start(args: readonly string[]): {
  readonly child: ChildProcess;
  readonly told: Told[];
  until(holds: () => boolean): Promise<void>;
} {
  const child = fork(join(import.meta.dirname, 'support', 'bank-process.ts'), [...args], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const told: Told[] = [];
  child.on('message', (message) => told.push(message as Told));
  const until = async (holds: () => boolean) => {
    while (!holds()) await once(child, 'message');
  };
  return { child, told, until };
}

describe.each(['postgres', 'sqlite'])('a process over %s that is killed between effect and commit', (kind) => {
  it('has had no effect, and the message can be sent to the next one', async () => {
    const path = temporaryFile();
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 2 });
    const opened = kind === 'sqlite' ? openSqlite(path) : undefined;
    const database = opened ?? fromPg(pool);
    await openBank(database);
    const texts = await messages(8);
    const where = [kind, kind === 'sqlite' ? path : String(inject('postgresPort'))];
    const first = start(where);
    await first.until(() => first.told.length > 0);
    // Half of them are answered; of the others one, or as many as there are connections, are between effect and commit.
    for (const [id, text] of texts.entries()) if (id < 4) first.child.send({ id, text, hang: false });
    await first.until(() => first.told.filter(({ at }) => at === 'answer').length === 4);
    for (const [id, text] of texts.entries()) if (id >= 4) first.child.send({ id, text, hang: true });
    await first.until(() => first.told.some(({ at }) => at === 'effect'));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(await credited(database)).toEqual({ m0: 1, m1: 1, m2: 1, m3: 1 });
    const second = start(where);
    await second.until(() => second.told.length > 0);
    const answers = () => second.told.filter(({ at }) => at === 'answer');
    for (let round = 0; round < 20 && Object.keys(await credited(database)).length < 8; round++) {
      const before = answers().length;
      for (const [id, text] of texts.entries()) second.child.send({ id, text, hang: false });
      await second.until(() => answers().length === before + texts.length);
    }
    expect(await credited(database)).toEqual(Object.fromEntries(texts.map((_, index) => [`m${index}`, 1])));
    expect(answers().filter(({ id, code }) => id! < 4 && code !== 'nonce_replayed')).toEqual([]);
    second.child.kill('SIGKILL');
    await once(second.child, 'exit');
    opened?.close();
    await pool.end();
  });
});

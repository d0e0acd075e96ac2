/**
 * `npm run bench:keys`: what a key store is asked takes as long with two million keys as with twenty thousand, over SQLite and
 * PostgreSQL. It takes some minutes and a gigabyte of disk.
 *
 *   npm run bench:keys -- 500000     with fewer keys at the most
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { KeyFilter, KeyStore, StoredKey } from 'countersign/api-keys';
import { type Database, fromPg, migrate, openSqlite, sqlKeyStore } from 'countersign/sql';
import pg from 'pg';
import { startPostgres } from '../test/stores/support/servers.ts';

/** A hundred times as many keys may take so many times as long: an index grows by a level, and memory is not reached as fast. */
const LIMIT = 2.5;

const FACTOR = 100;

const ROUNDS = 1000;

const START = 1_700_000_000;

const NOW = 1_800_000_000;

/** As random as names are, and known by number. */
const keyidOf = (index: number): string => `bank_live_${((index * 2_654_435_761) % 2 ** 48).toString(16).padStart(16, '0')}`;

/** The same in SQL. */
const keyidIn: Readonly<Record<Database['dialect'], string>> = {
  sqlite: "'bank_live_' || printf('%016x', (i * 2654435761) % 281474976710656)",
  postgres: "'bank_live_' || lpad(to_hex((i * 2654435761) % 281474976710656), 16, '0')",
};

const seriesIn: Readonly<Record<Database['dialect'], (from: number, to: number) => string>> = {
  sqlite: (from, to) => `(WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n)`,
  postgres: (from, to) => `(SELECT i FROM generate_series(${from}::bigint, ${to}::bigint) AS i)`,
};

/** Two keys an owner, one a second, one of a hundred revoked, one of ten with an end. */
async function fill(database: Database, from: number, to: number): Promise<void> {
  const keyid = keyidIn[database.dialect];
  const STEP = 50_000;
  for (let start = from; start <= to; start += STEP)
    await database.run(
      `INSERT INTO countersign_key (keyid, series, generation, kind, tenant, owner, name, environment, status, status_at, material, sealed_with,
        scopes, labels, created_at, not_after, uses, revision)
      SELECT ${keyid}, ${keyid}, 1, 'hmac', '', 'owner ' || (i / 2), '', 'live', CASE WHEN i % 100 = 0 THEN 'revoked' ELSE 'active' END, ${START} + i,
        '1.2027.${'A'.repeat(124)}', '2027', '["coins:write"]', '{}', ${START} + i, CASE WHEN i % 10 = 0 THEN ${NOW} + i * 100 END, 0, i
      FROM ${seriesIn[database.dialect](start, Math.min(to, start + STEP - 1))} AS numbers`,
      [],
    );
  await database.run(`UPDATE countersign_meta SET value = '${to}' WHERE name = 'revision'`, []);
  await database.run('ANALYZE', []);
}

const EVERYTHING: KeyFilter = {
  environment: 'live',
  tenant: undefined,
  owner: undefined,
  series: undefined,
  state: undefined,
  unusedSince: undefined,
  expiringBefore: undefined,
  revokedBefore: undefined,
  notSealedWith: undefined,
  now: NOW,
  after: undefined,
  limit: 100,
};

type Operation = (store: KeyStore, index: number, count: number) => Promise<number>;

const length = (found: readonly unknown[]): number => found.length;

async function rename(store: KeyStore, index: number): Promise<number> {
  const before = (await store.get(keyidOf(index))) as StoredKey;
  const key = { ...before, name: before.name === 'a' ? 'b' : 'a' };
  return length((await store.write([{ key, before, at: NOW, actor: 'bench', action: 'updated' }])) ?? []);
}

/** What is asked, of a key chosen at random, and how many answers it must have. */
const operations: Readonly<Record<string, readonly [answers: number, operation: Operation]>> = {
  'a key': [1, async (store, index) => ((await store.get(keyidOf(index))) === undefined ? 0 : 1)],
  'an unknown keyid': [0, async (store, index) => ((await store.get(`${keyidOf(index)}0`)) === undefined ? 0 : 1)],
  'the revision': [1, async (store) => ((await store.revision()) > 0 ? 1 : 0)],
  'the changes since the last': [0, async (store) => length(await store.changes(await store.revision(), 1000))],
  'the keys of an owner': [
    2,
    async (store, index) => length(await store.list({ ...EVERYTHING, tenant: '', owner: `owner ${Math.floor(index / 2)}` })),
  ],
  'the keys of a series': [1, async (store, index) => length(await store.list({ ...EVERYTHING, series: keyidOf(index) }))],
  'a page of all keys': [
    100,
    async (store, index) => length(await store.list({ ...EVERYTHING, after: { createdAt: START + index, keyid: '' } })),
  ],
  'a page of revoked keys': [
    20,
    async (store, index) =>
      length(await store.list({ ...EVERYTHING, state: 'revoked', limit: 20, after: { createdAt: START + index, keyid: '' } })),
  ],
  'a change, with its event': [1, rename],
};

/** The middle time of an operation, in microseconds. */
async function timeOf(store: KeyStore, count: number, [answers, operation]: readonly [number, Operation]): Promise<number> {
  const times: number[] = [];
  for (let round = -ROUNDS / 10; round < ROUNDS; round++) {
    // Not the last ones, behind which there are no full pages.
    const index = 2 + Math.floor(Math.random() * (count - 5000));
    const start = performance.now();
    const found = await operation(store, index, count);
    const time = performance.now() - start;
    if (found !== answers) throw new Error(`${found} answers instead of ${answers}`);
    if (round >= 0) times.push(time * 1000);
  }
  return times.sort((a, b) => a - b)[ROUNDS / 2]!;
}

interface Opened {
  readonly database: Database;
  /** Bytes on disk. */
  size(): Promise<number>;
  close(): Promise<void>;
}

async function openFile(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-keys-'));
  const database = openSqlite(join(folder, 'keys.db'));
  const close = async (): Promise<void> => {
    database.close();
    rmSync(folder, { recursive: true });
  };
  return { database, size: async () => statSync(join(folder, 'keys.db')).size, close };
}

async function openServer(): Promise<Opened> {
  const server = await startPostgres({ settings: ['max_wal_size=4GB', 'autovacuum=off'] });
  const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
  const database = fromPg(pool);
  const close = async (): Promise<void> => {
    await pool.end();
    await server.stop();
  };
  const size = async () => Number((await database.run("SELECT pg_total_relation_size('countersign_key') AS size", []))[0]!['size']);
  return { database, size, close };
}

/** Measures a store with few keys and with many. Answers whether all is flat. */
async function measure(name: string, open: () => Promise<Opened>, most: number): Promise<boolean> {
  const { database, size, close } = await open();
  await migrate(database);
  const store = sqlKeyStore(database);
  const counts = [most / FACTOR, most];
  const times: number[][] = [];
  let filled = 0;
  for (const count of counts) {
    await fill(database, filled + 1, count);
    filled = count;
    const row: number[] = [];
    for (const operation of Object.values(operations)) row.push(await timeOf(store, count, operation));
    times.push(row);
  }
  console.log(`\n${name}: ${Math.round((await size()) / filled)} bytes a key`);
  console.log(`${''.padEnd(30)}${counts.map((count) => `${count} keys`.padStart(16)).join('')}${'times'.padStart(10)}`);
  let isFlat = true;
  for (const [index, operation] of Object.keys(operations).entries()) {
    const [few, many] = times.map((row) => row[index]!) as [number, number];
    const isWithin = many / few <= LIMIT;
    isFlat &&= isWithin;
    const cells = [few, many].map((time) => `${time.toFixed(0)} µs`.padStart(16)).join('');
    console.log(`${operation.padEnd(30)}${cells}${(many / few).toFixed(2).padStart(10)}  ${isWithin ? 'ok' : 'MISSED'}`);
  }
  await close();
  return isFlat;
}

const { positionals } = parseArgs({ allowPositionals: true });
const most = Number(positionals[0] ?? 2_000_000);
if (!Number.isInteger(most / FACTOR) || most < 1_000_000 / 2) throw new RangeError('a multiple of 100 from 500,000 on');
console.log(`Node ${process.versions.node}; at most ${LIMIT} times as long with ${FACTOR} times as many keys`);
const met = [await measure('SQLite', openFile, most), await measure('PostgreSQL', openServer, most)];
process.exitCode = met.every(Boolean) ? 0 : 1;

/**
 * `npm run bench:stores`: what a nonce costs in each replay store, in time, round trips and bytes. Limits are on bytes and on statements, which are the
 * same on every machine; times are printed. Redis and PostgreSQL are started here.
 *
 *   npm run bench:stores -- redis      one of them
 */
import { statSync } from 'node:fs';
import { memoryReplayStore } from 'countersign';
import { redisReplayStore } from 'countersign/redis';
import { type Database, fromPg, migrate, openSqlite, sqlReplayStore } from 'countersign/sql';
import type { ConsumeRequest, ReplayStore } from 'countersign/testing';
import pg from 'pg';
import { connectionOf, temporaryFile } from '../test/stores/support/places.ts';
import { redisClients } from '../test/stores/support/redis-clients.ts';
import { startPostgres, startRedis } from '../test/stores/support/servers.ts';

/** Nearly as many as a table of Redis has slots: just beyond, the old and the new table are both there. */
const NONCES = 60_000;

const AT_ONCE = 20;

const IN_MEMORY = 10_000_000;

const requestOf = (index: number, now: number): ConsumeRequest => ({
  tenant: '',
  scope: '4:jdoe-',
  nonce: `0123456789abcdef${String(index).padStart(6, '0')}`,
  created: now,
  keepUntil: now + 306,
  now,
  futureSkew: 5,
});

interface Costs {
  readonly name: string;
  readonly microseconds: number;
  readonly bytes: number;
  /** Commands or statements for one message. */
  readonly trips: number;
  readonly mostBytes: number;
}

async function measure(
  name: string,
  store: ReplayStore,
  bytesUsed: () => Promise<number>,
  trips: () => number,
  mostBytes: number,
): Promise<Costs> {
  // Redis compares clocks.
  const now = Math.floor(Date.now() / 1000) + 10;
  const consume = async (index: number) => {
    const answer = await store.consume(requestOf(index, now));
    if (answer !== 'consumed') throw new Error(`${name} answered ${answer}`);
  };
  // What is done once, at the first use.
  for (let index = 0; index < 1000; index++) await consume(NONCES + index);
  const bytes = await bytesUsed();
  const tripsBefore = trips();
  const start = performance.now();
  for (let index = 0; index < NONCES - 1000; index += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => consume(index + at)));
  const count = NONCES - 1000;
  const microseconds = ((performance.now() - start) * 1000) / count;
  const tripsOfEach = (trips() - tripsBefore) / count;
  return { name, microseconds, bytes: ((await bytesUsed()) - bytes) / count, trips: tripsOfEach, mostBytes };
}

/** A database that counts its statements. */
function counting(database: Database): { readonly database: Database; count(): number } {
  let statements = 0;
  const run: Database['run'] = (sql, values) => {
    statements++;
    return database.run(sql, values);
  };
  return { database: { ...database, run }, count: () => statements };
}

const options = { insecurelyAssumeNoEarlierMessages: true };

/** As many as its largest store takes on of one kind of keys; it answers at once, so nothing is waited for. */
async function memory(): Promise<Costs> {
  const store = memoryReplayStore({ capacity: IN_MEMORY, ...options });
  const now = Math.floor(Date.now() / 1000);
  const before = process.memoryUsage().arrayBuffers;
  const start = performance.now();
  for (let index = 0; index < IN_MEMORY; index++) {
    const answer = store.consume(requestOf(index, now));
    if (answer !== 'consumed') throw new Error(`memory answered ${String(await answer)}`);
  }
  const microseconds = ((performance.now() - start) * 1000) / IN_MEMORY;
  return { name: 'memory', microseconds, bytes: (process.memoryUsage().arrayBuffers - before) / IN_MEMORY, trips: 0, mostBytes: 40 };
}

async function sqlite(): Promise<Costs> {
  const path = temporaryFile();
  const opened = openSqlite(path);
  await migrate(opened);
  const { database, count } = counting(opened);
  const bytesUsed = async () => {
    await opened.run('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(path).size;
  };
  const costs = await measure('SQLite', sqlReplayStore(database, options), bytesUsed, count, 170);
  opened.close();
  return costs;
}

async function postgres(): Promise<Costs> {
  const server = await startPostgres();
  const pool = new pg.Pool({ ...connectionOf(server.port), max: AT_ONCE });
  await migrate(fromPg(pool));
  const { database, count } = counting(fromPg(pool));
  const bytesUsed = async () => Number((await pool.query("SELECT pg_total_relation_size('countersign_nonce') AS size")).rows[0].size);
  const costs = await measure('PostgreSQL', sqlReplayStore(database, options), bytesUsed, count, 260);
  await pool.end();
  await server.stop();
  return costs;
}

async function redis(): Promise<Costs> {
  const server = await startRedis();
  const { send, close } = await redisClients['ioredis']!(server.port);
  let commands = 0;
  const counted: typeof send = (args) => {
    commands++;
    return send(args);
  };
  const bytesUsed = async () => Number(/used_memory:(\d+)/.exec(String(await send(['INFO', 'memory'])))![1]);
  const costs = await measure('Redis', redisReplayStore({ send: counted, ...options }), bytesUsed, () => commands, 130);
  await close();
  await server.stop();
  return costs;
}

console.log(`${'store'.padEnd(12)}${'µs'.padStart(10)}${'bytes'.padStart(10)}${'at most'.padStart(10)}${'trips'.padStart(8)}`);
for (const run of [memory, sqlite, postgres, redis].filter(({ name }) => name.includes(process.argv[2] ?? ''))) {
  const { name, microseconds, bytes, trips, mostBytes } = await run();
  const fits = bytes <= mostBytes && trips <= 1;
  const cells = [
    microseconds.toFixed(1).padStart(10),
    bytes.toFixed(0).padStart(10),
    String(mostBytes).padStart(10),
    trips.toFixed(2).padStart(8),
  ];
  console.log(`${name.padEnd(12)}${cells.join('')}  ${fits ? 'ok' : 'OVER'}`);
  if (!fits) process.exitCode = 1;
}

/** What is accepted stays accepted, whatever is killed, promoted or restored. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { redisReplayStore } from '../../src/redis/replay-store.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import { migrate } from '../../src/sql/migrate.ts';
import { fromPg } from '../../src/sql/postgres.ts';
import { sqlReplayStore } from '../../src/sql/replay-store.ts';
import { openSqlite } from '../../src/sql/sqlite.ts';
import { consumption } from '../../src/testing/messages.ts';
import { temporaryFile } from './support/places.ts';
import { signedRequest, startVerifier, type VerifierProcess } from './support/processes.ts';
import { redisClients } from './support/redis-clients.ts';
import { postgresFolder, runPostgres, startPostgres, startRedis, type TestServer } from './support/servers.ts';

/** What honest clients were answered. */
interface Traffic {
  readonly accepted: RequestMessage[];
  readonly codes: string[];
  /** Seconds that refusals as cold told to wait. */
  readonly waits: (number | undefined)[];
}

/** Honest requests, one after the other in some lanes, until `isOver` says so. Who is refused as cold waits as long as he is told, and signs anew. */
async function load(process: VerifierProcess, { accepted, codes, waits }: Traffic, isOver: () => boolean): Promise<void> {
  const lane = async () => {
    while (!isOver()) {
      const request = await signedRequest();
      const { code, retryAfter } = await process.ask(request);
      codes.push(code);
      if (code === 'accepted') accepted.push(request);
      else if (code !== 'replay_store_cold') await sleep(5);
      else {
        waits.push(retryAfter);
        await sleep((retryAfter ?? 0) * 1000);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

const traffic = (): Traffic => ({ accepted: [], codes: [], waits: [] });

/** Requires that nothing honest was refused but while the store was away or cold, that this was said, and that it was little. */
function expectLittleRefused({ codes, waits }: Traffic): void {
  expect([...new Set(codes)].filter((code) => !['accepted', 'replay_store_cold', 'store_unavailable', 'gone'].includes(code))).toEqual([]);
  const answered = codes.filter((code) => code === 'accepted' || code === 'replay_store_cold').length;
  expect(waits.length).toBeGreaterThan(0);
  expect(waits.length / answered).toBeLessThanOrEqual(0.02);
  // The skew of the verifier, and two seconds: each client is told once.
  expect(new Set(waits)).toEqual(new Set([7]));
  expect(waits.length).toBeLessThanOrEqual(8);
}

/** The answers to all that were accepted before, sent again. */
async function replayAll(process: VerifierProcess, accepted: readonly RequestMessage[]): Promise<readonly string[]> {
  const codes: string[] = [];
  for (let start = 0; start < accepted.length; start += 50)
    codes.push(...(await Promise.all(accepted.slice(start, start + 50).map((request) => process.verify(request)))));
  return codes;
}

const MODES: Readonly<Record<string, readonly string[]>> = {
  'without persistence': ['--save', '', '--appendonly', 'no'],
  'with appendfsync everysec': ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
  'with appendfsync always': ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
};

interface Place {
  readonly kind: string;
  start(): Promise<TestServer>;
}

const PLACES: Readonly<Record<string, Place>> = {
  ...Object.fromEntries(
    Object.entries(MODES).map(([mode, args]) => [`Redis ${mode}`, { kind: 'redis', start: () => startRedis({ args }) }] as const),
  ),
  PostgreSQL: {
    kind: 'postgres',
    start: async () => {
      const server = await startPostgres();
      await withPool(server, (pool) => migrate(fromPg(pool)));
      return server;
    },
  },
};

async function withPool<T>(server: TestServer, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', max: 4 });
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

// Mostly they wait until the cold start is over: together rather than one after the other.
describe('killed under load', { concurrent: true }, () => {
  it.each(Object.entries(PLACES))(
    '%s accepts nothing again, serves again by itself, and refuses honest requests in the cold window alone',
    async (_, { kind, start }) => {
      const server = await start();
      const verifier = await startVerifier(kind, String(server.port), 'warm');
      const sent = traffic();
      const { accepted, codes } = sent;
      let isOver = false;
      const loading = load(verifier, sent, () => isOver);
      while (accepted.length < 500) await sleep(10);
      await server.kill();
      while (!codes.includes('store_unavailable')) await sleep(10);
      await server.start();
      const before = accepted.slice();
      expect((await replayAll(verifier, before)).filter((code) => code === 'accepted')).toEqual([]);
      while (accepted.length < before.length + 1000) await sleep(10);
      isOver = true;
      await loading;
      const again = await replayAll(verifier, accepted);
      expect(again).toHaveLength(accepted.length);
      expect(again.filter((code) => code === 'accepted')).toEqual([]);
      expectLittleRefused(sent);
      await verifier.kill();
      await server.stop();
    },
  );

  it('a process over SQLite accepts nothing again after it was started again', async () => {
    const path = temporaryFile();
    const database = openSqlite(path);
    await migrate(database);
    database.close();
    const verifier = await startVerifier('sqlite', path, 'warm');
    const sent = traffic();
    const { accepted, codes } = sent;
    const loading = load(verifier, sent, () => codes.includes('gone'));
    while (accepted.length < 500) await sleep(10);
    await verifier.kill();
    await loading;
    const second = await startVerifier('sqlite', path);
    const before = accepted.slice();
    expect((await replayAll(second, before)).filter((code) => code === 'accepted')).toEqual([]);
    let isOver = false;
    const loadingAgain = load(second, sent, () => isOver);
    while (accepted.length < before.length + 500) await sleep(10);
    isOver = true;
    await loadingAgain;
    expect((await replayAll(second, accepted)).filter((code) => code === 'accepted')).toEqual([]);
    expectLittleRefused(sent);
    await second.kill();
  });
});

const seconds = () => Math.floor(Date.now() / 1000);

/** Later than the first second of every server here. */
const messageAt = (nonce: string, now: number) => consumption({ nonce, now, created: now, maxAge: 3600 });

describe('Redis that lost nonces', () => {
  const asking = async (port: number) => {
    const client = await redisClients['ioredis']!(port);
    const store = redisReplayStore({ send: client.send, insecurelyAssumeNoEarlierMessages: true });
    return { ...client, consume: (nonce: string, now: number) => store.consume(messageAt(nonce, now)) };
  };

  it('is cold when a replica without the latest ones is promoted, and when it fails back', async () => {
    const primary = await startRedis();
    const replica = await startRedis({
      args: ['--save', '', '--replicaof', `127.0.0.1 ${primary.port}`, '--repl-diskless-sync-delay', '0'],
    });
    const [one, two] = [await asking(primary.port), await asking(replica.port)];
    const linked = async (to: typeof one) => {
      for (let turn = 0; turn < 400 && !String(await to.send(['INFO', 'replication'])).includes('master_link_status:up'); turn++)
        await sleep(50);
    };
    await linked(two);
    const now = seconds();
    expect(await one.consume('before', now)).toBe('consumed');
    await one.send(['WAIT', '1', '5000']);
    // The link breaks: what is accepted now never reaches the replica.
    await two.send(['REPLICAOF', 'NO', 'ONE']);
    expect(await one.consume('lost', now)).toBe('consumed');
    expect(await two.consume('lost', now)).toBe('cold');
    expect(await two.consume('lost', now)).toBe('cold');
    // And back: the old primary has its run id still, and the data of the other.
    const later = now + 20;
    expect(await two.consume('since', later)).toBe('consumed');
    await one.send(['REPLICAOF', '127.0.0.1', String(replica.port)]);
    await linked(one);
    await two.consume('last', later);
    await two.send(['WAIT', '1', '5000']);
    await one.send(['REPLICAOF', 'NO', 'ONE']);
    expect(await one.consume('since', later)).toBe('replayed');
    expect(await one.consume('anything', later)).toBe('cold');
    await Promise.all([one.close(), two.close(), primary.stop(), replica.stop()]);
  });

  it('is cold when a snapshot is restored', async () => {
    const server = await startRedis({ args: ['--save', '', '--dbfilename', 'dump.rdb'] });
    const one = await asking(server.port);
    const now = seconds();
    expect(await one.consume('kept', now)).toBe('consumed');
    await one.send(['SAVE']);
    expect(await one.consume('lost', now)).toBe('consumed');
    await one.close();
    await server.kill();
    await server.start();
    const two = await asking(server.port);
    expect([await two.consume('kept', now), await two.consume('lost', now)]).toEqual(['replayed', 'cold']);
    await two.close();
    await server.stop();
  });
});

describe('PostgreSQL that lost nonces', () => {
  const consume = (server: TestServer, nonce: string, now: number) =>
    withPool(server, async (pool) =>
      sqlReplayStore(fromPg(pool), { insecurelyAssumeNoEarlierMessages: true }).consume(messageAt(nonce, now)),
    );

  async function primaryOf(settings: readonly string[] = []): Promise<TestServer> {
    const server = await startPostgres({ settings: ['wal_level=replica', 'max_wal_senders=4', ...settings] });
    await withPool(server, (pool) => migrate(fromPg(pool)));
    return server;
  }

  const backup = (from: TestServer, ...more: readonly string[]): string => {
    const folder = postgresFolder();
    const args = [
      '-h',
      '127.0.0.1',
      '-p',
      String(from.port),
      '-U',
      'postgres',
      '-D',
      join(folder, 'data'),
      '--no-sync',
      '-c',
      'fast',
      ...more,
    ];
    runPostgres('pg_basebackup', args);
    return folder;
  };

  it('is cold when a standby without the latest rows is promoted, from the first second on', async () => {
    const primary = await primaryOf();
    const standby = await startPostgres({ folder: backup(primary, '-R') });
    const now = seconds() + 30;
    expect(await consume(primary, 'kept', now)).toBe('consumed');
    // Until it is there; then the standby loses the primary, which goes on.
    const there = 'SELECT count(*) AS there FROM countersign_nonce';
    const count = () => withPool(standby, async (pool) => Number((await pool.query(there)).rows[0].there));
    for (let turn = 0; turn < 200 && (await count()) === 0; turn++) await sleep(50);
    await withPool(standby, (pool) => pool.query("ALTER SYSTEM SET primary_conninfo = ''"));
    await withPool(standby, (pool) => pool.query('SELECT pg_reload_conf()'));
    const receivers = () => withPool(standby, async (pool) => (await pool.query('SELECT * FROM pg_stat_wal_receiver')).rowCount);
    for (let turn = 0; turn < 200 && (await receivers()) !== 0; turn++) await sleep(50);
    expect(await consume(primary, 'lost', now)).toBe('consumed');
    await primary.kill();
    await withPool(standby, (pool) => pool.query('SELECT pg_promote()'));
    expect(await count()).toBe(1);
    expect([await consume(standby, 'lost', now), await consume(standby, 'kept', now)]).toEqual(['cold', 'replayed']);
    expect(await consume(standby, 'new', now + 20)).toBe('consumed');
    await Promise.all([primary.stop(), standby.stop()]);
  });

  it('is cold when a base backup is restored', async () => {
    const primary = await primaryOf();
    const now = seconds() + 30;
    expect(await consume(primary, 'kept', now)).toBe('consumed');
    const folder = backup(primary);
    expect(await consume(primary, 'lost', now)).toBe('consumed');
    await primary.kill();
    const restored = await startPostgres({ folder });
    expect([await consume(restored, 'lost', now), await consume(restored, 'kept', now)]).toEqual(['cold', 'replayed']);
    await Promise.all([primary.stop(), restored.stop()]);
  });

  it('is cold when a dump is restored into the running server', async () => {
    const server = await primaryOf();
    const now = seconds() + 30;
    const at = ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'postgres'];
    const file = join(postgresFolder(), 'dump');
    expect(await consume(server, 'kept', now)).toBe('consumed');
    runPostgres('pg_dump', [...at, '-Fc', '-f', file, 'postgres']);
    expect(await consume(server, 'lost', now)).toBe('consumed');
    runPostgres('pg_restore', [...at, '--clean', '--if-exists', '-d', 'postgres', file]);
    expect([await consume(server, 'lost', now), await consume(server, 'kept', now)]).toEqual(['cold', 'replayed']);
    await server.stop();
  });

  it('is cold when it is told that it was restored, and after TRUNCATE', async () => {
    const server = await primaryOf();
    const now = seconds() + 30;
    expect(await consume(server, 'a', now)).toBe('consumed');
    await withPool(server, (pool) => pool.query('TRUNCATE countersign_nonce'));
    expect(await consume(server, 'a', now)).toBe('cold');
    expect(await consume(server, 'b', now + 10)).toBe('consumed');
    await withPool(server, async (pool) => {
      await pool.query('DELETE FROM countersign_nonce');
      await pool.query('UPDATE countersign_epoch SET started = 0');
      await sqlReplayStore(fromPg(pool)).restored();
    });
    expect(await consume(server, 'c', seconds() - 1)).toBe('cold');
    await server.stop();
  });
});

describe('a copy of a SQLite file', () => {
  it('is cold when it is put back', async () => {
    const path = temporaryFile();
    const now = 1_700_000_000;
    const first = openSqlite(path);
    await migrate(first);
    const store = sqlReplayStore(first);
    expect(await store.consume(messageAt('start', now))).toBe('cold');
    expect(await store.consume(messageAt('kept', now + 20))).toBe('consumed');
    await first.run('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.copy`);
    expect(await store.consume(messageAt('lost', now + 20))).toBe('consumed');
    first.close();
    copyFileSync(`${path}.copy`, path);
    const second = openSqlite(path);
    const answers = ['lost', 'kept'].map(async (nonce) => sqlReplayStore(second).consume({ ...messageAt(nonce, now + 20), now: now + 21 }));
    expect(await Promise.all(answers)).toEqual(['cold', 'replayed']);
    second.close();
  });
});

/** The contract of key stores, over a real Redis, by each client, and over a Redis Cluster. */
import { aesGcmSealer, createApiKeys } from 'countersign/api-keys';
import { type RedisKeyStoreOptions, redisKeyStore } from 'countersign/redis';
import { keyStoreChecks } from 'countersign/testing';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Send } from '../../src/redis/send.ts';
import { EVERYTHING } from '../../src/testing/keys/lists.ts';
import { keyOf, NOON, put, writeOf } from '../../src/testing/keys/support.ts';
import { type RedisClient, redisClients } from './support/redis-clients.ts';
import { startRedis, type TestServer } from './support/servers.ts';

let stores = 0;

/** In the third version of the protocol some answers have other shapes. */
const resp3 = async (port: number): Promise<RedisClient> => {
  const client = createClient({ socket: { host: '127.0.0.1', port }, RESP: 3 });
  await client.connect();
  return { send: (args) => client.sendCommand([...args]), close: async () => client.destroy() };
};

describe.each(Object.entries({ ...redisClients, 'node-redis over RESP3': resp3 }))('redisKeyStore by %s', (_, connect) => {
  let client: RedisClient;

  beforeAll(async () => {
    client = await connect(inject('redisPort'));
  });

  afterAll(() => client.close());

  const create = () => redisKeyStore({ send: client.send, prefix: `keys-${stores++}` });

  for (const { name, run } of keyStoreChecks({ create })) it(name, run);
});

describe('redisKeyStore in a Redis Cluster, where scripts see one slot', () => {
  let server: TestServer;
  let client: RedisClient;

  beforeAll(async () => {
    server = await startRedis({ args: ['--save', '', '--cluster-enabled', 'yes'] });
    client = await redisClients['ioredis']!(server.port);
    await client.send(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
    const isReady = async () => expect(String(await client.send(['CLUSTER', 'INFO']))).toContain('cluster_state:ok');
    await vi.waitFor(isReady, { timeout: 20_000 });
    // It is one: keys of two slots are refused.
    await expect(client.send(['EVAL', 'return 1', '2', 'a', 'b'])).rejects.toThrow(/CROSSSLOT|same slot/);
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  const create = () => redisKeyStore({ send: client.send, prefix: `cluster-${stores++}` });

  for (const { name, run } of keyStoreChecks({ create })) it(name, run);
});

describe('redisKeyStore', () => {
  let client: RedisClient;

  beforeAll(async () => {
    client = await redisClients['ioredis']!(inject('redisPort'));
  });

  afterAll(() => client.close());

  it('names every key that its scripts touch, all of one hash tag', async () => {
    const named = new Set<string>();
    const send: Send = (args) => {
      if (args[0]!.startsWith('EVAL')) for (const key of args.slice(3, 3 + Number(args[2]))) named.add(key);
      else if (!['SCRIPT', 'INFO', 'CONFIG'].includes(args[0]!)) named.add(args[1]!);
      return client.send(args);
    };
    const prefix = `named-${stores++}`;
    for (const { run } of keyStoreChecks({ create: () => redisKeyStore({ send, prefix: `${prefix}-${stores++}` }) })) await run();
    const there = (await client.send(['KEYS', `${prefix}-*`])) as string[];
    expect(there.length).toBeGreaterThan(100);
    expect(there.filter((key) => !named.has(key))).toEqual([]);
    expect([...named].filter((key) => !/^[\w-]+\{keys\}/.test(key))).toEqual([]);
  });

  it('looks through the list that is shortest, a part at a time', async () => {
    const sent: string[][] = [];
    const send: Send = (args) => {
      sent.push([...args]);
      return client.send(args);
    };
    const store = redisKeyStore({ send, prefix: `long-${stores++}` });
    const keys = Array.from({ length: 450 }, (_, at) =>
      keyOf(`k${String(at).padStart(3, '0')}`, { owner: `o${at % 3}`, series: `s${at}` }),
    );
    await store.write(keys.map((key) => writeOf(key)));
    sent.length = 0;
    expect(await store.list({ ...EVERYTHING, tenant: 't', owner: 'o1', limit: 1000 })).toHaveLength(150);
    expect(sent.filter(([command]) => command === 'ZRANGEBYLEX').map((args) => args[1])).toEqual([
      expect.stringContaining('{keys}o:1:to1'),
    ]);
    sent.length = 0;
    expect((await store.list({ ...EVERYTHING, limit: 1000 })).map(({ keyid }) => keyid)).toEqual(keys.map(({ keyid }) => keyid));
    expect(sent.filter(([command]) => command === 'ZRANGEBYLEX')).toHaveLength(3);
    sent.length = 0;
    expect(await store.list({ ...EVERYTHING, owner: 'o2', limit: 10 })).toHaveLength(10);
    expect(sent.filter(([command]) => command === 'ZRANGEBYLEX')).toHaveLength(1);
    expect(await store.list({ ...EVERYTHING, expiringBefore: NOON + 5_000_000_000, limit: 1000 })).toHaveLength(450);
    const after = { createdAt: NOON, keyid: 'k440' };
    expect(await store.list({ ...EVERYTHING, expiringBefore: NOON + 5_000_000_000, after, limit: 1000 })).toHaveLength(9);
  });

  it('refuses a server that evicts, and one that does not tell', async () => {
    const server = await startRedis({ args: ['--save', '', '--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] });
    const own = await redisClients['ioredis']!(server.port);
    await expect(redisKeyStore({ send: own.send }).get('a')).rejects.toThrow(/evicts keys.*allkeys-lru.*lose keys.*noeviction/);
    await expect(redisKeyStore({ send: own.send }).revision()).rejects.toThrow(/noeviction/);
    expect(await redisKeyStore({ send: own.send, insecurelyAllowEviction: true }).revision()).toBe(0);
    const untold: Send = (args) => (['INFO', 'CONFIG'].includes(args[0]!) ? Promise.reject(new Error('NOPERM')) : own.send(args));
    await expect(redisKeyStore({ send: untold }).get('a')).rejects.toThrow(/eviction: 'noeviction'/);
    expect(await redisKeyStore({ send: untold, eviction: 'noeviction' }).get('a')).toBeUndefined();
    await own.close();
    await server.stop();
  });

  it('writes nothing in part when there is no memory left', async () => {
    const server = await startRedis({ args: ['--save', '', '--maxmemory-policy', 'noeviction'] });
    const own = await redisClients['ioredis']!(server.port);
    const store = redisKeyStore({ send: own.send });
    await put(store, keyOf('a'));
    await own.send(['CONFIG', 'SET', 'maxmemory', '1']);
    const before = (await store.get('a'))!;
    await expect(store.write([writeOf(keyOf('b')), writeOf({ ...before, name: 'new' }, before)])).rejects.toThrow(/OOM/);
    await own.send(['CONFIG', 'SET', 'maxmemory', '0']);
    expect(await store.get('b')).toBeUndefined();
    expect((await store.get('a'))?.name).toBe('n');
    expect([await store.revision(), (await store.events({ keyid: undefined, after: 0, limit: 9 })).length]).toEqual([1, 1]);
    await own.close();
    await server.stop();
  });

  it('keeps what was acknowledged when it is killed, where Redis appends each write', async () => {
    const server = await startRedis({ args: ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'] });
    const open = async () => redisClients['ioredis']!(server.port);
    let own = await open();
    await put(redisKeyStore({ send: own.send }), keyOf('a'), keyOf('b'));
    const before = (await redisKeyStore({ send: own.send }).get('a'))!;
    await redisKeyStore({ send: own.send }).write([writeOf({ ...before, status: 'revoked' }, before)]);
    await own.close();
    await server.kill();
    await server.start();
    own = await open();
    const store = redisKeyStore({ send: own.send });
    expect([(await store.get('a'))?.status, await store.revision()]).toEqual(['revoked', 3]);
    expect(await store.changes(2, 9)).toEqual([{ keyid: 'a', revision: 3 }]);
    await own.close();
    await server.stop();
  });

  it('is noticed to have been emptied, as a database that was restored', async () => {
    const server = await startRedis();
    const own = await redisClients['ioredis']!(server.port);
    let now = NOON;
    const apiKeys = createApiKeys({
      store: redisKeyStore({ send: own.send }),
      sealer: aesGcmSealer({ current: 'm', keys: { m: new Uint8Array(32) } }),
      prefix: 'bank',
      now: () => now,
    });
    await apiKeys.importSecret('x'.repeat(32), { owner: 'jdoe', keyid: 'jdoe' });
    expect(await apiKeys.resolveKey('jdoe', undefined as never)).toMatchObject({ status: 'active' });
    await own.send(['FLUSHALL']);
    now += 10;
    await expect(async () => apiKeys.resolveKey('jdoe', undefined as never)).rejects.toThrow(/went back/);
    await own.close();
    await server.stop();
  });

  it('throws what is no answer', async () => {
    for (const garbage of [{}, ['x', 1], 'OK', [[{}]], 1.5]) {
      const store = redisKeyStore({ send: async () => garbage, eviction: 'noeviction' });
      await expect(async () => store.get('a'), JSON.stringify(garbage)).rejects.toThrow(/no known answer/);
      await expect(async () => store.write([writeOf(keyOf('a'))]), JSON.stringify(garbage)).rejects.toThrow(/no known answer/);
      await expect(async () => store.revision(), JSON.stringify(garbage)).rejects.toThrow(/no known answer/);
    }
  });

  it.each([
    [{ send: undefined as never }, TypeError],
    [{ prefix: 'a{b}' }, RangeError],
    [{ prefix: 7 as never }, TypeError],
    [{ notify: '' }, TypeError],
    [{ notify: 'a b' }, TypeError],
    [{ notify: 7 as never }, TypeError],
    [{ eviction: 'allkeys-lru' as never }, TypeError],
    [{ insecurelyAllowEviction: 'no' as never }, TypeError],
    [{ keyPrefix: 'a' } as never, TypeError],
  ] as const)('refuses unusable options: %j', (options: Partial<RedisKeyStoreOptions>, kind) => {
    expect(() => redisKeyStore({ send: client.send, ...options })).toThrow(kind);
  });
});

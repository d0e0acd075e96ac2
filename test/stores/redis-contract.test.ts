import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import { createVerifier } from '../../src/http/verifier.ts';
import { type RedisReplayStoreOptions, redisReplayStore } from '../../src/redis/replay-store.ts';
import type { Send } from '../../src/redis/send.ts';
import type { ReplayStore } from '../../src/replay/store.ts';
import { consumption, DAY, FUTURE_SKEW, type Message } from '../../src/testing/messages.ts';
import { codeOf } from '../support/bank.ts';
import { describeReplayStore, type StoreOptions } from '../support/replay-store-contract.ts';
import { signedRequest } from './support/processes.ts';
import { type RedisClient, redisClients } from './support/redis-clients.ts';
import { startRedis } from './support/servers.ts';

/** Later than the server's clock, so that nothing is forgotten by it. */
const START = Math.floor(Date.now() / 1000) + 30 * DAY;

const CLOCK = 'clock-of-the-test';

/** A Redis whose clock is a key: the checks go through months. */
const withClock = (send: Send): Send => {
  const turned = (text: string) => text.replace("redis.call('TIME')[1]", `redis.call('GET', '${CLOCK}')`);
  return (args) => send(args.map(turned));
};

/** What is asked by each client; the script is the same for all. By HTTP thousands at a time take long. */
const ONLY: Readonly<Record<string, RegExp>> = {
  ioredis: /./,
  upstash: /exactly once|together|until its start|nonces as exact|keyids as exact|now: number NaN/,
};

describe.each(Object.entries(redisClients))('redisReplayStore by %s', (name, connect) => {
  let client: RedisClient;
  let created = 0;
  beforeAll(async () => {
    client = await connect(inject('redisPort'));
  });
  afterAll(() => client.close());

  const over = ({ warm, earlierFutureSkew }: StoreOptions, prefix: string) => {
    let time = 0;
    const store = redisReplayStore({
      send: withClock(client.send),
      prefix,
      earlierFutureSkew,
      insecurelyAssumeNoEarlierMessages: warm,
      shards: 1,
    });
    const consume = async (request: Parameters<ReplayStore['consume']>[0]) => {
      if (Number.isInteger(request.now) && request.now !== time) await client.send(['SET', CLOCK, String(request.now)]);
      time = request.now;
      return store.consume(request);
    };
    return { ...store, consume, prefix };
  };
  describeReplayStore(name, {
    start: START,
    runs: 20,
    only: ONLY[name] ?? /exactly once|concurrent|together|until its start|nonces as exact|keyids as exact|now: number NaN/,
    create: (options) => over(options, `${name}-${created++}`),
    restart: (store, options) => over(options, (store as ReplayStore & { readonly prefix: string }).prefix),
  });
});

describe.each(Object.entries(redisClients))('redisReplayStore by %s, in what only a client can get wrong', (name, connect) => {
  it('counts one of many copies, sends the script again to a server that has lost it, and is full when there is no memory', async () => {
    const args = ['--save', '', '--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'];
    const server = await startRedis({ args });
    const client = await connect(server.port);
    const store = redisReplayStore({ send: client.send, insecurelyAssumeNoEarlierMessages: true });
    const now = Math.floor(Date.now() / 1000);
    const consume = (nonce: string) => store.consume(consumption({ nonce }, now));
    const copies = await Promise.all(Array.from({ length: 50 }, () => consume('a')));
    expect(copies.toSorted()).toEqual(['consumed', ...Array.from({ length: 49 }, () => 'replayed')]);
    await client.send(['SCRIPT', 'FLUSH']);
    expect([await consume('a'), await consume('b')]).toEqual(['replayed', 'consumed']);
    const filler = await redisClients['ioredis']!(server.port);
    await Promise.resolve(filler.send(['SET', 'filler', 'x'.repeat(2_500_000)])).catch(() => undefined);
    const answers = new Set<string>();
    for (let turn = 0; turn < 100 && !answers.has('full'); turn++)
      for (const answer of await Promise.all(Array.from({ length: 100 }, (_, index) => consume(`${name} ${turn} ${index}`))))
        answers.add(answer);
    expect(answers.has('full')).toBe(true);
    expect(await consume('a')).toBe('replayed');
    await Promise.all([client.close(), filler.close()]);
    await server.stop();
  });
});

describe('redisReplayStore', () => {
  let now = 0;
  let client: RedisClient;
  beforeAll(async () => {
    client = await redisClients['ioredis']!(inject('redisPort'));
  });
  // The server's clock is looked at too.
  beforeEach(() => {
    now = Math.floor(Date.now() / 1000);
  });
  afterAll(() => client.close());

  const asking = (options: Partial<RedisReplayStoreOptions>) => {
    const store = redisReplayStore({ send: client.send, insecurelyAssumeNoEarlierMessages: true, ...options });
    return (message: Message) => store.consume(consumption(message, now));
  };

  it('takes one round trip a message, once it is warm', async () => {
    const sent: string[] = [];
    const send: Send = (args) => {
      sent.push(args[0]!);
      return client.send(args);
    };
    const consume = asking({ send, prefix: 'trips' });
    for (const nonce of ['a', 'b', 'c']) expect(await consume({ nonce })).toBe('consumed');
    expect(sent).toEqual(['INFO', 'SCRIPT', 'EVAL', 'EVALSHA', 'EVALSHA']);
    await client.send(['SCRIPT', 'FLUSH']);
    expect(await consume({ nonce: 'd' })).toBe('consumed');
    expect(sent.slice(5)).toEqual(['EVALSHA', 'EVAL']);
  });

  it('has Redis forget a nonce when its class of lifetime is over, by a margin for its clock', async () => {
    const consume = asking({ prefix: 'ttl' });
    await consume({ nonce: 'a' });
    await consume({ nonce: 'b', tag: 'url', expires: now + 1000, maxAge: DAY });
    const keys = (await client.send(['KEYS', 'ttl{0}*'])) as string[];
    const nonces = keys.filter((key) => key.length === 'ttl{0}'.length + 22);
    const ends = await Promise.all(nonces.map((key) => client.send(['EXPIRETIME', key])));
    expect(ends.sort()).toEqual([now + 300 + FUTURE_SKEW + 1 + 60, now + 3600 + FUTURE_SKEW + 1 + 60]);
    expect(keys).toHaveLength(4);
  });

  it('takes at most 130 bytes a nonce', async () => {
    const server = await startRedis();
    const own = await redisClients['ioredis']!(server.port);
    const used = async () => Number(/used_memory:(\d+)/.exec((await own.send(['INFO', 'memory'])) as string)![1]);
    const store = redisReplayStore({ send: own.send, insecurelyAssumeNoEarlierMessages: true });
    const fill = async (from: number, to: number) => {
      for (let index = from; index < to; index += 1000)
        await Promise.all(Array.from({ length: 1000 }, (_, at) => store.consume(consumption({ nonce: `${index + at}` }, now))));
    };
    await fill(0, 1000);
    const before = await used();
    // Nearly as many as its table has slots: just beyond, the old and the new table are both there.
    await fill(1000, 60_000);
    expect((await used()) - before).toBeLessThan(59_000 * 130);
    await own.close();
    await server.stop();
  });

  it('is cold where the clocks differ by more than a minute, and remembers that the server was ahead', async () => {
    const consume = asking({ prefix: 'clocks' });
    for (const [seconds, answer] of [
      [0, 'consumed'],
      [50, 'consumed'],
      [70, 'cold'],
      [-50, 'consumed'],
      [-70, 'cold'],
    ] as const)
      expect(await consume({ nonce: `${seconds}`, now: now + seconds })).toBe(answer);
    expect(await consume({ nonce: 'older', created: now - 71, now: now - 10 })).toBe('cold');
    expect(await consume({ nonce: 'newer', created: now - 63, now: now - 10 })).toBe('consumed');
  });

  it('is cold after FLUSHALL, though the server was not started again', async () => {
    const server = await startRedis();
    const own = await redisClients['ioredis']!(server.port);
    const store = redisReplayStore({ send: own.send });
    const consume = async (message: Message) => store.consume(consumption(message, now));
    expect(await consume({ nonce: 'a' })).toBe('cold');
    expect(await consume({ nonce: 'a', now: now + 20 })).toBe('consumed');
    await own.send(['FLUSHALL']);
    expect(await consume({ nonce: 'a', created: now + 20, now: now + 20 })).toBe('cold');
    await own.close();
    await server.stop();
  });

  it('refuses a server that evicts, until it does not; takes it when told to', async () => {
    const server = await startRedis({ args: ['--save', '', '--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] });
    const own = await redisClients['ioredis']!(server.port);
    const base = { send: own.send, insecurelyAssumeNoEarlierMessages: true };
    const store = redisReplayStore(base);
    await expect(store.consume(consumption({ nonce: 'a' }, now))).rejects.toThrow(/evicts keys.*allkeys-lru.*noeviction/);
    expect(await redisReplayStore({ ...base, insecurelyAllowEviction: true }).consume(consumption({ nonce: 'b' }, now))).toBe('consumed');
    await own.send(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
    expect(await store.consume(consumption({ nonce: 'a' }, now))).toBe('consumed');
    await own.close();
    await server.stop();
  });

  it('asks CONFIG where INFO is forbidden, and wants to be told where both are', async () => {
    const forbidding = (...commands: readonly string[]): Send => {
      return async (args) => {
        if (commands.includes(args[0]!)) throw new Error(`NOPERM this user has no permissions to run the '${args[0]}' command`);
        return client.send(args);
      };
    };
    expect(await asking({ send: forbidding('INFO'), prefix: 'config' })({ nonce: 'a' })).toBe('consumed');
    const neither = forbidding('INFO', 'CONFIG');
    await expect(asking({ send: neither, prefix: 'neither' })({ nonce: 'a' })).rejects.toThrow(/eviction: 'noeviction'/);
    expect(await asking({ send: neither, prefix: 'told', eviction: 'noeviction' })({ nonce: 'a' })).toBe('consumed');
  });

  it.each([
    ['a text', 'used_memory:1\r\nmaxmemory_policy:noeviction\r\n'],
    ['a list', ['maxmemory-policy', 'noeviction']],
    ['a map', new Map([['maxmemory-policy', 'noeviction']])],
    ['an object', { 'maxmemory-policy': 'noeviction' }],
    ['pairs', [{ key: 'maxmemory-policy', value: 'noeviction' }]],
    ['texts of nodes', [{ key: '127.0.0.1:7000', value: 'maxmemory_policy:noeviction\r\n' }]],
    ['an object of nodes', { '127.0.0.1:7000': 'maxmemory_policy:noeviction\r\n' }],
  ])('reads the policy in every form in which clients answer it: %s', async (_, answer) => {
    const telling =
      (told: unknown): Send =>
      async (args) =>
        args[0] === 'INFO' ? told : client.send(args);
    expect(await asking({ send: telling(answer), prefix: 'forms' })({ nonce: JSON.stringify(answer) })).toBe('consumed');
    const evicting = telling([answer, 'maxmemory_policy:volatile-ttl\r\n']);
    await expect(asking({ send: evicting, prefix: 'forms' })({ nonce: 'a' })).rejects.toThrow(/evicts keys.*volatile-ttl/);
  });

  it('answers full when the server has no memory left, and forgets nothing', async () => {
    const server = await startRedis({ args: ['--save', '', '--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'] });
    const own = await redisClients['ioredis']!(server.port);
    const store = redisReplayStore({ send: own.send, insecurelyAssumeNoEarlierMessages: true });
    const answers: string[] = [];
    for (let batch = 0; batch < 40 && !answers.includes('full'); batch++)
      answers.push(
        ...(await Promise.all(Array.from({ length: 500 }, (_, at) => store.consume(consumption({ nonce: `${batch} ${at}` }, now))))),
      );
    expect(new Set(answers)).toEqual(new Set(['consumed', 'full']));
    const again = await Promise.all(
      answers.map((_, at) => store.consume(consumption({ nonce: `${Math.floor(at / 500)} ${at % 500}` }, now))),
    );
    expect(again.filter((answer) => answer === 'consumed')).toEqual([]);
    await own.close();
    await server.stop();
  });

  it.each([
    [{ send: undefined as never }, TypeError],
    [{ prefix: 'a{b}' }, RangeError],
    [{ prefix: 7 as never }, TypeError],
    [{ shards: 0 }, RangeError],
    [{ shards: 65 }, RangeError],
    [{ eviction: 'allkeys-lru' as never }, TypeError],
    [{ insecurelyAllowEviction: 'false' as never }, TypeError],
    [{ insecurelyAssumeNoRestart: 1 as never }, TypeError],
    [{ earlierFutureSkew: 3601 }, RangeError],
    [{ keyPrefix: 'a' } as never, TypeError],
  ] as const)('refuses unusable options: %j', (options: Partial<RedisReplayStoreOptions>, kind) => {
    expect(() => redisReplayStore({ send: client.send, ...options })).toThrow(kind);
  });

  it('spreads keys over shards, those of one consumer in one, for a cluster', async () => {
    const slots = new Set<string>();
    const send: Send = (args) => {
      if (args[0]!.startsWith('EVAL')) {
        const tags = args.slice(3, 3 + Number(args[2])).map((key) => /\{(\d+)\}/.exec(key)![1]!);
        expect(new Set(tags).size).toBe(1);
        slots.add(tags[0]!);
      }
      return client.send(args);
    };
    const consume = asking({ send, prefix: 'spread', shards: 64 });
    for (let index = 0; index < 500; index++) expect(await consume({ keyid: `k${index}`, nonce: 'n' })).toBe('consumed');
    expect(slots.size).toBeGreaterThan(55);
    for (let index = 0; index < 500; index++) expect(await consume({ keyid: `k${index}`, nonce: 'n' })).toBe('replayed');
  });

  it('is store_unavailable for a verifier when the server is slow or answers garbage, and serves again afterwards', async () => {
    const server = await startRedis();
    const own = await redisClients['ioredis']!(server.port);
    let garbled = false;
    const send: Send = async (args) => (garbled ? 'PONG' : own.send(args));
    const replayStore = redisReplayStore({ send, insecurelyAssumeNoEarlierMessages: true });
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: () => hmacKey('correct horse battery staple, 32+'),
      replayStore,
      timeout: 1,
    });
    const code = async () => codeOf(async () => verifier.verifyRequest(await signedRequest()));
    expect(await code()).toBe('accepted');
    await own.send(['CLIENT', 'PAUSE', '2000']);
    expect(await code()).toBe('store_unavailable');
    await own.send(['PING']);
    expect(await code()).toBe('accepted');
    garbled = true;
    expect(await code()).toBe('store_unavailable');
    garbled = false;
    expect(await code()).toBe('accepted');
    await own.close();
    await server.stop();
  });

  it('throws what is no answer', async () => {
    for (const garbage of ['OK', 1, null, undefined, ['consumed'], {}])
      await expect(asking({ send: async () => garbage, eviction: 'noeviction' })({ nonce: 'a' })).rejects.toThrow(/no known answer/);
  });
});

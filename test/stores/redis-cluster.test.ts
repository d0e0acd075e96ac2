/** A Redis Cluster of real servers: what a script touches is in one slot, and a message counts once in all of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisReplayStore } from '../../src/redis/replay-store.ts';
import { consumption } from '../../src/testing/messages.ts';
import { clusterClients, type RedisClient } from './support/redis-clients.ts';
import { startRedisCluster, type TestServer } from './support/servers.ts';

let servers: readonly TestServer[] = [];
beforeAll(async () => {
  servers = await startRedisCluster(3);
});
afterAll(async () => {
  await Promise.all(servers.map(({ stop }) => stop()));
});

const now = Math.floor(Date.now() / 1000);

describe.each(Object.entries(clusterClients))('redisReplayStore over a cluster, by %s', (name, connect) => {
  let client: RedisClient;
  beforeAll(async () => {
    client = await connect(servers[0]!.port);
  });
  afterAll(() => client.close());

  const opened = (shards: number) =>
    redisReplayStore({ send: client.send, prefix: `${name}${shards}`, shards, insecurelyAssumeNoEarlierMessages: true });

  it.each([1, 64])('accepts each message once, its keys spread over %i slots', async (shards) => {
    const store = opened(shards);
    const requests = Array.from({ length: 40 }, (_, index) => consumption({ keyid: `k${index}`, nonce: 'n' }, now));
    const answers = await Promise.all(requests.map((request) => Promise.all(Array.from({ length: 10 }, () => store.consume(request)))));
    for (const answer of answers) expect(answer.toSorted()).toEqual(['consumed', ...Array.from({ length: 9 }, () => 'replayed')]);
  });

  it('records several nonces together where all are in one slot, and refuses what would have to be in two', async () => {
    const requests = ['a', 'b', 'c', 'd'].map((keyid) => consumption({ keyid, nonce: 'together' }, now));
    const [one, many] = [opened(1), opened(64)];
    expect([await one.consumeAll(requests), await one.consumeAll(requests)]).toEqual(['consumed', 'replayed']);
    await expect(many.consumeAll(requests)).rejects.toThrow(/same slot|CROSSSLOT/i);
    for (const request of requests) expect(await many.consume(request)).toBe('consumed');
  });
});

describe('the nodes of the cluster', () => {
  it('have each a part of what was recorded, and nothing is in a slot of another', async () => {
    const { default: IoRedis } = await import('ioredis');
    const sizes: number[] = [];
    for (const { port } of servers) {
      const node = new IoRedis(port, '127.0.0.1');
      const keys = await node.keys('*');
      const slots = new Set(await Promise.all(keys.map((key) => node.cluster('KEYSLOT', key))));
      sizes.push(slots.size);
      await node.quit();
    }
    expect(Math.min(...sizes)).toBeGreaterThan(5);
  });
});

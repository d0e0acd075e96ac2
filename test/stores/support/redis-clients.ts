/** The clients of Redis that are tested, each by one `send`. */
import IoRedis from 'ioredis';
import IoValkey from 'iovalkey';
import { createClient } from 'redis';
import type { Send } from '../../../src/redis/send.ts';

export interface RedisClient {
  readonly send: Send;
  close(): Promise<void>;
}

export const redisClients: Readonly<Record<string, (port: number) => Promise<RedisClient>>> = {
  ioredis: async (port) => {
    const redis = new IoRedis(port, '127.0.0.1', { enableOfflineQueue: false, lazyConnect: true, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    await redis.connect();
    return { send: ([command = '', ...rest]) => redis.call(command, ...rest), close: async () => redis.disconnect() };
  },
  iovalkey: async (port) => {
    const redis = new IoValkey(port, '127.0.0.1', { enableOfflineQueue: false, lazyConnect: true, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    await redis.connect();
    return { send: ([command = '', ...rest]) => redis.call(command, ...rest), close: async () => redis.disconnect() };
  },
  'node-redis': async (port) => {
    const client = createClient({ socket: { host: '127.0.0.1', port }, disableOfflineQueue: true });
    client.on('error', () => undefined);
    await client.connect();
    return { send: (args) => client.sendCommand([...args]), close: async () => client.destroy() };
  },
};

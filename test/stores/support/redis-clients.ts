/** The clients of Redis that are tested, each by one `send`. Those that take long to load are loaded when they are used. */
import IoRedis from 'ioredis';
import IoValkey from 'iovalkey';
import { createClient, createCluster } from 'redis';
import type { Send } from '../../../src/redis/send.ts';
import { startUpstash } from './upstash.ts';

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
  'valkey-glide': async (port) => {
    const { GlideClient, Logger } = await import('@valkey/valkey-glide');
    Logger.setLoggerConfig('off');
    const client = await GlideClient.createClient({
      addresses: [{ host: '127.0.0.1', port }],
      requestTimeout: 5000,
      inflightRequestsLimit: 10_000,
    });
    return { send: (args) => client.customCommand([...args]), close: async () => client.close() };
  },
  upstash: async (port) => {
    const { Redis } = await import('@upstash/redis');
    const bridge = await startUpstash(port);
    const redis = new Redis({
      url: bridge.url,
      token: bridge.token,
      retry: false,
      enableTelemetry: false,
      automaticDeserialization: false,
    });
    return { send: ([command = '', ...rest]) => redis.exec([command, ...rest]), close: bridge.stop };
  },
};

/** The same for a cluster, by the port of one of its nodes. */
export const clusterClients: Readonly<Record<string, (port: number) => Promise<RedisClient>>> = {
  ioredis: async (port) => {
    const cluster = new IoRedis.Cluster([{ host: '127.0.0.1', port }], { enableOfflineQueue: false, lazyConnect: true });
    cluster.on('error', () => undefined);
    await cluster.connect();
    return { send: ([command = '', ...rest]) => cluster.call(command, ...rest), close: async () => cluster.disconnect() };
  },
  'node-redis': async (port) => {
    const cluster = createCluster({ rootNodes: [{ socket: { host: '127.0.0.1', port } }] });
    cluster.on('error', () => undefined);
    await cluster.connect();
    // The first key of a script says which node it is for.
    return {
      send: (args) => cluster.sendCommand(args[0]?.startsWith('EVAL') ? args[3] : undefined, false, [...args]),
      close: async () => cluster.destroy(),
    };
  },
  'valkey-glide': async (port) => {
    const { GlideClusterClient, Logger } = await import('@valkey/valkey-glide');
    Logger.setLoggerConfig('off');
    const client = await GlideClusterClient.createClient({ addresses: [{ host: '127.0.0.1', port }], requestTimeout: 5000 });
    return { send: (args) => client.customCommand([...args]), close: async () => client.close() };
  },
};

/**
 * `countersign/redis`: what must last, in Redis and Valkey.
 *
 * @module
 */

export { type RedisKeyStoreOptions, redisKeyStore } from './keys/key-store.ts';
export { type RedisReplayStoreOptions, redisReplayStore } from './replay-store.ts';
export type { Send } from './send.ts';

/**
 * `countersign/redis`: what must last, in Redis and Valkey.
 *
 * @module
 */

export { type RedisReplayStoreOptions, redisReplayStore } from './replay-store.ts';
export type { Send } from './send.ts';

/** One PostgreSQL and one Redis for all tests of stores; those that kill a server start their own. */
import type { TestProject } from 'vitest/node';
import { startPostgres, startRedis } from './servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresPort: number;
    readonly redisPort: number;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  project.provide('postgresPort', postgres.port);
  project.provide('redisPort', redis.port);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}

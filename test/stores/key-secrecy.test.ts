/** No secret in what servers have on their disk, nor in anything that is shown: keys in PostgreSQL and in Redis. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyStore } from 'countersign/api-keys';
import { redisKeyStore } from 'countersign/redis';
import { fromPg, migrate, sqlKeyStore } from 'countersign/sql';
import IoRedis from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findSecrets, liveThroughAll, shownOf } from '../api-key/secrecy-story.ts';
import { connectionOf } from './support/places.ts';
import { startPostgres, startRedis, type TestServer } from './support/servers.ts';

interface Opened {
  readonly server: TestServer;
  readonly store: KeyStore;
  /** Has everything written to the disk, and ends the connection. */
  settle(): Promise<void>;
}

const servers: Readonly<Record<string, () => Promise<Opened>>> = {
  PostgreSQL: async () => {
    const server = await startPostgres({ settings: ['log_statement=all', 'logging_collector=on', `log_directory=log`] });
    const pool = new pg.Pool(connectionOf(server.port));
    const database = fromPg(pool);
    await migrate(database);
    const settle = async () => {
      await pool.query('CHECKPOINT');
      await pool.end();
    };
    return { server, store: sqlKeyStore(database), settle };
  },
  Redis: async () => {
    const server = await startRedis({ args: ['--save', '', '--appendonly', 'yes', '--rdbcompression', 'no'] });
    const redis = new IoRedis(server.port, '127.0.0.1');
    const settle = async () => {
      await redis.save();
      redis.disconnect();
    };
    return { server, store: redisKeyStore({ send: ([command = '', ...rest]) => redis.call(command, ...rest) }), settle };
  },
};

describe.each(Object.entries(servers))('keys in %s', (_, open) => {
  const logged: string[] = [];

  beforeEach(() => {
    for (const level of ['log', 'error', 'warn', 'info', 'debug'] as const)
      vi.spyOn(console, level).mockImplementation((...given) => void logged.push(...given.map(shownOf)));
  });

  afterEach(() => vi.restoreAllMocks());

  it('show no secret, and leave none on the disk of the server, its logs included', async () => {
    const { server, store, settle } = await open();
    const told = await liveThroughAll(store);
    await settle();
    await server.kill();
    // Files of a database belong to its own account.
    if (process.getuid?.() === 0) execFileSync('chmod', ['-R', 'a+rX', server.folder]);
    const files = readdirSync(server.folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const contents = files.map((file) => readFileSync(join(file.parentPath, file.name)));
    expect(contents.some((content) => content.includes(told.keyid))).toBe(true);
    expect(findSecrets(told, [Buffer.from(told.shown.join('\n')), Buffer.from(logged.join('\n')), ...contents])).toEqual([]);
    await server.stop();
  });
});

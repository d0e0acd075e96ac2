/** Several processes over one store: each request is accepted once in all. */
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { migrate } from '../../src/sql/migrate.ts';
import { fromPg } from '../../src/sql/postgres.ts';
import { openSqlite } from '../../src/sql/sqlite.ts';
import { TABLES } from './support/bank.ts';
import { connectionOf, temporaryFile } from './support/places.ts';
import { signedRequest, startVerifier } from './support/processes.ts';
import { startRedis } from './support/servers.ts';

/** So many requests, each sent to four processes. */
const REQUESTS = process.env['COUNTERSIGN_LONG'] === undefined ? 10_000 : 100_000;

/** Requests that are on the way at a time. */
const AT_ONCE = 100;

const PLACES: Readonly<Record<string, () => Promise<{ readonly where: string; close(): Promise<void> }>>> = {
  redis: async () => {
    const server = await startRedis();
    return { where: String(server.port), close: () => server.stop() };
  },
  postgres: async () => {
    const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 1 });
    for (const table of TABLES) await pool.query(`DROP TABLE IF EXISTS countersign_${table}`);
    await migrate(fromPg(pool));
    return { where: String(inject('postgresPort')), close: () => pool.end() };
  },
  sqlite: async () => {
    const where = temporaryFile();
    const database = openSqlite(where);
    await migrate(database);
    return { where, close: async () => database.close() };
  },
};

describe.each(Object.entries(PLACES))('four processes over one %s', (kind, open) => {
  const count = kind === 'sqlite' ? REQUESTS / 10 : REQUESTS;

  it(`accept each of ${count} requests once in all, each sent to all of them at once`, { timeout: 1_200_000 }, async () => {
    const { where, close } = await open();
    const processes = await Promise.all([1, 2, 3, 4].map(() => startVerifier(kind, where, 'warm')));
    const wrong: string[] = [];
    for (let start = 0; start < count; start += AT_ONCE) {
      const requests = await Promise.all(Array.from({ length: AT_ONCE }, () => signedRequest()));
      const answers = await Promise.all(requests.map((request) => Promise.all(processes.map(({ verify }) => verify(request)))));
      for (const answer of answers) {
        const sorted = answer.toSorted().join(' ');
        if (sorted !== 'accepted nonce_replayed nonce_replayed nonce_replayed') wrong.push(sorted);
      }
    }
    expect(wrong).toEqual([]);
    await Promise.all(processes.map(({ kill }) => kill()));
    await close();
  });
});

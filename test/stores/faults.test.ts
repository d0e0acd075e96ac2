/** A store that is slow, answers nonsense or is down: 503 and never accepted, and served again by itself; for every client. */

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import { isVerificationError } from '../../src/errors.ts';
import { createVerifier, type Verifier } from '../../src/http/verifier.ts';
import { redisReplayStore } from '../../src/redis/replay-store.ts';
import type { ReplayStore } from '../../src/replay/store.ts';
import type { Database } from '../../src/sql/database.ts';
import { migrate } from '../../src/sql/migrate.ts';
import { fromPg, fromPostgresJs } from '../../src/sql/postgres.ts';
import { sqlReplayStore } from '../../src/sql/replay-store.ts';
import { databases, sqliteInBatches } from './support/databases.ts';
import { type Fault, type FaultyServer, startFaulty } from './support/faults.ts';
import { connectionOf } from './support/places.ts';
import { signedRequest } from './support/processes.ts';
import { redisClients } from './support/redis-clients.ts';

const PREFIX = 'faults_';

interface Opened {
  readonly store: ReplayStore;
  set(fault: Fault): Promise<void>;
  close(): Promise<void>;
}

const warm = { insecurelyAssumeNoEarlierMessages: true };

const overSql = (database: Database) => sqlReplayStore(database, { prefix: PREFIX, ...warm });

/** Clients that reach their store over a socket, which is what is at fault. */
const CONNECTED: Readonly<Record<string, (port: number) => Promise<{ readonly store: ReplayStore; close(): Promise<void> }>>> = {
  ...Object.fromEntries(
    Object.entries(redisClients).map(([name, open]) => [
      name,
      async (port: number) => {
        const { send, close } = await open(port);
        return { store: redisReplayStore({ send, prefix: `faults:${name.replace(/\W/g, '')}`, ...warm }), close };
      },
    ]),
  ),
  pg: async (port) => {
    const pool = new pg.Pool({ ...connectionOf(port), max: 4, connectionTimeoutMillis: 500, query_timeout: 1500 });
    pool.on('error', () => undefined);
    return { store: overSql(fromPg(pool)), close: () => pool.end() };
  },
  'postgres.js': async (port) => {
    const sql = postgres({ ...connectionOf(port), max: 4, connect_timeout: 1, backoff: () => 0.05, onnotice: () => undefined });
    return { store: overSql(fromPostgresJs(sql)), close: () => sql.end({ timeout: 0 }) };
  },
};

const isSql = (name: string) => name === 'pg' || name === 'postgres.js';

async function openConnected(name: string): Promise<Opened> {
  const faulty: FaultyServer = await startFaulty(isSql(name) ? inject('postgresPort') : inject('redisPort'));
  const { store, close } = await CONNECTED[name]!(faulty.port);
  return {
    store,
    set: faulty.set,
    close: async () => {
      await close();
      await faulty.stop();
    },
  };
}

/** Databases inside of the process: what comes of a statement is what is at fault. */
async function openInside(name: string): Promise<Opened> {
  const { database, close } = name === 'SQLite in batches' ? sqliteInBatches() : await databases[name]!();
  await migrate(database, { prefix: PREFIX });
  let fault: Fault = 'none';
  const run: Database['run'] = async (sql, values) => {
    if (fault === 'down') throw new Error('disk I/O error');
    if (fault === 'garbage') return [{ nonsense: '?!' }];
    if (fault === 'slow') await new Promise(() => undefined);
    return database.run(sql, values);
  };
  const set = async (next: Fault) => {
    fault = next;
  };
  return { store: overSql({ ...database, run }), set, close };
}

beforeAll(async () => {
  const pool = new pg.Pool({ ...connectionOf(inject('postgresPort')), max: 1 });
  await migrate(fromPg(pool), { prefix: PREFIX });
  await pool.end();
});

const INSIDE = ['node:sqlite', 'libsql', 'PGlite', 'SQLite in batches'];

describe.each([...Object.keys(CONNECTED), ...INSIDE])('a verifier with a store by %s', (name) => {
  let opened: Opened;
  let verifier: Verifier;
  beforeAll(async () => {
    opened = await (INSIDE.includes(name) ? openInside(name) : openConnected(name));
    verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: () => hmacKey('correct horse battery staple, 32+'),
      replayStore: opened.store,
      timeout: 1,
    });
  });
  afterAll(() => opened.close());

  const answer = async () => {
    try {
      await verifier.verifyRequest(await signedRequest());
      return ['accepted'];
    } catch (error) {
      return isVerificationError(error) ? [error.code, error.status] : [String(error)];
    }
  };

  const servedAgain = async () => {
    for (let turn = 0; turn < 200; turn++) {
      const [code] = await answer();
      if (code === 'accepted') return true;
      expect(code).toBe('store_unavailable');
      await sleep(50);
    }
    return false;
  };

  it.each(['slow', 'garbage', 'down'] as const)('is 503 while it is %s, and serves again by itself', async (fault) => {
    expect(await servedAgain()).toBe(true);
    await opened.set(fault);
    expect(await answer()).toEqual(['store_unavailable', 503]);
    await opened.set('none');
    expect(await servedAgain()).toBe(true);
  });
});

/** PostgreSQL and Redis tell of changes: they count at once. */

import type { KeyStore } from 'countersign/api-keys';
import { aesGcmSealer, createApiKeys } from 'countersign/api-keys';
import { redisKeyStore } from 'countersign/redis';
import { fromPg, migrate, sqlKeyStore } from 'countersign/sql';
import IoRedis from 'ioredis';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { connectionOf } from './support/places.ts';

/** A store whose changes are told, and how to hear of them. */
interface Told {
  readonly store: KeyStore;
  hear(told: (keyid: string) => void): Promise<void>;
  close(): Promise<void>;
}

async function overPostgres(): Promise<Told> {
  const pool = new pg.Pool(connectionOf(inject('postgresPort')));
  const listener = new pg.Client(connectionOf(inject('postgresPort')));
  await listener.connect();
  const database = fromPg(pool);
  await migrate(database, { prefix: 'notify_' });
  return {
    store: sqlKeyStore(database, { prefix: 'notify_', notify: 'notify_keys' }),
    hear: async (told) => {
      listener.on('notification', ({ payload }) => told(payload!));
      await listener.query('LISTEN notify_keys');
    },
    close: async () => {
      await listener.end();
      await pool.end();
    },
  };
}

async function overRedis(): Promise<Told> {
  const [client, subscriber] = [new IoRedis(inject('redisPort'), '127.0.0.1'), new IoRedis(inject('redisPort'), '127.0.0.1')];
  return {
    store: redisKeyStore({
      send: ([command = '', ...rest]) => client.call(command, ...rest),
      prefix: 'notify',
      notify: 'notify:keys',
    }),
    hear: async (told) => {
      subscriber.on('message', (_, keyid) => told(keyid));
      await subscriber.subscribe('notify:keys');
    },
    close: async () => {
      client.disconnect();
      subscriber.disconnect();
    },
  };
}

it.each([
  ['PostgreSQL', overPostgres],
  ['Redis', overRedis],
])('a change that %s tells of counts before the next look at the revision', async (_, openStore) => {
  const { store, hear: listen, close } = await openStore();
  const open = () =>
    createApiKeys({
      store,
      sealer: aesGcmSealer({ current: 'm', keys: { m: new Uint8Array(32) } }),
      prefix: 'bank',
      now: () => 1_800_000_000,
    });
  const [admin, server] = [open(), open()];
  const statusOf = async (keyid: string) => {
    const found = await server.resolveKey(keyid, undefined as never);
    return found && 'status' in found ? found.status : undefined;
  };
  const told: string[] = [];
  const hear = (count: number) => expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  await listen((keyid) => {
    server.invalidate(keyid);
    told.push(keyid);
  });

  expect(await statusOf('jdoe')).toBeUndefined();
  await admin.importSecret('x'.repeat(32), { owner: 'jdoe', keyid: 'jdoe' });
  await hear(1);
  expect(await statusOf('jdoe')).toBe('active');
  await admin.revoke('jdoe', { reason: 'leaked' });
  await hear(2);
  expect(await statusOf('jdoe')).toBe('revoked');
  expect(told).toEqual(['jdoe', 'jdoe']);
  await close();
});

/** PostgreSQL tells of changes: they count at once. */
import { aesGcmSealer, createApiKeys } from 'countersign/api-keys';
import { fromPg, migrate, sqlKeyStore } from 'countersign/sql';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { connectionOf } from './support/places.ts';

it('a change that PostgreSQL tells of counts before the next look at the revision', async () => {
  const pool = new pg.Pool(connectionOf(inject('postgresPort')));
  const listener = new pg.Client(connectionOf(inject('postgresPort')));
  await listener.connect();
  const database = fromPg(pool);
  await migrate(database, { prefix: 'notify_' });
  const open = () =>
    createApiKeys({
      store: sqlKeyStore(database, { prefix: 'notify_', notify: 'notify_keys' }),
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
  listener.on('notification', ({ payload }) => {
    server.invalidate(payload);
    told.push(payload!);
  });
  await listener.query('LISTEN notify_keys');

  expect(await statusOf('jdoe')).toBeUndefined();
  await admin.importSecret('x'.repeat(32), { owner: 'jdoe', keyid: 'jdoe' });
  await hear(1);
  expect(await statusOf('jdoe')).toBe('active');
  await admin.revoke('jdoe', { reason: 'leaked' });
  await hear(2);
  expect(await statusOf('jdoe')).toBe('revoked');
  expect(told).toEqual(['jdoe', 'jdoe']);
  await listener.end();
  await pool.end();
});

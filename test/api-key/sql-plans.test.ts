/** What a key store asks of its database goes by an index, so that look-ups stay flat however many keys there are. */
import { createSchema, migrate, openSqlite } from 'countersign/sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyFilter } from '../../src/api-key/store/key-store.ts';
import { listStatement } from '../../src/sql/keys/key-filter.ts';
import { keyStatements } from '../../src/sql/keys/key-statements.ts';

const database = openSqlite(':memory:');

beforeAll(() => migrate(database));

afterAll(() => database.close());

const sql = keyStatements('countersign_');

const EVERYTHING: KeyFilter = {
  environment: 'live',
  tenant: undefined,
  owner: undefined,
  series: undefined,
  state: undefined,
  unusedSince: undefined,
  expiringBefore: undefined,
  revokedBefore: undefined,
  notSealedWith: undefined,
  now: 0,
  after: undefined,
  limit: 10,
};

const list = (filter: Partial<KeyFilter>): string => listStatement('countersign_key', { ...EVERYTHING, ...filter }, 'sqlite').sql;

describe('the statements of sqlKeyStore', () => {
  it.each<[string, string]>([
    ['a look-up', sql.getKey],
    ['a change', sql.updateKey],
    ['a use', sql.touch],
    ['a removal', sql.deleteKey],
    ['the revision', sql.revision],
    ['the changes since a revision', sql.changes],
    ['events', sql.events],
    ['events of one key', sql.eventsOfKey],
    ['a claim', sql.getClaim],
    ['an attempt to claim', sql.tryClaim],
    ['the keys of an owner', list({ tenant: '', owner: 'jdoe' })],
    ['the keys of a series', list({ series: 'x' })],
    ['the keys that end', list({ expiringBefore: 7 })],
    ['a page of all keys', list({ after: { createdAt: 7, keyid: 'x' } })],
  ])('%s searches, and scans no table', async (_, statement) => {
    const values = Array.from(
      { length: [...statement.matchAll(/\$(\d+)/g)].reduce((most, [, n]) => Math.max(most, Number(n)), 0) },
      () => 0,
    );
    const plan = (await database.run(`EXPLAIN QUERY PLAN ${statement}`, values)).map(({ detail }) => String(detail));
    expect(plan.filter((line) => line.startsWith('SEARCH'))).not.toEqual([]);
    expect(plan.filter((line) => line.startsWith('SCAN'))).toEqual([]);
  });

  it('find the tables that createSchema tells', async () => {
    const { statements, version } = createSchema({ dialect: 'sqlite' });
    expect(version).toBe(2);
    const other = openSqlite(':memory:');
    for (const statement of statements) await other.run(statement);
    expect(await migrate(other)).toEqual({ from: 2, to: 2 });
    expect(await other.run(sql.revision)).toEqual([{ value: '0' }]);
    other.close();
  });

  it('come to tables of the first version', async () => {
    const older = openSqlite(':memory:');
    await migrate(older);
    for (const table of ['key', 'event', 'claim']) await older.run(`DROP TABLE countersign_${table}`);
    await older.run("DELETE FROM countersign_meta WHERE name = 'revision'");
    await older.run("UPDATE countersign_meta SET value = '1' WHERE name = 'schema'");
    expect(await migrate(older)).toEqual({ from: 1, to: 2 });
    expect(await older.run(sql.revision)).toEqual([{ value: '0' }]);
    older.close();
  });
});

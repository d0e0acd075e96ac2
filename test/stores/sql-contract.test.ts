import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayStore } from '../../src/replay/store.ts';
import type { Database } from '../../src/sql/database.ts';
import { migrate } from '../../src/sql/migrate.ts';
import { type SqlReplayStoreOptions, sqlReplayStore } from '../../src/sql/replay-store.ts';
import { openSqlite } from '../../src/sql/sqlite.ts';
import { consumption, DAY, FUTURE_SKEW, MAX_AGE, type Message } from '../../src/testing/messages.ts';
import { describeReplayStore, type StoreOptions } from '../support/replay-store-contract.ts';
import { databases, type Opened, sqliteInBatches } from './support/databases.ts';
import { temporaryFile } from './support/places.ts';

/** The servers look at clocks of their own. */
const START = Math.floor(Date.now() / 1000) + 30 * DAY;

const PREFIX = 'contract_';
const PRUNED = 'pruned_';

const optionsOf = ({ warm, earlierFutureSkew }: StoreOptions, prefix: string): SqlReplayStoreOptions => ({
  prefix,
  earlierFutureSkew,
  insecurelyAssumeNoEarlierMessages: warm,
});

interface Prefixed extends ReplayStore {
  readonly prefix: string;
}

const over = (database: Database, options: StoreOptions, prefix: string): Prefixed => ({
  ...sqlReplayStore(database, optionsOf(options, prefix)),
  prefix,
});

/** The same tables, emptied: making new ones for each store takes longer than the checks. */
async function fresh(database: Database, options: StoreOptions, prefix: string): Promise<Prefixed> {
  await sqlReplayStore(database, { prefix }).restored();
  for (const table of ['nonce', 'forgotten', 'epoch']) await database.run(`DELETE FROM ${prefix}${table}`);
  return over(database, options, prefix);
}

/** All of them, and SQLite as Cloudflare has it. */
const KINDS: typeof databases = { ...databases, 'SQLite in batches': async () => sqliteInBatches() };

describe.each(Object.keys(KINDS))('sqlReplayStore over %s', (name) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await KINDS[name]!();
    await migrate(opened.database, { prefix: PREFIX });
  });
  afterAll(() => opened.close());

  describeReplayStore(name, {
    start: START,
    runs: 10,
    // The statements are the same for all clients of a dialect: what differs is how values and answers travel.
    only:
      name === 'node:sqlite' || name === 'pg' || name === 'SQLite in batches'
        ? /./
        : /exactly once|concurrent|together|until its start|nonces as exact|keyids as exact|now: number NaN/,
    create: (options) => fresh(opened.database, options, PREFIX),
    restart: (store, options) => over(opened.database, options, (store as Prefixed).prefix),
  });
});

describe.each(['node:sqlite', 'pg', 'SQLite in batches'])('sqlReplayStore over %s, once it is warm', (name) => {
  it('takes one statement a message', async () => {
    const { database, close } = await KINDS[name]!();
    await migrate(database, { prefix: PREFIX });
    let statements = 0;
    const run: Database['run'] = (sql, values) => {
      statements++;
      return database.run(sql, values);
    };
    await fresh(database, { warm: true }, PREFIX);
    const store = sqlReplayStore({ ...database, run }, { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true });
    await store.consume(consumption({ nonce: 'first' }, START));
    statements = 0;
    for (let index = 0; index < 10; index++) expect(await store.consume(consumption({ nonce: `n${index}` }, START))).toBe('consumed');
    expect(statements).toBe(10);
    await close();
  });
});

describe.each(['node:sqlite', 'pg', 'SQLite in batches'])('sqlReplayStore over %s, pruned before each message', (name) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await KINDS[name]!();
    await migrate(opened.database, { prefix: PRUNED });
  });
  afterAll(() => opened.close());

  const pruned = (prefix: string, options: StoreOptions) => {
    const store = sqlReplayStore(opened.database, optionsOf(options, prefix));
    return {
      ...store,
      prefix,
      consume: async (request: Parameters<ReplayStore['consume']>[0]) => {
        await store.prune({ now: Math.max(0, Math.min(request.now, 1e10) || 0) });
        return store.consume(request);
      },
    };
  };
  const contract = {
    start: START,
    runs: 20,
    // What has nothing to do with time is checked above.
    only: name === 'pg' ? /clock|until|life|lives|verifier|traffic|restart/ : /clock|until|life|lives|verifier|week|traffic|restart/,
    create: async (options: StoreOptions) => pruned((await fresh(opened.database, options, PRUNED)).prefix, options),
    restart: (store: ReplayStore, options: StoreOptions) => pruned((store as Prefixed).prefix, options),
  };
  describeReplayStore(`${name}, pruned`, contract);

  it('removes a bounded number of what is past, and nothing else', async () => {
    const { prefix } = await fresh(opened.database, { warm: true }, PRUNED);
    const store = sqlReplayStore(opened.database, { prefix, insecurelyAssumeNoEarlierMessages: true });
    const consume = (message: Message) => store.consume(consumption(message, START));
    for (let index = 0; index < 250; index++) await consume({ nonce: `n${index}` });
    await consume({ nonce: 'url', tag: 'url', expires: START + DAY, maxAge: DAY });
    expect(await store.prune({ now: START + MAX_AGE + FUTURE_SKEW })).toBe(0);
    const now = START + MAX_AGE + FUTURE_SKEW + 62;
    expect([await store.prune({ now, limit: 100 }), await store.prune({ now, limit: 200 }), await store.prune({ now })]).toEqual([
      100, 150, 0,
    ]);
    expect(await consume({ nonce: 'n7', created: START })).toBe('cold');
    expect(await consume({ nonce: 'n8', created: START, maxAge: 3600, now })).toBe('cold');
    expect(await consume({ nonce: 'other', keyid: 'other', created: START, maxAge: 3600, now })).toBe('consumed');
    expect(await consume({ nonce: 'url', tag: 'url', created: START, now, expires: START + DAY, maxAge: DAY })).toBe('replayed');
  });
});

describe('sqlReplayStore over a file of SQLite', () => {
  it('starts cold at each opening, or goes on when it is told that the file is no copy', async () => {
    const path = temporaryFile();
    const first = openSqlite(path);
    await migrate(first);
    const answer = async (database: Database, message: Message, options: SqlReplayStoreOptions = {}) =>
      sqlReplayStore(database, options).consume(consumption(message, START));
    expect(await answer(first, { nonce: 'a' })).toBe('cold');
    expect(await answer(first, { nonce: 'a', now: START + 7 })).toBe('consumed');
    first.close();
    const second = openSqlite(path);
    expect(await answer(second, { nonce: 'a', created: START + 7, now: START + 8 })).toBe('replayed');
    expect(await answer(second, { nonce: 'b', created: START + 7, now: START + 8 })).toBe('cold');
    second.close();
    const third = openSqlite(path);
    const told = { insecurelyAssumeNotRestored: true };
    expect(await answer(third, { nonce: 'b', now: START + 20 }, told)).toBe('cold');
    expect(await answer(third, { nonce: 'b', now: START + 27 }, told)).toBe('consumed');
    third.close();
    const fourth = openSqlite(path);
    expect(await answer(fourth, { nonce: 'c', created: START + 27, now: START + 28 }, told)).toBe('consumed');
    fourth.close();
  });
});

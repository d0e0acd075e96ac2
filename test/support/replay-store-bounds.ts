/** The part of the contract about bounds: a full store refuses, forgets nothing, and no one fills it for the others. */
import { expect, it } from 'vitest';
import type { Consumption } from '../../src/replay/store.ts';
import type { Consume, Open } from './replay-store-contract.ts';
import { DAY, FUTURE_SKEW, MAX_AGE, type Message, NOON, WEEK } from './replay-store-messages.ts';

/** A one-time URL that lives a week. */
const URL_OF_A_WEEK = { tag: 'url', expires: NOON + WEEK, maxAge: WEEK } as const;

async function countConsumed(consume: Consume, count: number, message: (index: number) => Message): Promise<number> {
  let consumed = 0;
  for (let index = 0; index < count; index++) if ((await consume(message(index))) === 'consumed') consumed++;
  return consumed;
}

export function describeBounds(open: Open): void {
  it('refuses when full and evicts nothing', async () => {
    const consume = await open({ capacity: 1000 });
    const all = async (count: number, name: string, answer: Consumption) => {
      for (let index = 0; index < count; index++) expect(await consume({ nonce: `${name}${index}` })).toBe(answer);
    };
    await all(1000, 'n', 'consumed');
    await all(5000, 'more', 'full');
    await all(1000, 'n', 'replayed');
    await all(1, 'more', 'full');
  });

  it('has room again when everything is past', async () => {
    const consume = await open({ capacity: 1000 });
    for (let index = 0; index < 1000; index++) await consume({ nonce: `n${index}`, now: NOON + (index % 7) });
    const now = NOON + 2 * (MAX_AGE + FUTURE_SKEW) + 20;
    for (let index = 0; index < 1000; index++) expect(await consume({ nonce: `m${index}`, now })).toBe('consumed');
    expect(await consume({ nonce: 'one more', now })).toBe('full');
  });

  it('serves the other tenants while one floods, with however many keys', async () => {
    const consume = await open({ capacity: 1000, quotaPerTenant: 100 });
    const flood = (index: number) => ({ tenant: 'flood', keyid: `k${index}`, nonce: 'n' });
    expect(await countConsumed(consume, 5000, flood)).toBe(100);
    for (let tenant = 0; tenant < 9; tenant++) {
      const other = (index: number) => ({ tenant: `t${tenant}`, keyid: `t${tenant}`, nonce: `n${index}` });
      expect(await countConsumed(consume, 101, other)).toBe(100);
    }
    expect(await consume(flood(5000))).toBe('full');
  });

  it('counts a quota across its whole memory, and gives it back', async () => {
    const consume = await open({ capacity: 1000, quotaPerTenant: 10 });
    for (let index = 0; index < 10; index++)
      expect(await consume({ tenant: 'a', nonce: `n${index}`, now: NOON + 60 * (index % 3) })).toBe('consumed');
    for (const now of [NOON + 121, NOON + MAX_AGE, NOON + MAX_AGE + FUTURE_SKEW])
      expect(await consume({ tenant: 'a', nonce: `at ${now}`, now })).toBe('full');
    const now = NOON + DAY;
    for (let index = 0; index < 10; index++) expect(await consume({ tenant: 'a', nonce: `n${index}`, now })).toBe('consumed');
    expect(await consume({ tenant: 'a', nonce: 'one more', now })).toBe('full');
  });

  it('serves requests while URLs that live a week flood it, and URLs while requests do', async () => {
    for (const tenant of ['', 'a']) {
      const consume = await open({ capacity: 1000 });
      const all = tenant === '' ? 1000 : 500;
      const url = (index: number): Message => ({ ...URL_OF_A_WEEK, tenant, nonce: `n${index}`, created: NOON });
      const request = (index: number): Message => ({ tenant, nonce: `n${index}` });
      expect(await countConsumed(consume, 1500, url)).toBe(all);
      expect(await countConsumed(consume, 1500, request)).toBe(all);
      // After an hour the requests are past, and the URLs are not.
      const now = NOON + 3600;
      expect(await consume({ ...url(2000), now })).toBe('full');
      expect(await countConsumed(consume, 1500, (index) => ({ ...request(index), now }))).toBe(all);
      expect(await consume({ ...url(7), now })).toBe('replayed');
    }
  });
}

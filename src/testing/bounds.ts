/**
 * The part of the contract about bounds: a full store refuses, forgets nothing, and no one fills it for the others.
 *
 * @module
 */

import type { Consumption } from '../replay/store.ts';
import { DAY, FUTURE_SKEW, MAX_AGE, type Message, WEEK } from './messages.ts';
import { type Consume, ensure, requireOf, type Suite } from './suite.ts';

async function requireCount(consume: Consume, count: number, message: (index: number) => Message, expected: number): Promise<void> {
  let consumed = 0;
  for (let index = 0; index < count; index++) if ((await consume(message(index))) === 'consumed') consumed++;
  ensure(consumed === expected, `of ${count} messages ${consumed} were accepted, not ${expected}`);
}

export function checkBounds(suite: Suite): void {
  checkCapacity(suite);
  checkQuotas(suite);
}

function checkCapacity({ check, open, noon }: Suite): void {
  check('refuses when full and evicts nothing', async () => {
    const consume = await open({ capacity: 1000 });
    const all = async (count: number, name: string, answer: Consumption) => {
      for (let index = 0; index < count; index++) await requireOf(consume, { nonce: `${name}${index}` }, answer);
    };
    await all(1000, 'n', 'consumed');
    await all(5000, 'more', 'full');
    await all(1000, 'n', 'replayed');
    await all(1, 'more', 'full');
  });

  check('has room again when everything is past', async () => {
    const consume = await open({ capacity: 1000 });
    for (let index = 0; index < 1000; index++) await consume({ nonce: `n${index}`, now: noon + (index % 7) });
    const now = noon + 2 * (MAX_AGE + FUTURE_SKEW) + 20;
    for (let index = 0; index < 1000; index++) await requireOf(consume, { nonce: `m${index}`, now }, 'consumed');
    await requireOf(consume, { nonce: 'one more', now }, 'full');
  });

  check('serves requests while URLs that live a week flood it, and URLs while requests do', async () => {
    for (const tenant of ['', 'a']) {
      const consume = await open({ capacity: 1000 });
      const all = tenant === '' ? 1000 : 500;
      const week = { tag: 'url', expires: noon + WEEK, maxAge: WEEK };
      const url = (index: number): Message => ({ ...week, tenant, nonce: `n${index}`, created: noon });
      const request = (index: number): Message => ({ tenant, nonce: `n${index}` });
      await requireCount(consume, 1500, url, all);
      await requireCount(consume, 1500, request, all);
      // After an hour the requests are past, and the URLs are not.
      const now = noon + 3600;
      await requireOf(consume, { ...url(2000), now }, 'full');
      await requireCount(consume, 1500, (index) => ({ ...request(index), now }), all);
      await requireOf(consume, { ...url(7), now }, 'replayed');
    }
  });
}

function checkQuotas({ check, open, noon }: Suite): void {
  check('serves the other tenants while one floods, with however many keys', async () => {
    const consume = await open({ capacity: 1000, quotaPerTenant: 100 });
    const flood = (index: number) => ({ tenant: 'flood', keyid: `k${index}`, nonce: 'n' });
    await requireCount(consume, 5000, flood, 100);
    for (let tenant = 0; tenant < 9; tenant++) {
      const other = (index: number) => ({ tenant: `t${tenant}`, keyid: `t${tenant}`, nonce: `n${index}` });
      await requireCount(consume, 101, other, 100);
    }
    await requireOf(consume, flood(5000), 'full');
  });

  check('counts a quota across its whole memory, and gives it back', async () => {
    const consume = await open({ capacity: 1000, quotaPerTenant: 10 });
    const message = (name: string, now: number) => ({ tenant: 'a', nonce: name, now });
    for (let index = 0; index < 10; index++) await requireOf(consume, message(`n${index}`, noon + 60 * (index % 3)), 'consumed');
    for (const now of [noon + 121, noon + MAX_AGE, noon + MAX_AGE + FUTURE_SKEW])
      await requireOf(consume, message(`at ${now}`, now), 'full');
    for (let index = 0; index < 10; index++) await requireOf(consume, message(`n${index}`, noon + DAY), 'consumed');
    await requireOf(consume, message('one more', noon + DAY), 'full');
  });
}

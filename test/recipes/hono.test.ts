import { Hono } from 'hono';
import { hc } from 'hono/client';
import { validator } from 'hono/validator';
import { describe, expect, it } from 'vitest';
import { expectFreshSignatures, expectSignedPost, ORDER, useBank } from './support/bank.ts';

const bank = useBank();

/** The bank's routes, of which the client needs the types only. */
const app = new Hono().post(
  '/coins/:user',
  validator('json', (order: typeof ORDER) => order),
  (context) => context.json({ keyid: 'jdoe', received: context.req.valid('json') }),
);

describe('hono/client with a signed fetch', () => {
  it('posts JSON that is accepted, digest and all', async () => {
    const client = hc<typeof app>(bank.origin, { fetch: bank.fetch() });
    const response = await client.coins[':user'].$post({ param: { user: 'jdoe' }, json: ORDER });
    expect(await response.json()).toEqual({ keyid: 'jdoe', received: ORDER });
    expectSignedPost(bank);
    expect(bank.accepted[0]!.verified.path()).toBe('/coins/jdoe');
  });

  it('has its retries signed anew by the signed fetch, which makes them', async () => {
    bank.failNext(2);
    const fetch = bank.fetch({ retry: { limit: 2 }, sleep: async () => undefined });
    const client = hc<typeof app>(bank.origin, { fetch, headers: { 'idempotency-key': 'order-4711' } });
    const response = await client.coins[':user'].$post({ param: { user: 'jdoe' }, json: ORDER });
    expect(response.status).toBe(200);
    expectFreshSignatures(bank, 3);
  });
});

import createClient from 'openapi-fetch';
import { describe, expect, it } from 'vitest';
import { expectFreshSignatures, expectSignedPost, ORDER, useBank } from './support/bank.ts';

const bank = useBank();

interface Paths {
  '/coins': {
    post: {
      parameters: { query?: { to?: string } };
      requestBody: { content: { 'application/json': typeof ORDER } };
      responses: { 200: { content: { 'application/json': { keyid: string; received: typeof ORDER } } } };
    };
  };
}

describe('openapi-fetch with a signed fetch', () => {
  it('posts JSON that is accepted, digest and all', async () => {
    const client = createClient<Paths>({ baseUrl: bank.origin, fetch: bank.fetch() });
    const { data } = await client.POST('/coins', { body: ORDER, params: { query: { to: 'j doe' } } });
    expect(data).toEqual({ keyid: 'jdoe', received: ORDER });
    expectSignedPost(bank);
    expect(bank.accepted[0]!.verified.query()).toBe('?to=j%20doe');
  });

  it('covers what its middleware adds', async () => {
    const client = createClient<Paths>({ baseUrl: bank.origin, fetch: bank.fetch({ components: ['x-branch'] }) });
    client.use({ onRequest: ({ request }) => request.headers.set('x-branch', 'main street') });
    await client.POST('/coins', { body: ORDER });
    expect(bank.accepted[0]!.verified.header('x-branch')).toBe('main street');
  });

  it('has its retries signed anew by the signed fetch, which makes them', async () => {
    bank.failNext(2);
    const fetch = bank.fetch({ retry: { limit: 2 }, sleep: async () => undefined });
    const client = createClient<Paths>({ baseUrl: bank.origin, fetch });
    const { response } = await client.POST('/coins', { body: ORDER, headers: { 'idempotency-key': 'order-4711' } });
    expect(response.status).toBe(200);
    expectFreshSignatures(bank, 3);
  });
});

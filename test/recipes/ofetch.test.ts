import { createFetch } from 'ofetch';
import { describe, expect, it } from 'vitest';
import { expectFreshSignatures, expectSignedPost, ORDER, useBank } from './support/bank.ts';

const bank = useBank();

describe('ofetch with a signed fetch', () => {
  it('posts JSON that is accepted, digest and all', async () => {
    const client = createFetch({ fetch: bank.fetch(), defaults: { baseURL: bank.origin } });
    expect(await client('/coins', { method: 'POST', body: ORDER })).toEqual({ keyid: 'jdoe', received: ORDER });
    expectSignedPost(bank);
  });

  it('signs each of its retries anew', async () => {
    bank.failNext(2);
    const client = createFetch({ fetch: bank.fetch(), defaults: { baseURL: bank.origin } });
    const answer = await client('/coins', { method: 'POST', body: ORDER, retry: 2, retryDelay: 0 });
    expect(answer).toMatchObject({ keyid: 'jdoe' });
    expectFreshSignatures(bank, 3);
  });

  it('covers the query that ofetch writes', async () => {
    bank.answerWith((verified) => ({ query: verified.query() }));
    const client = createFetch({ fetch: bank.fetch(), defaults: { baseURL: bank.origin } });
    expect(await client('/coins', { query: { to: 'j doe', page: 2 } })).toEqual({ query: '?to=j+doe&page=2' });
  });
});

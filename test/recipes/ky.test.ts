import ky, { type RetryOptions } from 'ky';
import { describe, expect, it } from 'vitest';
import { expectFreshSignatures, expectSignedPost, ORDER, useBank } from './support/bank.ts';

const bank = useBank();

describe('ky with a signed fetch', () => {
  it('posts JSON that is accepted, digest and all', async () => {
    const client = ky.create({ prefix: bank.origin, fetch: bank.fetch() });
    expect(await client.post('coins', { json: ORDER }).json()).toEqual({ keyid: 'jdoe', received: ORDER });
    expectSignedPost(bank);
  });

  it('signs each of its retries anew', async () => {
    bank.failNext(2);
    const retry: RetryOptions = { limit: 2, methods: ['post'], statusCodes: [503], delay: () => 0 };
    const client = ky.create({ prefix: bank.origin, fetch: bank.fetch(), retry });
    expect(await client.post('coins', { json: ORDER }).json()).toMatchObject({ keyid: 'jdoe' });
    expectFreshSignatures(bank, 3);
  });

  it('covers the query that ky writes', async () => {
    bank.answerWith((verified) => verified.query());
    const client = ky.create({ prefix: bank.origin, fetch: bank.fetch() });
    expect(await client.get('coins', { searchParams: { to: 'j doe', page: 2 } }).json()).toBe('?to=j+doe&page=2');
  });
});

import axios from 'axios';
import { describe, expect, it } from 'vitest';
import { expectFreshSignatures, expectSignedPost, ORDER, useBank } from './support/bank.ts';

const bank = useBank();

describe('axios with its fetch adapter and a signed fetch', () => {
  const create = (fetch = bank.fetch()) => axios.create({ baseURL: bank.origin, adapter: 'fetch', env: { fetch } });

  it('posts JSON that is accepted, digest and all', async () => {
    const { data } = await create().post('/coins', ORDER);
    expect(data).toEqual({ keyid: 'jdoe', received: ORDER });
    expectSignedPost(bank);
  });

  it('covers params, and what interceptors and transformers make of the data', async () => {
    const client = create();
    client.interceptors.request.use((config) => ({ ...config, params: { to: 'j doe' } }));
    const amount = (data: object) => JSON.stringify({ ...data, amount: 11 });
    await client.post('/coins', ORDER, { transformRequest: amount, headers: { 'content-type': 'application/json' } });
    expectSignedPost(bank, { ...ORDER, amount: 11 });
    expect(bank.accepted[0]!.verified.query()).toBe('?to=j+doe');
  });

  it('has its retries signed anew by the signed fetch, which makes them', async () => {
    bank.failNext(2);
    const client = create(bank.fetch({ retry: { limit: 2 }, sleep: async () => undefined }));
    const { status } = await client.post('/coins', ORDER, { headers: { 'idempotency-key': 'order-4711' } });
    expect(status).toBe(200);
    expectFreshSignatures(bank, 3);
  });
});

import { GraphQLClient } from 'graphql-request';
import { describe, expect, it } from 'vitest';
import { expectFreshSignatures, expectSignedPost, useBank } from './support/bank.ts';

const bank = useBank();
const query = 'mutation Credit($amount: Int!) { credit(amount: $amount) { balance } }';

describe('graphql-request with a signed fetch', () => {
  it('posts an operation that is accepted, digest and all', async () => {
    bank.answerWith((verified) => ({ data: { credit: { by: verified.keyid, balance: 10 } } }));
    const client = new GraphQLClient(`${bank.origin}/graphql`, { fetch: bank.fetch() });
    expect(await client.request(query, { amount: 10 })).toEqual({ credit: { by: 'jdoe', balance: 10 } });
    expectSignedPost(bank, { query, variables: { amount: 10 }, operationName: 'Credit' });
  });

  it('has its retries signed anew by the signed fetch, which makes them', async () => {
    bank.answerWith(() => ({ data: { credit: { balance: 10 } } }));
    bank.failNext(2);
    const fetch = bank.fetch({ retry: { limit: 2 }, sleep: async () => undefined });
    const client = new GraphQLClient(`${bank.origin}/graphql`, { fetch, headers: { 'idempotency-key': 'order-4711' } });
    expect(await client.request(query, { amount: 10 })).toEqual({ credit: { balance: 10 } });
    expectFreshSignatures(bank, 3);
  });
});

import { randomBytes as nativeRandomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Fetch } from 'countersign';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectFreshSignatures, expectSignedPost, noncesOf, ORDER, useBank } from './support/bank.ts';

const bank = useBank();

/** Sends as React Native does: a URL, fields and whole bytes go to the native side, and a whole answer comes back. */
const nativeFetch: Fetch = (url, { method = 'GET', headers, body } = {}) =>
  new Promise((resolve, reject) => {
    if (typeof url !== 'string') throw new TypeError('the native side takes text for a URL');
    if (body != null && !(body instanceof Uint8Array)) throw new TypeError('the native side takes bytes for a body');
    const request = httpRequest(url, { method, headers: Object.fromEntries(new Headers(headers)) }, async (response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of response) chunks.push(chunk as Uint8Array);
      resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0 }));
    });
    request.on('error', reject).end(body ?? undefined);
  });

/** A source of its own, as `expo-crypto` would be, that remembers what it gave. */
const given: Uint8Array[] = [];
const randomBytes = (length: number): Uint8Array => {
  const bytes = new Uint8Array(nativeRandomBytes(length));
  given.push(bytes);
  return bytes;
};

describe('React Native: fetch and randomness injected', () => {
  beforeEach(() => void vi.stubGlobal('fetch', () => expect.unreachable('the global fetch was called')));
  afterEach(() => vi.unstubAllGlobals());

  const create = () => bank.fetch({ fetch: nativeFetch, randomBytes, retry: { limit: 2 }, sleep: async () => undefined });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ORDER) };

  it('posts JSON that is accepted, digest and all', async () => {
    const response = await create()(`${bank.origin}/coins`, init);
    expect(await response.json()).toEqual({ keyid: 'jdoe', received: ORDER });
    expectSignedPost(bank);
  });

  it('draws every nonce from the injected source, a new one for each retry', async () => {
    bank.failNext(2);
    const headers = { ...init.headers, 'idempotency-key': 'order-4711' };
    expect((await create()(`${bank.origin}/coins`, { ...init, headers })).status).toBe(200);
    expectFreshSignatures(bank, 3);
    const pool = Buffer.concat(given).toString('hex');
    for (const nonce of noncesOf(bank)) expect(pool).toContain(Buffer.from(nonce, 'base64url').toString('hex'));
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { createNegotiator } from '../../src/fetch/negotiate.ts';
import type { SignedFetchOptions } from '../../src/fetch/options.ts';
import { createResponseVerifier } from '../../src/fetch/response-verifier.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import { messageFromRequest, messageFromResponse } from '../../src/rfc9421/message.ts';

import { asRequest, openRecorder, type Recorder, refuse, rejection, SECRET, signer, verifying } from './server.ts';

let server: Recorder;
let waits: number[];
beforeAll(async () => {
  server = await openRecorder();
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrivals.length = 0;
  waits = [];
});

const sleep = async (seconds: number) => void waits.push(seconds);
const create = (options: Partial<SignedFetchOptions> = {}) => createSignedFetch({ signer, sleep, ...options });

/** Answers the first requests with a status, then 200. */
function fail(times: number, status: number, headers: Record<string, string> = {}): void {
  server.answer(({ text }, response) => {
    if (server.arrivals.length <= times) response.writeHead(status, headers).end('not now');
    else response.end(text);
  });
}

/** Requires that each arrival was signed by itself. */
async function requireFreshSignatures(): Promise<void> {
  const verify = verifying(server.host);
  for (const arrival of server.arrivals) await verify(arrival);
}

describe('a replay store that lost its memory (replay_store_cold)', () => {
  const cold = (times: number, retryAfter: string) =>
    server.answer(({ text }, response) => {
      if (server.arrivals.length <= times) refuse(response, 503, 'replay_store_cold', 0, { 'retry-after': retryAfter });
      else response.end(text);
    });

  it('is waited for, once, whatever the method, and the request signed anew', async () => {
    cold(1, '7');
    expect(await (await create()(server.origin, { method: 'POST', body: 'once' })).text()).toBe('once');
    expect(waits).toEqual([7]);
    expect(server.arrivals).toHaveLength(2);
    await requireFreshSignatures();
  });

  it('is not waited for twice', async () => {
    cold(9, '7');
    const response = await create()(server.origin, { method: 'POST', body: 'once' });
    expect(await response.json()).toMatchObject({ code: 'replay_store_cold' });
    expect(waits).toEqual([7]);
  });

  it.each(['31', '-1', '2030-01-01', 'GMT', 'X GMT', 'soon', '1e9', '99999999999'])(
    'is not waited for when it says Retry-After: %s',
    async (retryAfter) => {
      cold(9, retryAfter);
      expect((await create()(server.origin)).status).toBe(503);
      expect(waits).toEqual([]);
    },
  );

  it('no other 503 is waited for', async () => {
    server.answer((_, response) => refuse(response, 503, 'replay_store_full', 0, { 'retry-after': '1' }));
    expect((await create()(server.origin)).status).toBe(503);
    expect(waits).toEqual([]);
  });
});

describe('what nobody signed is not enough to send twice', () => {
  const problem = (code: string, status: number) =>
    new Response(JSON.stringify({ type: `urn:countersign:problem:${code}`, code, now: Math.floor(Date.now() / 1000) + 60 }), {
      status,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '1', 'accept-signature': 'sig=("x-a")' },
    });
  const codes: readonly (readonly [string, number])[] = [
    ['replay_store_cold', 503],
    ['expired', 401],
    ['signature_missing', 401],
  ];
  const attempts = async (
    url: string,
    init: RequestInit,
    [code, status]: (typeof codes)[number],
    more: Partial<SignedFetchOptions> = {},
  ) => {
    let sent = 0;
    const fetch = asRequest(async () => (++sent === 1 ? problem(code, status) : new Response()));
    const result = create({ fetch, negotiate: createNegotiator(), ...more })(url, init);
    await result.catch(() => undefined);
    return sent;
  };
  const post = { method: 'POST', body: 'once', headers: { 'x-a': '1' } };

  it.each(codes)('%s over plain http', async (...code) => {
    expect(await attempts('http://bank.example/', post, code)).toBe(1);
    expect(await attempts('https://bank.example/', post, code)).toBe(2);
    expect(await attempts('http://127.0.0.1/', post, code)).toBe(2);
    expect(await attempts('http://bank.example/', post, code, { insecurelyTrustPlainHttp: ['http://bank.example'] })).toBe(2);
  });

  it.each(codes)('%s where responses are verified, unless twice does no more than once', async (...code) => {
    const responseVerifier = createResponseVerifier({ resolveKey: () => undefined });
    const url = 'https://bank.example/';
    expect(await attempts(url, post, code, { responseVerifier })).toBe(1);
    expect(await attempts(url, { method: 'PATCH', headers: { 'x-a': '1' } }, code, { responseVerifier })).toBe(1);
    expect(await attempts(url, { headers: { 'x-a': '1' } }, code, { responseVerifier })).toBe(2);
    expect(await attempts(url, { ...post, method: 'PUT' }, code, { responseVerifier })).toBe(2);
    expect(await attempts(url, { ...post, headers: { ...post.headers, 'idempotency-key': 'k' } }, code, { responseVerifier })).toBe(2);
  });

  it.each(codes)('%s that is signed as responses have to be is believed', async (...code) => {
    const bank = hmacSigner({ keyid: 'bank', secret: `${SECRET} of the bank` });
    const responseVerifier = createResponseVerifier({
      resolveKey: (keyid) => (keyid === 'bank' ? hmacKey(`${SECRET} of the bank`) : undefined),
    });
    let sent = 0;
    const fetch = asRequest(async (request) => {
      const response = ++sent === 1 ? problem(...code) : new Response('done');
      const bytes = new Uint8Array(await response.clone().arrayBuffer());
      const nonce = /nonce="(.*?)"/.exec(request.headers.get('signature-input')!)![1]!;
      const { fields } = await signResponse(messageFromResponse(response, bytes), messageFromRequest(request), {
        signer: bank,
        nonce,
        components: sent === 1 ? ['retry-after', 'accept-signature'] : [],
      });
      for (const [name, value] of fields) response.headers.set(name, value);
      return response;
    });
    const send = create({ fetch, responseVerifier, negotiate: createNegotiator() });
    expect(await (await send('https://bank.example/', post)).text()).toBe('done');
    expect(sent).toBe(2);
  });
});

describe('a refusal that does not end, or breaks', () => {
  const endless = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) });
  const broken = () => new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('reset')) });
  const cancelled = (body: ReadableStream<Uint8Array>, status = 503) =>
    new Response(body, { status, headers: { 'content-type': 'application/problem+json', 'retry-after': '0' } });
  afterEach(() => void vi.useRealTimers());

  /** Answers once with the body, then with 200. */
  const answering = (make: () => ReadableStream<Uint8Array>, status = 503) => {
    let sent = 0;
    return asRequest(async () => (++sent === 1 ? cancelled(make(), status) : new Response('ok')));
  };

  it.each([401, 429, 503])('%i without an end is the response, after three seconds', async (status) => {
    vi.useFakeTimers();
    const sent = create({ fetch: answering(endless, status), negotiate: createNegotiator() })('https://bank.example/');
    await vi.advanceTimersByTimeAsync(3000);
    const response = await sent;
    expect(response.status).toBe(status);
    expect((await response.body!.getReader().read()).value).toHaveLength(1);
  });

  it('without an end is retried all the same', async () => {
    vi.useFakeTimers();
    const sent = create({ fetch: answering(endless), retry: {} })('https://bank.example/');
    await vi.advanceTimersByTimeAsync(3000);
    expect(await (await sent).text()).toBe('ok');
  });

  it('that breaks is the response, and is retried', async () => {
    const response = await create({ fetch: answering(broken) })('https://bank.example/');
    expect(response.status).toBe(503);
    await expect(response.text()).rejects.toThrow('reset');
    expect(await (await create({ fetch: answering(broken), retry: {} })('https://bank.example/')).text()).toBe('ok');
  });

  it('without an end of bytes is read no further than its bound', async () => {
    let pulled = 0;
    const flood = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pulled++;
          controller.enqueue(new Uint8Array(16_384));
        },
      });
    expect((await create({ fetch: answering(flood) })('https://bank.example/')).status).toBe(503);
    expect(pulled).toBeLessThan(20);
  });

  it('ends with the reason when the caller gives up', async () => {
    const controller = new AbortController();
    const fetch = answering(() => {
      queueMicrotask(() => controller.abort('enough'));
      return endless();
    });
    expect(await rejection(create({ fetch })('https://bank.example/', { signal: controller.signal }))).toBe('enough');
  });
});

describe('retries', () => {
  it.each([429, 503])('are off unless asked for (%i)', async (status) => {
    fail(1, status, { 'retry-after': '1' });
    expect((await create()(server.origin)).status).toBe(status);
    expect(server.arrivals).toHaveLength(1);
  });

  it.each([429, 503])('wait as long as a %i says', async (status) => {
    fail(2, status, { 'retry-after': '3' });
    expect((await create({ retry: {} })(server.origin, { method: 'PUT', body: 'x' })).status).toBe(200);
    expect(waits).toEqual([3, 3]);
    await requireFreshSignatures();
  });

  it('understand the date form', async () => {
    const now = Math.floor(Date.now() / 1000);
    fail(1, 503, { 'retry-after': new Date((now + 20) * 1000).toUTCString() });
    await create({ retry: {}, now: () => now })(server.origin);
    fail(3, 503, { 'retry-after': new Date((now - 20) * 1000).toUTCString() });
    await create({ retry: {}, now: () => now })(server.origin);
    expect(waits).toEqual([20, 0]);
  });

  it('back off with jitter, up to maxDelay, where nothing is said', async () => {
    fail(9, 503);
    expect((await create({ retry: { limit: 6, maxDelay: 4 } })(server.origin)).status).toBe(503);
    expect(waits).toHaveLength(6);
    [0.5, 1, 2, 4, 4, 4].forEach((top, index) => {
      expect(waits[index]).toBeGreaterThanOrEqual(top / 2);
      expect(waits[index]).toBeLessThanOrEqual(top);
    });
  });

  it('end when the server asks for more than maxDelay', async () => {
    fail(9, 429, { 'retry-after': '31' });
    expect((await create({ retry: {} })(server.origin)).status).toBe(429);
    expect(waits).toEqual([]);
  });

  it.each([
    ['GET', {}, 3],
    ['HEAD', {}, 3],
    ['PUT', {}, 3],
    ['DELETE', {}, 3],
    ['POST', {}, 1],
    ['PATCH', {}, 1],
    ['POST', { 'idempotency-key': '"k"' }, 3],
  ])('of %s %j: sent %i times', async (method, headers, times) => {
    fail(9, 503);
    await create({ retry: {} })(server.origin, { method, headers });
    expect(server.arrivals).toHaveLength(times);
  });

  it.each([400, 401, 403, 404, 500, 502])('are not made after %i', async (status) => {
    fail(9, status, { 'retry-after': '1' });
    expect((await create({ retry: {} })(server.origin)).status).toBe(status);
    expect(server.arrivals).toHaveLength(1);
  });

  it('follow a network error, then pass the last one on', async () => {
    let attempts = 0;
    const fetch = (request: Request) =>
      ++attempts <= 2 ? Promise.reject(new TypeError(`fetch failed ${attempts}`)) : globalThis.fetch(request);
    server.answer(({ text }, response) => response.end(text));
    expect(await (await create({ retry: {}, fetch: asRequest(fetch) })(server.origin, { method: 'PUT', body: 'x' })).text()).toBe('x');
    expect(waits).toHaveLength(2);
    attempts = -1;
    expect(await rejection(create({ retry: { limit: 1 }, fetch: asRequest(fetch) })(server.origin))).toEqual(
      new TypeError('fetch failed 1'),
    );
    attempts = 0;
    expect(await rejection(create({ retry: {}, fetch: asRequest(fetch) })(server.origin, { method: 'POST', body: 'x' }))).toEqual(
      new TypeError('fetch failed 1'),
    );
    attempts = 0;
    expect(await rejection(create({ fetch: asRequest(fetch) })(server.origin))).toEqual(new TypeError('fetch failed 1'));
  });

  it('never send an unread stream again', async () => {
    fail(9, 503);
    const send = create({ retry: {}, insecurelyAllowUncovered: ['content-digest'] });
    expect((await send(server.origin, { method: 'PUT', body: new Blob(['x']).stream() })).status).toBe(503);
    expect(server.arrivals).toHaveLength(1);
  });

  it('keep an earlier signature of somebody else', async () => {
    fail(1, 503);
    await create({ retry: {} })(server.origin, { headers: { 'signature-input': 'proxy=("@path")', signature: 'proxy=:AAAA:' } });
    for (const { headers } of server.arrivals) expect(headers['signature-input']).toMatch(/^proxy=\("@path"\), sig=[^,]*$/);
  });

  it('end when the caller gives up while waiting', async () => {
    fail(9, 503, { 'retry-after': '20' });
    const controller = new AbortController();
    const sent = createSignedFetch({
      signer,
      retry: {},
      sleep: () => {
        controller.abort('enough');
        return new Promise<void>(() => undefined);
      },
    })(server.origin, { signal: controller.signal });
    expect(await rejection(sent)).toBe('enough');
  });

  it('wait on a timer by default, which aborting clears', async () => {
    fail(1, 503, { 'retry-after': '0' });
    expect((await createSignedFetch({ signer, retry: {} })(server.origin)).status).toBe(200);
    fail(9, 503, { 'retry-after': '20' });
    const controller = new AbortController();
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    const started = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => void vi.restoreAllMocks());
    const sent = createSignedFetch({ signer, retry: {} })(server.origin, { signal: controller.signal });
    await vi.waitUntil(() => started.mock.calls.some(([, delay]) => delay === 20_000));
    const waiting = started.mock.results[started.mock.calls.findIndex(([, delay]) => delay === 20_000)]?.value;
    controller.abort('enough');
    expect(await rejection(sent)).toBe('enough');
    expect(cleared).toHaveBeenCalledWith(waiting);
  });

  it('are not made after the caller aborted the request', async () => {
    const controller = new AbortController();
    server.answer(() => controller.abort('enough'));
    expect(await rejection(create({ retry: {} })(server.origin, { signal: controller.signal }))).toBe('enough');
    expect(waits).toEqual([]);
  });
});

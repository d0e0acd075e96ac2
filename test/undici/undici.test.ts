import { Readable, Writable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import { Agent, Client, type Dispatcher, Dispatcher1Wrapper, FormData, fetch, interceptors, RetryAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignedFetchError } from '../../src/errors.ts';
import { createSigningInterceptor, type SigningInterceptorOptions } from '../../src/undici/index.ts';

import { type Arrival, openRecorder, type Recorder, rejection, signer, verifying } from '../fetch/server.ts';

let server: Recorder;
let other: Recorder;
let agents: Dispatcher[];
beforeEach(async () => {
  [server, other, agents] = [await openRecorder(), await openRecorder(), []];
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  await Promise.all([server.close(), other.close()]);
});

const RETRY = { minTimeout: 1, maxRetries: 2 };

function signing(options: Partial<SigningInterceptorOptions> = {}) {
  return createSigningInterceptor({ signer, origins: [server.origin], ...options });
}

function keep<T extends Dispatcher>(agent: T): T {
  agents.push(agent);
  return agent;
}

/** An agent that signs innermost. */
function agent(options: Partial<SigningInterceptorOptions> = {}, ...outer: Dispatcher.DispatcherComposeInterceptor[]): Dispatcher {
  return keep(new Agent()).compose(signing(options), ...outer);
}

/** Verifies everything that arrived, each by the same store: a nonce used twice fails. */
async function expectAllVerified(recorder: Recorder, count: number): Promise<readonly Arrival[]> {
  expect(recorder.arrivals).toHaveLength(count);
  const verify = verifying(recorder.host);
  for (const arrival of recorder.arrivals) await expect(verify(arrival)).resolves.toMatchObject({ keyid: 'jdoe' });
  return recorder.arrivals;
}

/** Answers with a status once for each given, then 200. */
function failFirst(...statuses: number[]): void {
  server.answer((_, response) => {
    const status = statuses.shift();
    if (status === 0) return response.destroy();
    return response.writeHead(status ?? 200).end('ok');
  });
}

describe('what is built on a dispatcher', () => {
  it('signs request, with its query', async () => {
    const { statusCode, body } = await agent().request({
      origin: server.origin,
      path: '/a',
      method: 'GET',
      query: { q: 'x y', list: [1, true], none: [], big: 2n, nil: null },
    });
    expect([statusCode, await body.text()]).toEqual([200, 'ok']);
    const [arrival] = await expectAllVerified(server, 1);
    expect(arrival?.url).toBe('/a?q=x%20y&list=1&list=true&big=2&nil=');
  });

  it('signs stream', async () => {
    let text = '';
    const sink = () =>
      new Writable({
        write: (chunk, _, done) => {
          text += String(chunk);
          done();
        },
      });
    await agent().stream({ origin: server.origin, path: '/s', method: 'POST', body: 'streamed' }, sink);
    expect(text).toBe('ok');
    expect((await expectAllVerified(server, 1))[0]?.text).toBe('streamed');
  });

  it('signs pipeline', async () => {
    const chunks: Buffer[] = [];
    await pipe(
      Readable.from([Buffer.from('one '), Buffer.from('two')]),
      agent().pipeline({ origin: server.origin, path: '/p', method: 'PUT' }, ({ body }) => body),
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) chunks.push(chunk);
      },
    );
    expect(Buffer.concat(chunks).toString()).toBe('ok');
    expect((await expectAllVerified(server, 1))[0]?.text).toBe('one two');
  });

  it('signs fetch with a dispatcher', async () => {
    const response = await fetch(`${server.origin}/f?x=1`, { method: 'POST', body: '{"a":1}', dispatcher: agent() });
    expect(response.status).toBe(200);
    const [arrival] = await expectAllVerified(server, 1);
    expect([arrival?.url, arrival?.text]).toEqual(['/f?x=1', '{"a":1}']);
    expect(arrival?.headers['signature-input']).toContain('"content-digest"');
  });

  it("signs Node's own fetch, by undici's wrapper for it; without, it fails and does not hang", async () => {
    const own = (dispatcher: Dispatcher) => globalThis.fetch(server.origin, { dispatcher } as RequestInit);
    const { cause } = (await rejection(own(agent()))) as Error;
    expect(cause).toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    expect(await (await own(new Dispatcher1Wrapper(agent()))).text()).toBe('ok');
    await expectAllVerified(server, 1);
  });

  it('signs with a Client', async () => {
    const client = keep(new Client(server.origin)).compose(signing());
    await (await client.request({ path: '/c', method: 'GET' })).body.dump();
    await expectAllVerified(server, 1);
  });

  it('asks a signer function before each request', async () => {
    let asked = 0;
    const dispatcher = agent({
      signer: async () => {
        asked++;
        return signer;
      },
    });
    for (const path of ['/1', '/2']) await (await dispatcher.request({ origin: server.origin, path, method: 'GET' })).body.dump();
    expect(asked).toBe(2);
  });
});

describe('what is sent is what is signed', () => {
  const headers: Readonly<Record<string, Dispatcher.DispatchOptions['headers']>> = {
    'an object': { 'Content-Type': 'text/plain', 'x-a': ['1', '2'], host: 'elsewhere.example' },
    'names and values in turn': ['Content-Type', 'text/plain', 'x-a', '1', 'x-a', '2', 'Host', 'elsewhere.example'],
    pairs: new Map([
      ['Content-Type', 'text/plain'],
      ['x-a', '1, 2'],
      ['host', 'elsewhere.example'],
    ]),
  };
  it.each(Object.entries(headers))('takes headers as %s, and never another host', async (_, given) => {
    const dispatcher = agent({ components: ['x-a'] });
    await (await dispatcher.request({ origin: server.origin, path: '/', method: 'POST', body: 'b', headers: given ?? null })).body.dump();
    const [arrival] = await expectAllVerified(server, 1);
    expect(arrival?.headers).toMatchObject({ host: server.host, 'x-a': '1, 2', 'content-type': 'text/plain' });
    expect(arrival?.headers['signature-input']).toMatch(/"content-type".*"x-a"/);
  });

  async function* generate() {
    yield Buffer.from('gener');
    yield Buffer.from('ated');
  }
  const bodies: Readonly<Record<string, readonly [make: () => unknown, text: string]>> = {
    text: [() => 'ünï', Buffer.from('ünï').toString('latin1')],
    'a Buffer': [() => Buffer.from('buffer'), 'buffer'],
    'a Uint8Array within a larger one': [() => new Uint8Array(Buffer.from('xpartx')).subarray(1, 5), 'part'],
    'an ArrayBuffer': [() => new TextEncoder().encode('array').buffer, 'array'],
    'a Readable': [() => Readable.from([Buffer.from('read'), 'able']), 'readable'],
    'a ReadableStream': [() => new Blob(['web']).stream(), 'web'],
    'an async iterator': [generate, 'generated'],
    'an iterable': [() => [Buffer.from('it'), 'em'], 'item'],
    'a Blob': [() => new Blob(['blob']), 'blob'],
    'an empty one': [() => Buffer.alloc(0), ''],
  };
  it.each(Object.entries(bodies))('covers a body that is %s', async (_, [make, text]) => {
    const body = make() as Dispatcher.DispatchOptions['body'];
    await (await agent().request({ origin: server.origin, path: '/', method: 'POST', body: body ?? null })).body.dump();
    const [arrival] = await expectAllVerified(server, 1);
    expect(arrival?.text).toBe(text);
    expect(arrival?.headers['content-digest'] !== undefined).toBe(text !== '');
  });

  it('covers a FormData with the boundary it is sent with', async () => {
    const body = new FormData();
    body.append('name', 'value');
    body.append('file', new File(['content'], 'a.txt', { type: 'text/plain' }));
    await (await agent().request({ origin: server.origin, path: '/', method: 'POST', body })).body.dump();
    const [arrival] = await expectAllVerified(server, 1);
    const boundary = /boundary=(.+)$/.exec(arrival?.headers['content-type'] ?? '')?.[1];
    expect(arrival?.text).toContain(boundary);
    expect(arrival?.text).toContain('filename="a.txt"');
    expect(arrival?.headers['signature-input']).toContain('"content-type"');
  });

  it('keeps an earlier signature beside its own', async () => {
    const headers = { 'signature-input': 'sig=("@path")', signature: 'sig=:AA==:' };
    await (await agent().request({ origin: server.origin, path: '/', method: 'GET', headers })).body.dump();
    expect(server.arrivals[0]?.headers['signature-input']).toMatch(/^sig=\("@path"\), sig2=/);
    expect(server.arrivals[0]?.headers['signature']).toMatch(/^sig=:AA==:, sig2=:/);
  });

  it('sends a stream unread if the digest is left out on purpose', async () => {
    const dispatcher = agent({ insecurelyAllowUncovered: ['content-digest'], maxBodyBytes: 1 });
    await (await dispatcher.request({ origin: server.origin, path: '/', method: 'POST', body: Readable.from(['long']) })).body.dump();
    expect(server.arrivals[0]?.text).toBe('long');
    expect(server.arrivals[0]?.headers['content-digest']).toBeUndefined();
  });
});

describe('retries', () => {
  it('signs each attempt of the retry interceptor anew', async () => {
    failFirst(503, 0, 429);
    const dispatcher = agent({}, interceptors.retry({ ...RETRY, maxRetries: 5 }));
    const { statusCode } = await dispatcher.request({ origin: server.origin, path: '/r', method: 'PUT', body: 'again' });
    expect(statusCode).toBe(200);
    const arrivals = await expectAllVerified(server, 4);
    expect(arrivals.map(({ text }) => text)).toEqual(['again', 'again', 'again', 'again']);
  });

  it('signs each attempt of a RetryAgent anew', async () => {
    failFirst(503, 503);
    const dispatcher = keep(new RetryAgent(agent(), RETRY));
    await (await dispatcher.request({ origin: server.origin, path: '/r', method: 'GET' })).body.dump();
    await expectAllVerified(server, 3);
  });

  async function* generate() {
    yield Buffer.from('once');
  }
  it.each([
    ['a ReadableStream', () => new Blob(['once']).stream()],
    ['an async iterator', generate],
  ])('never retries %s with an empty body', async (_, make) => {
    failFirst(503);
    const body = make() as unknown as Readable;
    const dispatcher = agent({}, interceptors.retry(RETRY));
    await (await dispatcher.request({ origin: server.origin, path: '/r', method: 'PUT', body })).body.dump();
    expect((await expectAllVerified(server, 2)).map(({ text }) => text)).toEqual(['once', 'once']);
  });

  it('leaves it to undici that a Readable is not retried', async () => {
    failFirst(503);
    const dispatcher = agent({}, interceptors.retry(RETRY));
    const sent = dispatcher.request({ origin: server.origin, path: '/r', method: 'PUT', body: Readable.from(['once']) });
    expect(await rejection(sent)).toMatchObject({ code: 'UND_ERR_REQ_RETRY' });
    expect((await expectAllVerified(server, 1))[0]?.text).toBe('once');
  });

  it('never retries a fetch with an empty body', async () => {
    failFirst(503);
    await fetch(server.origin, { method: 'PUT', body: 'once', dispatcher: agent({}, interceptors.retry(RETRY)) });
    expect((await expectAllVerified(server, 2)).map(({ text }) => text)).toEqual(['once', 'once']);
  });
});

describe('redirects', () => {
  function redirect(status: number, location: string): void {
    server.answer(({ url }, response) => (url === '/from' ? response.writeHead(status, { location }).end() : response.end('there')));
  }
  const follow = () => interceptors.redirect({ maxRedirections: 3 });
  const from = () => ({ origin: server.origin, path: '/from', method: 'POST', body: 'kept' }) as const;

  it.each([307, 308])('signs the hop after %s for its path, body and all', async (status) => {
    redirect(status, '/to?x=1');
    await (await agent({}, follow()).request(from())).body.dump();
    const arrivals = await expectAllVerified(server, 2);
    expect(arrivals.map(({ method, url, text }) => [method, url, text])).toEqual([
      ['POST', '/from', 'kept'],
      ['POST', '/to?x=1', 'kept'],
    ]);
  });

  it.each([301, 302, 303])('signs the GET after %s, without content', async (status) => {
    redirect(status, '/to');
    const headers = { 'content-type': 'text/plain' };
    await (await agent({}, follow()).request({ ...from(), headers })).body.dump();
    const hop = (await expectAllVerified(server, 2))[1];
    expect([hop?.method, hop?.url, hop?.text, hop?.headers['content-digest']]).toEqual(['GET', '/to', '', undefined]);
  });

  it('signs the hops of fetch', async () => {
    redirect(307, '/to');
    const response = await fetch(`${server.origin}/from`, { method: 'POST', body: 'kept', dispatcher: agent() });
    expect(response.url).toBe(`${server.origin}/to`);
    expect((await expectAllVerified(server, 2))[1]?.text).toBe('kept');
  });

  it('signs hops within retries and retries within hops', async () => {
    let failures = 1;
    server.answer(({ url }, response) => {
      if (url === '/from') response.writeHead(307, { location: '/to' }).end();
      else response.writeHead(failures-- > 0 ? 503 : 200).end('there');
    });
    async function* generate() {
      yield Buffer.from('kept');
    }
    const options = { ...from(), method: 'PUT', body: generate() as unknown as Readable } as const;
    const retry = interceptors.retry({ ...RETRY, statusCodes: [503], throwOnError: false });
    await (await agent({}, retry, follow()).request(options)).body.dump();
    expect((await expectAllVerified(server, 3)).map(({ text }) => text)).toEqual(['kept', 'kept', 'kept']);
  });

  it('lets nothing reach another origin', async () => {
    redirect(307, `${other.origin}/steal`);
    const error = await rejection(agent({}, follow()).request(from()));
    expect(error).toMatchObject({ name: 'SignedFetchError', code: 'origin_forbidden', target: other.origin });
    const { cause } = (await rejection(fetch(`${server.origin}/from`, { method: 'POST', body: 'kept', dispatcher: agent() }))) as Error;
    expect(cause).toMatchObject({ code: 'origin_forbidden', target: other.origin });
    expect(other.arrivals).toEqual([]);
  });

  it('signs the hop to another of the origins', async () => {
    redirect(307, `${other.origin}/to`);
    await (await agent({ origins: [server.origin, other.origin] }, follow()).request(from())).body.dump();
    expect((await expectAllVerified(other, 1))[0]?.text).toBe('kept');
  });

  it('signs nothing for one origin that a Client would send to its own', async () => {
    redirect(307, `${other.origin}/to`);
    const client = keep(new Client(server.origin)).compose(signing({ origins: [server.origin, other.origin] }), follow());
    expect(await rejection(client.request(from()))).toMatchObject({ code: 'origin_forbidden', target: other.origin });
    expect(server.arrivals).toHaveLength(1);
  });
});

describe('what is not sent', () => {
  const codes: readonly (readonly [
    string,
    string,
    (mine: string, theirs: string) => Dispatcher.RequestOptions,
    Partial<SigningInterceptorOptions>,
  ])[] = [
    ['a foreign origin', 'origin_forbidden', (_, origin) => ({ origin, path: '/', method: 'GET' }), {}],
    ['an absolute target', 'target_forbidden', (origin, theirs) => ({ origin, path: `${theirs}/`, method: 'GET' }), {}],
    ['text beyond the limit', 'body_too_large', (origin) => ({ origin, path: '/', method: 'POST', body: 'four' }), { maxBodyBytes: 3 }],
    [
      'a stream beyond the limit',
      'body_too_large',
      (origin) => ({ origin, path: '/', method: 'POST', body: Readable.from(['fo', 'ur']) }),
      { maxBodyBytes: 3 },
    ],
    [
      'a Blob beyond the limit',
      'body_too_large',
      (origin) => ({ origin, path: '/', method: 'POST', body: new Blob(['four']) as unknown as Buffer }),
      { maxBodyBytes: 3 },
    ],
    ['a body of no kind', 'body_uncoverable', (origin) => ({ origin, path: '/', method: 'POST', body: {} as Buffer }), {}],
  ];
  it.each(codes)('refuses %s: %s', async (_, code, make, options) => {
    const error = (await rejection(agent(options).request(make(server.origin, other.origin)))) as SignedFetchError;
    expect([error.name, error.code]).toEqual(['SignedFetchError', code]);
    expect([...server.arrivals, ...other.arrivals]).toEqual([]);
  });

  it('tells what the signer throws, and retries nothing', async () => {
    let asked = 0;
    const failing = () => {
      asked++;
      throw new Error('no key');
    };
    const dispatcher = agent({ signer: failing }, interceptors.retry(RETRY));
    expect(await rejection(dispatcher.request({ origin: server.origin, path: '/', method: 'GET' }))).toMatchObject({ message: 'no key' });
    expect([asked, server.arrivals.length]).toEqual([RETRY.maxRetries + 1, 0]);
  });

  it('tells what undici itself throws', async () => {
    const headers = { 'transfer-encoding': 'chunked' };
    const error = await rejection(agent().request({ origin: server.origin, path: '/', method: 'GET', headers }));
    expect(error).toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
  });

  it('fails with the stream it reads', async () => {
    const body = new Readable({ read: () => body.destroy(new Error('broken')) });
    const error = await rejection(agent().request({ origin: server.origin, path: '/', method: 'POST', body }));
    expect(error).toMatchObject({ message: 'broken' });
    expect(server.arrivals).toEqual([]);
  });

  it.each(['request', 'fetch'])('stops reading when %s is given up', async (kind) => {
    const controller = new AbortController();
    const { signal } = controller;
    const body = new ReadableStream({ pull: () => controller.abort(new Error('given up')) }, { highWaterMark: 0 });
    const sent =
      kind === 'fetch'
        ? fetch(server.origin, { method: 'POST', body, duplex: 'half', signal, dispatcher: agent() })
        : agent().request({ origin: server.origin, path: '/', method: 'POST', body: body as unknown as Readable, signal });
    expect(await rejection(sent)).toMatchObject({ message: 'given up' });
    expect(server.arrivals).toEqual([]);
  });

  it('needs origins and a signer', () => {
    expect(() => createSigningInterceptor({ signer } as SigningInterceptorOptions)).toThrow(new TypeError('origins must be given'));
    expect(() => createSigningInterceptor({ origins: [] } as unknown as SigningInterceptorOptions)).toThrow(TypeError);
  });
});

import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import { Agent, BalancedPool, Client, type Dispatcher, Dispatcher1Wrapper, FormData, fetch, interceptors, Pool, RetryAgent } from 'undici';
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
  it('writes queries as it is told', async () => {
    for (const query of ['default', 'form', 'as-given'] as const)
      await agent({ query }).request({ origin: server.origin, path: '/a?b=x:y+z&1&&b', method: 'GET' });
    const arrived = (await expectAllVerified(server, 3)).map(({ url }) => url);
    expect(arrived).toEqual(['/a?b=x%3Ay+z&1&&b', '/a?1=&b=x%3Ay%20z&b=', '/a?b=x:y+z&1&&b']);
  });

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

describe('dispatchers that send to an origin of their own', () => {
  const both = () => ({ origins: [server.origin, other.origin] });
  const follow = () => interceptors.redirect({ maxRedirections: 3 });
  const from = { path: '/from', method: 'POST', body: 'kept' } as const;
  const toOther = () =>
    server.answer(({ url }, response) =>
      url === '/from' ? response.writeHead(307, { location: `${other.origin}/to` }).end() : response.end(),
    );

  /** Requires that no signature for one origin came to another. */
  const requireOwn = async () => {
    for (const each of [server, other]) await expectAllVerified(each, each.arrivals.length);
  };

  it.each([
    ['Client', () => new Client(server.origin)],
    ['Pool', () => new Pool(server.origin)],
  ])('a %s: nothing is signed for one that it would send to another', async (_, make) => {
    toOther();
    const dispatcher = keep(make()).compose(signing(both()), follow());
    expect(await rejection(dispatcher.request(from))).toMatchObject({ code: 'origin_forbidden', target: other.origin });
    expect(server.arrivals).toHaveLength(1);
    await requireOwn();
  });

  it('a BalancedPool chooses by itself: nothing is signed at all', async () => {
    const pool = keep(new BalancedPool([server.origin, other.origin])).compose(signing(both()));
    expect(await rejection(pool.request({ ...from, origin: server.origin }))).toMatchObject({ code: 'origin_forbidden' });
    expect([...server.arrivals, ...other.arrivals]).toEqual([]);
  });

  /** As undici before 8.9, whose `compose` passes the dispatch alone. */
  const composeOld = (dispatcher: Dispatcher, options: Partial<SigningInterceptorOptions>): Dispatcher.Dispatch =>
    follow()(signing(options)(dispatcher.dispatch.bind(dispatcher) as never) as never) as never;
  const requestBy = (dispatch: Dispatcher.Dispatch, options: Partial<Dispatcher.RequestOptions>) =>
    new Proxy(keep(new Agent()), { get: (target, key) => (key === 'dispatch' ? dispatch : Reflect.get(target, key)) }).request({
      ...from,
      ...options,
    } as Dispatcher.RequestOptions);

  it.each<[string, () => Dispatcher]>([
    ['Client', () => new Client(server.origin)],
    ['Pool', () => new Pool(server.origin)],
    ['BalancedPool', () => new BalancedPool(server.origin)],
    ['Agent', () => new Agent()],
  ])('a %s that does not say so is signed for one origin only', async (_, make) => {
    toOther();
    const several = composeOld(keep(make()), both());
    expect(await rejection(requestBy(several, { origin: server.origin }))).toMatchObject({ code: 'origin_forbidden' });
    expect([...server.arrivals, ...other.arrivals]).toEqual([]);
    const one = composeOld(keep(make()), {});
    expect(await rejection(requestBy(one, { origin: server.origin }))).toMatchObject({ code: 'origin_forbidden', target: other.origin });
    expect(server.arrivals).toHaveLength(1);
    await requireOwn();
  });

  it('a Client that does not say so needs no origin where there is only one', async () => {
    const dispatch = composeOld(keep(new Client(server.origin)), {});
    await (await requestBy(dispatch, {})).body.dump();
    await expectAllVerified(server, 1);
  });
});

describe('content is of the request it comes with', () => {
  const put = (dispatcher: Dispatcher, body: unknown, origin = server.origin) =>
    dispatcher.request({ origin, path: '/', method: 'PUT', body: body as Buffer });
  const texts = () => server.arrivals.map(({ text }) => text);

  it.each<[string, (pieces: Buffer[]) => unknown]>([
    ['an array', (pieces) => pieces],
    ['an object that can be iterated', (pieces) => ({ [Symbol.iterator]: () => pieces[Symbol.iterator]() })],
    [
      'an object that can be iterated asynchronously',
      (pieces) => ({
        async *[Symbol.asyncIterator]() {
          yield* pieces;
        },
      }),
    ],
    ['a Buffer', (pieces) => pieces[0]],
  ])('%s that changes between requests is sent as it is then', async (_, make) => {
    const dispatcher = agent({ origins: [server.origin, other.origin] });
    const pieces = [Buffer.from('first')];
    const body = make(pieces);
    await (await put(dispatcher, body)).body.dump();
    pieces[0]!.set(Buffer.from('later'));
    await (await put(dispatcher, body)).body.dump();
    await (await put(dispatcher, body, other.origin)).body.dump();
    expect(texts()).toEqual(['first', 'later']);
    expect(other.arrivals[0]?.text).toBe('later');
    await expectAllVerified(server, 2);
  });

  async function* generate() {
    yield Buffer.from('once');
  }
  const streams: readonly [string, () => unknown][] = [
    ['a ReadableStream', () => new Blob(['once']).stream()],
    ['an async iterator', generate],
    ['an iterator', () => [Buffer.from('once')][Symbol.iterator]()],
    ['a Node stream', () => Readable.from([Buffer.from('once')])],
  ];
  it.each(streams)('%s that was read is not sent again, with another request, or to another origin', async (_, make) => {
    const origins = [server.origin, other.origin];
    for (const dispatcher of [
      agent({ origins }),
      agent({ origins }, interceptors.retry(RETRY), interceptors.redirect({ maxRedirections: 1 })),
    ]) {
      const body = make();
      await (await put(dispatcher, body)).body.dump();
      for (const origin of origins) expect(await rejection(put(dispatcher, body, origin))).toMatchObject({ code: 'body_uncoverable' });
    }
    expect(texts()).toEqual(['once', 'once']);
    expect(other.arrivals).toEqual([]);
  });

  it.each(streams.slice(0, 3))('%s does not follow a redirect to another origin', async (_, make) => {
    server.answer((_, response) => response.writeHead(307, { location: `${other.origin}/to` }).end());
    const dispatcher = agent({ origins: [server.origin, other.origin] }, interceptors.redirect({ maxRedirections: 3 }));
    expect(await rejection(put(dispatcher, make()))).toMatchObject({ code: 'body_uncoverable' });
    expect(other.arrivals).toEqual([]);
  });

  it.each<[string, () => unknown, string?]>([
    ['text', () => 'text'],
    ['a Uint8Array', () => new TextEncoder().encode('text')],
    ['a Blob', () => new Blob(['text'], { type: 'a/b' }), 'a/b'],
    ['a ReadableStream', () => new Blob(['text']).stream()],
    ['a Node stream', () => Readable.from([Buffer.from('text')])],
  ])('%s that is left uncovered arrives all the same', async (_, make, type) => {
    const dispatcher = agent({ insecurelyAllowUncovered: ['content-digest'] });
    await (await put(dispatcher, make())).body.dump();
    expect(texts()).toEqual(['text']);
    expect(server.arrivals[0]?.headers['content-type']).toBe(type);
    const verify = verifying(server.host, { policy: { insecurelyAllowUncovered: ['content-digest'] } });
    await verify(server.arrivals[0]!);
  });

  it('a FormData that is left uncovered arrives with its boundary', async () => {
    const form = new FormData();
    form.append('a', 'text');
    await (await put(agent({ insecurelyAllowUncovered: ['content-digest'] }), form)).body.dump();
    const [arrival] = server.arrivals;
    expect(arrival?.text).toContain(/boundary=(.+)$/.exec(arrival?.headers['content-type'] ?? '')![1]);
    await verifying(server.host, { policy: { insecurelyAllowUncovered: ['content-digest'] } })(arrival!);
  });

  it('bytes are those that were given, whatever becomes of the buffer meanwhile', async () => {
    const bytes = Buffer.from('given');
    const dispatcher = agent({
      signer: async () => {
        bytes.fill(0);
        return signer;
      },
    });
    await (await put(dispatcher, bytes)).body.dump();
    expect(texts()).toEqual(['given']);
  });
});

describe('two messages never share a nonce', () => {
  it('whatever the options', async () => {
    const dispatcher = agent({ nonce: 'always', created: 5 } as Partial<SigningInterceptorOptions>);
    for (const path of ['/1', '/2']) await (await dispatcher.request({ origin: server.origin, path, method: 'GET' })).body.dump();
    for (const { headers } of await expectAllVerified(server, 2)) expect(headers['signature-input']).not.toMatch(/always|created=5;/);
  });
});

describe('signals that are emitters', () => {
  const never = new Promise<never>(() => undefined);
  it.each<[string, Partial<SigningInterceptorOptions>, () => unknown]>([
    ['a stream that hangs', {}, () => new ReadableStream()],
    ['a signer that hangs', { signer: () => never }, () => 'x'],
    ['a hook that hangs', { onSigned: () => never }, () => 'x'],
  ])('end %s', async (_, options, make) => {
    const signal = new EventEmitter();
    const sent = agent(options).request({ origin: server.origin, path: '/', method: 'POST', body: make() as Buffer, signal });
    setImmediate(() => signal.emit('abort'));
    expect(await rejection(sent)).toMatchObject({ name: 'AbortError' });
    expect(server.arrivals).toEqual([]);
  });

  it('are listened to no longer than it takes', async () => {
    const signal = new EventEmitter();
    await (await agent().request({ origin: server.origin, path: '/', method: 'GET', signal })).body.dump();
    expect(signal.listenerCount('abort')).toBeLessThan(2);
    await expectAllVerified(server, 1);
  });
});

describe('per request', () => {
  it('components, signer and hook are told the request', async () => {
    const told: unknown[] = [];
    const dispatcher = agent({
      signer: ({ target }) => ({ ...signer, keyid: target === '/a?x=1' ? 'jdoe' : 'other' }),
      components: ({ method }) => (method === 'GET' ? [{ name: 'x-a', when: 'present' }] : ['x-a']),
      onSigned: ({ keyid, request, base }) => void told.push([keyid, request.method, request.target, /"x-a": (.*)/.exec(base)?.[1]]),
    });
    const headers = { 'x-a': '1' };
    await (await dispatcher.request({ origin: server.origin, path: '/a?x=1', method: 'GET' })).body.dump();
    await (await dispatcher.request({ origin: server.origin, path: '/a?x=1', method: 'POST', headers })).body.dump();
    expect(told).toEqual([
      ['jdoe', 'GET', '/a?x=1', undefined],
      ['jdoe', 'POST', '/a?x=1', '1'],
    ]);
    await expectAllVerified(server, 2);
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
    [
      'a form of a package that nobody can read',
      'body_uncoverable',
      (origin) => ({
        origin,
        path: '/',
        method: 'POST',
        body: { [Symbol.toStringTag]: 'FormData', pipe: () => undefined } as unknown as Buffer,
      }),
      {},
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

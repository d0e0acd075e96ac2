import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';

import { type Arrival, asRequest, openRecorder, type Recorder, rejection, signer, verifying } from './server.ts';

let server: Recorder;
let verify: (arrival: Arrival) => Promise<import('../../src/signature/verified/verified-request.ts').VerifiedRequest>;

beforeAll(async () => {
  server = await openRecorder();
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrivals.length = 0;
  server.answer((_, response) => response.end('ok'));
  verify = verifying(server.host);
});

const last = () => server.arrivals.at(-1)!;
const digestOf = (bytes: Uint8Array) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

describe('what is sent is what was signed', () => {
  const big = new Uint8Array(1024 * 1024).map((_, index) => index % 251);
  const form = () => {
    const data = new FormData();
    data.set('text', 'ä\r\n"quoted"');
    data.set('file', new Blob(['bytes of a file'], { type: 'text/x-test' }), 'na"me.txt');
    return data;
  };
  const stream = () => new Blob(['streamed ', 'bytes']).stream();
  const bodies: [string, () => unknown, string | null][] = [
    ['string', () => '{"amount":10}', 'text/plain;charset=UTF-8'],
    ['string beyond ASCII', () => 'zehn Münzen \u{1f4b0}', 'text/plain;charset=UTF-8'],
    ['string with a lone surrogate', () => 'a\ud800b', 'text/plain;charset=UTF-8'],
    ['empty string', () => '', 'text/plain;charset=UTF-8'],
    ['1 MiB of bytes', () => big, null],
    ['a view into a larger buffer', () => new Uint16Array(new Uint8Array([1, 2, 3, 4, 5, 6]).buffer, 2, 1), null],
    ['ArrayBuffer', () => new Uint8Array([0, 255, 1]).buffer, null],
    ['empty bytes', () => new Uint8Array(), null],
    ['Blob without type', () => new Blob(['blob']), null],
    ['Blob with type', () => new Blob(['blob'], { type: 'text/x-blob' }), 'text/x-blob'],
    ['URLSearchParams', () => new URLSearchParams({ a: '1 2', b: 'ä' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['FormData', form, 'multipart/form-data'],
    ['ReadableStream', stream, null],
    [
      'async generator',
      async function* () {
        yield new TextEncoder().encode('generated');
      },
      null,
    ],
    ['Node stream', () => Readable.from([Buffer.from('node '), Buffer.from('stream')]), null],
  ];
  it.each(bodies)('%s', async (_, make, type) => {
    const send = createSignedFetch({ signer });
    const response = await send(`${server.origin}/coins`, { method: 'POST', body: make() as BodyInit });
    expect(response.status).toBe(200);
    const { headers, message } = last();
    expect(headers['content-type'] ?? null).toEqual(type === null ? null : expect.stringContaining(type));
    expect(headers['transfer-encoding']).toBeUndefined();
    expect(headers['content-length']).toBe(String(message.body.length));
    expect(headers['content-digest']).toBe(message.body.length === 0 ? undefined : digestOf(message.body));
    const verified = await verify(last());
    expect(verified.bytes).toEqual(message.body);
    if (type !== null) expect(verified.header('content-type')).toBe(headers['content-type']);
  });

  it.each(bodies)('a Request made of %s', async (_, make) => {
    const request = new Request(`${server.origin}/coins`, { method: 'POST', body: make() as BodyInit, duplex: 'half' } as RequestInit);
    const expected = new Uint8Array(await request.clone().arrayBuffer());
    await createSignedFetch({ signer })(request);
    expect((await verify(last())).bytes).toEqual(expected);
    expect(last().headers['content-type'] ?? null).toBe(request.headers.get('content-type'));
    // The caller's own Request was not written to.
    expect(request.headers.has('signature')).toBe(false);
  });

  it('keeps bytes that are changed while signing', async () => {
    const bytes = new TextEncoder().encode('amount=10');
    const slow = {
      ...signer,
      sign: async (base: Uint8Array) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return signer.sign(base);
      },
    };
    const sent = createSignedFetch({ signer: slow })(server.origin, { method: 'POST', body: bytes });
    bytes.fill(0x39);
    await sent;
    expect(last().text).toBe('amount=10');
    await verify(last());
  });
});

describe('requests', () => {
  it('signs GET without content', async () => {
    await createSignedFetch({ signer })(`${server.origin}/a?b=1&b=2#fragment`);
    expect(last()).toMatchObject({ method: 'GET', url: '/a?b=1&b=2' });
    expect(last().headers['signature-input']).toMatch(
      /^sig=\("@method" "@authority" "@path" "@query"\);created=\d+;nonce="[\w-]{22}";keyid="jdoe"$/,
    );
    expect((await verify(last())).query()).toBe('?b=1&b=2');
  });

  it.each(['post', 'PATCH', 'PURGE', 'delete', 'HEAD'])('signs the method as it is sent: %s', async (method) => {
    await createSignedFetch({ signer })(server.origin, { method });
    await verify(last());
  });

  it('takes URL objects', async () => {
    await createSignedFetch({ signer })(new URL('/x?y', server.origin));
    expect(last().url).toBe('/x?y');
    await verify(last());
  });

  it('sends a URL that no parser changes', async () => {
    await createSignedFetch({ signer })(`${server.origin}/a|b^c'd/[e]{f}%zz%7E\\g?h='|^\`\\é#x`);
    expect(last().url).toBe('/a%7Cb%5Ec%27d/%5Be%5D%7Bf%7D%25zz~/g?h=%27%7C%5E%60%5C%C3%A9');
    await verify(last());
  });

  it.each([
    ['default', '/x?b=a:b/c%20d+e%2B&2&a=&&b=%7e', '/x?b=a%3Ab%2Fc%20d+e%2B&2&a=&&b=~'],
    ['form', '/x?b=a:b/c%20d+e%2B&2&a=&&b=%7e', '/x?2=&b=a%3Ab%2Fc%20d%20e%2B&b=~&a='],
    ['as-given', "/%7e?b=a:b/c%20d+e%2B&2&a=&&b=%7e'", '/~?b=a:b/c%20d+e%2B&2&a=&&b=%7e%27'],
    ['form', '/x?', '/x'],
  ] as const)('writes queries as it is told: %s', async (query, given, expected) => {
    const send = createSignedFetch({ signer, query });
    for (const input of [server.origin + given, new Request(server.origin + given)]) {
      await send(input);
      expect(last().url).toBe(expected);
      await verify(last());
    }
  });

  it('writes the query of a redirect in the same way', async () => {
    server.answer(({ url }, response) =>
      url.startsWith('/from') ? response.writeHead(302, { location: '/to?b=1&2=x y' }).end() : response.end(),
    );
    await createSignedFetch({ signer, query: 'form' })(`${server.origin}/from`);
    expect(last().url).toBe('/to?2=x%20y&b=1');
    await verify(last());
  });

  it('covers more when told, and uses tag, label, expiry and alg', async () => {
    const send = createSignedFetch({
      signer,
      components: ['x-tenant', '"@query-param";name="a"'],
      tag: 'app',
      label: 'mine',
      expiresIn: 60,
      includeAlg: true,
    });
    await send(`${server.origin}/?a=1`, { headers: { 'X-Tenant': ' t  1 ' } });
    expect(last().headers['signature-input']).toMatch(
      /^mine=.*"x-tenant" "@query-param";name="a"\).*expires=\d+;nonce="[\w-]+";alg="hmac-sha256";keyid="jdoe";tag="app"$/,
    );
    expect((await verifying(server.host, { policy: { tag: 'app', components: ['x-tenant'] } })(last())).header('x-tenant')).toBe('t  1');
  });

  it('adds its signature beside another one', async () => {
    await createSignedFetch({ signer, tag: 'first', fetch: createSignedFetch({ signer, tag: 'second' }) })(server.origin);
    expect(last().headers['signature-input']).toMatch(/^sig=.*tag="first", sig2=.*tag="second"$/);
    for (const tag of ['first', 'second']) await verifying(server.host, { policy: { tag } })(last());
  });

  it('never lets the Host field differ from the URL', async () => {
    let host: string | null = 'x';
    const fetch = (request: Request) => {
      host = request.headers.get('host');
      return globalThis.fetch(request);
    };
    await createSignedFetch({ signer, fetch: asRequest(fetch) })(server.origin, { headers: { host: 'evil.example' } });
    expect(host).toBeNull();
    await verify(last());
  });

  it('signs each call with a fresh nonce, and the time of the call', async () => {
    let time = 1_700_000_000;
    const send = createSignedFetch({ signer, now: () => time });
    await send(server.origin);
    time += 7;
    await send(server.origin);
    const [first, second] = server.arrivals.map(({ headers }) => String(headers['signature-input']));
    expect([first, second].map((input) => /created=(\d+)/.exec(input!)![1])).toEqual(['1700000000', '1700000007']);
    expect(/nonce="(.*?)"/.exec(first!)![1]).not.toBe(/nonce="(.*?)"/.exec(second!)![1]);
  });

  it('asks a signer function before each signature', async () => {
    let asked = 0;
    const send = createSignedFetch({ signer: async () => ({ ...signer, keyid: `key${++asked}` }) });
    await send(server.origin);
    await send(server.origin);
    expect(server.arrivals.map(({ headers }) => /keyid="(.*?)"/.exec(String(headers['signature-input']))![1])).toEqual(['key1', 'key2']);
  });

  it('takes the fetch of another package, which knows no Request of ours, and passes on what only it knows', async () => {
    const { Agent, fetch } = await import('undici');
    let dispatched = 0;
    const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
      dispatched++;
      return dispatch(options, handler);
    });
    const init = { method: 'POST', body: 'x', dispatcher } as RequestInit;
    const send = createSignedFetch({ signer, fetch: fetch as never });
    await send(`${server.origin}/coins`, init);
    expect((await verify(last())).text()).toBe('x');
    server.answer(({ url }, response) => (url === '/end' ? response.end() : response.writeHead(307, { location: '/end' }).end()));
    await send(`${server.origin}/coins`, init);
    expect((await verify(last())).path()).toBe('/end');
    expect(dispatched).toBe(3);
    await dispatcher.close();
  });

  it('never shares a nonce between messages, whatever the options', async () => {
    const send = createSignedFetch({ signer, ...{ nonce: 'always', created: 5 } });
    await send(server.origin);
    expect(last().headers['signature-input']).not.toMatch(/always|created=5;/);
  });

  it('looks globalThis.fetch up at each call, and does nothing at creation', async () => {
    const send = createSignedFetch({ signer, randomBytes: (length) => new Uint8Array(length), now: () => 0 });
    const original = globalThis.fetch;
    const seen: unknown[] = [];
    globalThis.fetch = async (input) => {
      seen.push(input);
      return new Response('mock');
    };
    try {
      expect(await (await send('https://bank.example/')).text()).toBe('mock');
    } finally {
      globalThis.fetch = original;
    }
    expect(seen).toEqual(['https://bank.example/']);
  });

  it('keeps what the caller set', async () => {
    const controller = new AbortController();
    let seen: Request | undefined;
    const send = createSignedFetch({
      signer,
      fetch: asRequest(async (request) => {
        seen = request;
        return new Response();
      }),
    });
    const init = {
      credentials: 'include',
      keepalive: true,
      integrity: 'sha256-x',
      referrerPolicy: 'no-referrer',
      signal: controller.signal,
    } as const;
    await send(new Request('https://bank.example/', init));
    expect(seen).toMatchObject({
      credentials: 'include',
      keepalive: true,
      integrity: 'sha256-x',
      referrerPolicy: 'no-referrer',
      redirect: 'manual',
      cache: 'no-store',
    });
    controller.abort(new Error('enough'));
    expect(seen!.signal.reason).toEqual(new Error('enough'));
    await send('https://bank.example/', { cache: 'reload' });
    expect(seen!.cache).toBe('reload');
    await send(new Request('https://bank.example/', { cache: 'force-cache' }));
    expect(seen!.cache).toBe('force-cache');
    // init goes before the Request, as in fetch.
    const { signal: _, ...rest } = init;
    await send(new Request('https://bank.example/', rest), { credentials: 'omit', method: 'POST', body: 'x' });
    expect(seen).toMatchObject({ credentials: 'omit', method: 'POST', referrerPolicy: 'no-referrer' });
  });
});

describe('abort', () => {
  it('rejects with the reason, before and while sending', async () => {
    const send = createSignedFetch({ signer });
    expect(await rejection(send(server.origin, { signal: AbortSignal.abort('early') }))).toBe('early');
    expect(server.arrivals).toHaveLength(0);
    const controller = new AbortController();
    server.answer(() => controller.abort('late'));
    expect(await rejection(send(server.origin, { signal: controller.signal }))).toBe('late');
  });

  it('ends the reading of a stream that hangs, and cancels it', async () => {
    let cancelled: unknown;
    const body = new ReadableStream({ cancel: (reason) => void (cancelled = reason ?? 'cancelled') });
    const controller = new AbortController();
    const sent = createSignedFetch({ signer })(server.origin, { method: 'POST', body, signal: controller.signal });
    controller.abort('enough');
    expect(await rejection(sent)).toBe('enough');
    expect(cancelled).toBe('cancelled');
    expect(server.arrivals).toHaveLength(0);
  });

  it('passes on what a stream fails with', async () => {
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('disk')) });
    expect(await rejection(createSignedFetch({ signer })(server.origin, { method: 'POST', body }))).toEqual(new Error('disk'));
  });
});

describe('options', () => {
  it.each([
    [undefined, 'options'],
    [{}, 'signer'],
    [{ signer: {} }, 'signer'],
    [{ signer, origins: ['bank.example'] }, 'origins'],
    [{ signer, origins: ['https://bank.example/path'] }, 'origins'],
    [{ signer, maxRedirects: 21 }, 'maxRedirects'],
    [{ signer, maxBodyBytes: -1 }, 'maxBodyBytes'],
  ])('%j names %s', (options, name) => {
    expect(() => createSignedFetch(options as never)).toThrow(name);
  });
});

import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SignedFetchError } from '../../../src/errors.ts';
import type { Fetch, SignedFetchOptions } from '../../../src/fetch/options.ts';
import { createSignedFetch } from '../../../src/fetch/signed-fetch.ts';

import { asRequest, openRecorder, type Recorder, rejection, signer, verifying } from '../server.ts';

let server: Recorder;
beforeAll(async () => {
  server = await openRecorder();
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrivals.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Requires that a call rejects before anything is signed or sent. */
async function refusedBefore(
  input: string | URL | Request,
  init?: RequestInit,
  options: Partial<SignedFetchOptions> = {},
): Promise<unknown> {
  const fetch = vi.fn(globalThis.fetch);
  const asked = vi.fn(() => signer);
  const error = await rejection(createSignedFetch({ signer: asked, fetch, ...options })(input, init));
  expect(fetch).not.toHaveBeenCalled();
  expect(asked).not.toHaveBeenCalled();
  return error;
}

describe('refused before anything is sent', () => {
  it.each<[string, string, RequestInit | undefined, Partial<SignedFetchOptions>]>([
    ['mode_forbidden', 'https://bank.example/', { mode: 'no-cors' }, {}],
    ['body_uncoverable', 'https://bank.example/', { body: 'x' }, {}],
    ['body_uncoverable', 'https://bank.example/', { method: 'head', body: '' }, {}],
    ['target_forbidden', 'https://u:p@bank.example/', undefined, {}],
    ['target_forbidden', 'https://u@bank.example/', undefined, {}],
    ['target_forbidden', 'data:text/plain,x', undefined, {}],
    ['target_forbidden', 'file:///etc/passwd', undefined, {}],
    ['origin_forbidden', 'https://evil.example/', undefined, { origins: ['https://bank.example'] }],
    ['origin_forbidden', 'http://bank.example/', undefined, { origins: ['https://bank.example'] }],
    ['origin_forbidden', 'https://bank.example:8443/', undefined, { origins: ['https://bank.example/'] }],
    ['origin_forbidden', 'https://bank.example.evil.example/', undefined, { origins: ['https://bank.example'] }],
  ])('%s: %s %j', async (code, url, init, options) => {
    expect(await refusedBefore(url, init, options)).toMatchObject({ name: 'SignedFetchError', code });
  });

  it('never shows credentials', async () => {
    const error = (await refusedBefore('https://u:hunter2@bank.example/?q')) as SignedFetchError;
    expect(`${error.message} ${error.target} ${error.stack}`).not.toContain('hunter2');
    expect(error.target).toBe('https://bank.example');
  });

  it('no-cors of a Request', async () => {
    expect(await refusedBefore(new Request('https://bank.example/', { mode: 'no-cors' }))).toMatchObject({ code: 'mode_forbidden' });
  });

  it('a URL that is none, and a relative one where there is no base', async () => {
    expect(await refusedBefore('//')).toBeInstanceOf(TypeError);
    expect(await refusedBefore('/relative')).toBeInstanceOf(TypeError);
  });

  it('what fetch refuses too', async () => {
    expect(await refusedBefore('https://bank.example/', { method: 'CONNECT' })).toBeInstanceOf(TypeError);
    expect(await refusedBefore('https://bank.example/', { headers: { 'x y': '1' } })).toBeInstanceOf(TypeError);
    const used = new Request('https://bank.example/', { method: 'POST', body: 'x' });
    await used.text();
    expect(await refusedBefore(used)).toBeInstanceOf(TypeError);
  });

  it('accepts listed origins, and the fragment and default port of a Request', async () => {
    const fetch = async (request: Request) => new Response(request.url);
    const send = createSignedFetch({ signer, fetch: asRequest(fetch), origins: ['https://bank.example', 'https://other.example:8443/'] });
    expect(await (await send(new Request('https://BANK.example:443/a?#x'))).text()).toContain('https://bank.example/a?');
    expect((await send('https://other.example:8443/')).status).toBe(200);
  });
});

describe('a text and a Request with the same URL', () => {
  it.each([
    '/items?filter[color]=red&filter[size]=2',
    '/items?a[]=1&a[]=2',
    "/o'neil?q=it's",
    '/a|b^c?q=a|b^c`',
    '/{id}?q={"a":1}',
    '/%7e%zz?q=%c3%a9%41',
    '/ü?ü=€',
    '/a/../b//c/?',
    '/plain?a=1&b=2#fragment',
    '/?a+b=%2B+%20',
  ])('%s: arrive alike', async (target) => {
    const send = createSignedFetch({ signer });
    const init = { method: 'POST', body: 'x', headers: { 'x-a': '1' } };
    await send(server.origin + target, init);
    await send(new URL(server.origin + target), init);
    await send(new Request(server.origin + target, init));
    await send(new Request(server.origin + target), init);
    const [first, ...others] = server.arrivals;
    for (const { method, url, text, headers } of others)
      expect([method, url, text, headers['x-a'], headers['content-type']]).toEqual([
        'POST',
        first!.url,
        'x',
        '1',
        'text/plain;charset=UTF-8',
      ]);
    for (const arrival of server.arrivals) await verifying(server.host)(arrival);
  });

  it('keeps everything standard of a Request that is rebuilt', async () => {
    const controller = new AbortController();
    const seen: Request[] = [];
    const fetch = asRequest(async (request) => {
      seen.push(request);
      return new Response();
    });
    const init = {
      method: 'PUT',
      headers: { 'x-a': '1' },
      body: 'content',
      credentials: 'include',
      mode: 'same-origin',
      cache: 'reload',
      integrity: 'sha256-x',
      keepalive: true,
      referrerPolicy: 'no-referrer',
      signal: controller.signal,
    } as const;
    for (const target of ['/plain', '/a[b]'])
      await createSignedFetch({ signer, fetch })(new Request(`https://bank.example${target}`, init));
    const { headers: _, body: _body, signal: _signal, ...standard } = init;
    for (const request of seen) {
      expect(request).toMatchObject({ ...standard, redirect: 'manual' });
      expect(request.headers.get('x-a')).toBe('1');
      expect(await request.text()).toBe('content');
    }
    controller.abort('enough');
    for (const { signal } of seen) expect(signal.reason).toBe('enough');
  });
});

describe('caches', () => {
  /** The cache mode a request is sent with, as far as we say anything. */
  async function modeOf(input: string | Request, init?: RequestInit): Promise<unknown> {
    let mode: unknown;
    const fetch: Fetch = async (given, more) => {
      mode = given instanceof Request ? given.cache : more?.cache;
      return new Response();
    };
    await createSignedFetch({ signer, fetch })(input, init);
    return mode;
  }
  const url = 'https://bank.example/';

  it('are not to answer a signed request, since they do not vary by signature', async () => {
    expect(await modeOf(url)).toBe('no-store');
    expect(await modeOf(new Request(url))).toBe('no-store');
  });

  it("are the caller's affair where the caller says anything", async () => {
    expect(await modeOf(url, { cache: 'force-cache' })).toBe('force-cache');
    expect(await modeOf(url, { cache: 'default' })).toBe('default');
    expect(await modeOf(new Request(url, { cache: 'reload' }))).toBe('reload');
    expect(await modeOf(new Request(url), { cache: 'no-cache' })).toBe('no-cache');
  });

  it('of Next.js, which reads `next`, are left to it', async () => {
    const next = { revalidate: 60 };
    expect(await modeOf(url, { next } as RequestInit)).toBeUndefined();
    expect(await modeOf(new Request(url), { next } as RequestInit)).toBe('default');
    expect(await modeOf(Object.assign(new Request(url), { next }))).toBe('default');
  });

  it('hands `next` on, also beside a Request, and after a redirect', async () => {
    const seen: unknown[] = [];
    const fetch: Fetch = async (_, more) => {
      seen.push((more as { next?: unknown } | undefined)?.next);
      return seen.length % 2 === 1 ? Response.redirect(`${url}end`, 307) : new Response();
    };
    const next = { tags: ['a'] };
    const send = createSignedFetch({ signer, fetch });
    await send(url, { next } as RequestInit);
    await send(new Request(url), { next } as RequestInit);
    await send(Object.assign(new Request(url), { next }));
    expect(seen).toEqual([next, next, next, next, next, next]);
  });
});

describe('what engines would quote', () => {
  const secret = 's3cret';
  it.each<[string, unknown, RequestInit | undefined, string]>([
    ['a URL that cannot be read', `https://u:${secret}@bank example/`, undefined, 'URL'],
    ['a value with a line break', 'https://bank.example/', { headers: { 'x-key': `${secret}\n${secret}` } }, 'x-key'],
    ['a value beyond Latin-1', 'https://bank.example/', { headers: [['x-key', `${secret}☃`]] }, 'x-key'],
    ['a value that is an object', 'https://bank.example/', { headers: { 'x-key': { secret } as never } }, 'x-key'],
    ['a name that is none', 'https://bank.example/', { headers: { [`x ${secret}`]: '1' } }, 'headers'],
    ['fields that are a text', 'https://bank.example/', { headers: `x-key: ${secret}` as never }, 'headers'],
    ['pairs that are none', 'https://bank.example/', { headers: [[secret]] as never }, 'headers'],
  ])('%s: a TypeError that does not', async (_, input, init, named) => {
    const error = (await refusedBefore(input as string, init)) as Error & { input?: unknown };
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(named);
    expect(`${inspect(error)} ${error.input}`).not.toContain(secret);
  });

  it('sends what can be sent', async () => {
    const headers: HeadersInit = [
      ['x-a', ' José '],
      ['X-B', '1'],
      ['x-b', '2'],
    ];
    for (const given of [headers, new Headers(headers), Object.fromEntries(headers), new Map(headers.map(([a, b]) => [a!, b!]))])
      await createSignedFetch({ signer })(server.origin, { headers: given as HeadersInit });
    for (const arrival of server.arrivals) expect(arrival.headers['x-a']).toBe('José');
  });
});

describe('relative URLs', () => {
  it('resolve as fetch resolves them: against the document, else the worker', async () => {
    const fetch = async (request: Request) => new Response(request.url);
    vi.stubGlobal('location', { href: 'https://bank.example/app/page' });
    expect(await (await createSignedFetch({ signer, fetch: asRequest(fetch) })('x?y')).text()).toBe('https://bank.example/app/x?y');
    vi.stubGlobal('document', { baseURI: 'https://bank.example/base/' });
    expect(await (await createSignedFetch({ signer, fetch: asRequest(fetch) })('x')).text()).toBe('https://bank.example/base/x');
    expect(await refusedBefore('//evil.example/x', undefined, { origins: ['https://bank.example'] })).toMatchObject({
      code: 'origin_forbidden',
    });
  });
});

describe('limits', () => {
  const endless = () => {
    const state = { pulled: 0, cancelled: false };
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        state.pulled++;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel: () => void (state.cancelled = true),
    });
    return { state, stream };
  };

  it('stops reading a stream there', async () => {
    const { state, stream } = endless();
    expect(await refusedBefore('https://bank.example/', { method: 'POST', body: stream }, { maxBodyBytes: 10_000 })).toMatchObject({
      code: 'body_too_large',
    });
    expect(state.cancelled).toBe(true);
    expect(state.pulled).toBeLessThan(15);
  });

  it('stops reading an iterable there', async () => {
    let ended = false;
    const body = (async function* () {
      try {
        for (;;) yield new Uint8Array(1024);
      } finally {
        ended = true;
      }
    })();
    expect(await refusedBefore('https://bank.example/', { method: 'POST', body: body as never }, { maxBodyBytes: 10_000 })).toMatchObject({
      code: 'body_too_large',
    });
    expect(ended).toBe(true);
  });

  it('stops reading the stream of a Request there', async () => {
    const { state, stream } = endless();
    const request = new Request('https://bank.example/', { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
    expect(await refusedBefore(request, undefined, { maxBodyBytes: 10_000 })).toMatchObject({ code: 'body_too_large' });
    expect(state.pulled).toBeLessThan(20);
  });

  it.each<[string, BodyInit]>([
    ['string', 'ä'.repeat(51)],
    ['bytes', new Uint8Array(101)],
    ['Blob', new Blob([new Uint8Array(101)])],
    ['URLSearchParams', new URLSearchParams({ a: 'b'.repeat(100) })],
  ])('refuses a %s that is larger', async (_, body) => {
    expect(await refusedBefore('https://bank.example/', { method: 'POST', body }, { maxBodyBytes: 100 })).toMatchObject({
      code: 'body_too_large',
    });
  });

  it('takes exactly that many', async () => {
    for (const body of ['a'.repeat(100), new Uint8Array(100), new Blob([new Uint8Array(100)]).stream()]) {
      await createSignedFetch({ signer, maxBodyBytes: 100 })(server.origin, { method: 'POST', body });
      expect((await verifying(server.host)(server.arrivals.at(-1)!)).bytes).toHaveLength(100);
    }
  });

  it('refuses chunks that are no bytes', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue('text') });
    expect(await refusedBefore('https://bank.example/', { method: 'POST', body })).toBeInstanceOf(TypeError);
  });
});

describe('content that is not covered', () => {
  const options = { signer, insecurelyAllowUncovered: ['content-digest'] } as const;

  it('goes as a stream, only when the verifier allows the same', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      { pull: (controller) => (++pulled > 3 ? controller.close() : controller.enqueue(new Uint8Array([65]))) },
      { highWaterMark: 0 },
    );
    await createSignedFetch({ ...options, maxBodyBytes: 1 })(server.origin, { method: 'POST', body });
    const arrival = server.arrivals.at(-1)!;
    expect(arrival.headers['transfer-encoding']).toBe('chunked');
    expect(arrival.headers['content-digest']).toBeUndefined();
    expect(arrival.text).toBe('AAA');
    expect(await rejection(verifying(server.host)(arrival))).toMatchObject({ code: 'digest_missing' });
    const verified = await verifying(server.host, { policy: { insecurelyAllowUncovered: ['content-digest'] } })(arrival);
    expect(() => verified.bytes).toThrow();
  });

  it('is never so without the option: a stream is buffered', async () => {
    await createSignedFetch({ signer })(server.origin, { method: 'POST', body: new Blob(['x']).stream() });
    expect((await verifying(server.host)(server.arrivals.at(-1)!)).bytes).toHaveLength(1);
  });

  /** As Firefox: a Request has no `body`, and a stream is taken for text. */
  class FirefoxRequest extends Request {
    constructor(input: RequestInfo | URL, init: RequestInit & { duplex?: string } = {}) {
      const { duplex: _, ...rest } = init;
      super(input, rest.body instanceof ReadableStream ? { ...rest, body: String(rest.body) } : rest);
    }
    override get body(): never {
      return undefined as never;
    }
    override clone(): never {
      return Object.defineProperty(super.clone(), 'body', { value: undefined }) as never;
    }
  }

  it('never becomes the text "[object ReadableStream]"', async () => {
    vi.stubGlobal('Request', FirefoxRequest);
    const body = () => new Blob(['real bytes']).stream();
    expect(await rejection(createSignedFetch(options)(server.origin, { method: 'POST', body: body() }))).toMatchObject({
      code: 'body_uncoverable',
    });
    expect(server.arrivals).toHaveLength(0);
    await createSignedFetch({ signer })(server.origin, { method: 'POST', body: body() });
    expect(server.arrivals.at(-1)!.text).toBe('real bytes');
    await createSignedFetch({ signer })(server.origin, { method: 'POST', body: new Blob(['blob']) });
    expect((await verifying(server.host)(server.arrivals.at(-1)!)).text()).toBe('blob');
    await createSignedFetch({ signer })(server.origin);
    await createSignedFetch({ signer })(new FirefoxRequest(server.origin, { method: 'POST', body: 'request' }));
    expect((await verifying(server.host)(server.arrivals.at(-1)!)).text()).toBe('request');
  });

  it('is said where a runtime cannot not cache', async () => {
    // workerd of an old compatibility date: `cache` throws, and Request.prototype does not have it.
    class OldRequest {
      constructor(input: RequestInfo | URL, init: RequestInit = {}) {
        if ('cache' in init) throw new Error('not implemented');
        // biome-ignore lint/correctness/noConstructorReturn: a stand-in
        return new original(input, init) as never;
      }
    }
    const original = Request;
    vi.stubGlobal('Request', OldRequest);
    expect((await createSignedFetch({ signer })(server.origin)).status).toBe(200);
  });
});

describe('fields that a runtime drops (header_dropped)', () => {
  class BrowserRequest extends Request {
    constructor(input: RequestInfo | URL, init: RequestInit = {}) {
      super(input, init);
      this.headers.delete('date');
    }
  }

  it('refuses to sign without a covered field', async () => {
    vi.stubGlobal('Request', BrowserRequest);
    const send = createSignedFetch({ signer, components: ['@method', 'Date'] });
    expect(await rejection(send(server.origin, { headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }))).toMatchObject({
      code: 'header_dropped',
      target: 'date',
    });
    const bytewise = createSignedFetch({ signer, components: ['"date";bs'] });
    expect(await rejection(bytewise(server.origin, { headers: [['DATE', 'x']] }))).toMatchObject({
      code: 'header_dropped',
      target: 'date',
    });
    expect(server.arrivals).toHaveLength(0);
  });

  it('calls a covered field that the caller never gave a TypeError', async () => {
    expect(await rejection(createSignedFetch({ signer, components: ['x-tenant'] })(server.origin))).toBeInstanceOf(TypeError);
  });

  it.each(['signature', 'signature-input', 'content-digest'])('refuses to send without %s', async (name) => {
    class NoRequest extends Request {
      constructor(input: RequestInfo | URL, init?: RequestInit) {
        super(input, init);
        const set = this.headers.set.bind(this.headers);
        this.headers.set = (field, value) => (field === name ? undefined : set(field, value));
      }
    }
    vi.stubGlobal('Request', NoRequest);
    const fetch = vi.fn(globalThis.fetch);
    const error = await rejection(createSignedFetch({ signer, fetch })('https://bank.example/', { method: 'POST', body: 'x' }));
    expect(error).toBeInstanceOf(SignedFetchError);
    expect(error).toMatchObject({ code: 'header_dropped', target: name });
    expect(fetch).not.toHaveBeenCalled();
  });
});

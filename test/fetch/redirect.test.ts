import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';

import { type Arrival, asRequest, openRecorder, type Recorder, rejection, SECRET, signer, verifying } from './server.ts';

let bank: Recorder;
let other: Recorder;

beforeAll(async () => {
  [bank, other] = [await openRecorder(), await openRecorder()];
});
afterAll(() => Promise.all([bank.close(), other.close()]));
beforeEach(() => {
  for (const server of [bank, other]) {
    server.arrivals.length = 0;
    server.answer((_, response) => response.end('arrived'));
  }
});

/** `from` answers its first request with a redirect. */
function redirect(from: Recorder, status: number, location: string): void {
  from.answer(({ url }, response) => {
    if (url === '/start') response.writeHead(status, { location }).end('moved');
    else response.end('arrived');
  });
}

const post = {
  method: 'POST',
  body: '{"amount":10}',
  headers: {
    'content-type': 'application/json',
    'content-language': 'en',
    'x-api-key': 'k3y',
    authorization: 'Bearer t0ken',
    cookie: 'session=1',
    'x-trace': 't',
  },
};
const nonceOf = ({ headers }: Arrival) => /nonce="(.*?)"/.exec(String(headers['signature-input']))![1];

describe('redirects within the origin', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
  ])('%i of %s is followed with %s, signed anew', async (status, method, expected) => {
    redirect(bank, status, '/end?a=1#fragment');
    const response = await createSignedFetch({ signer })(`${bank.origin}/start`, { ...post, method });
    expect(await response.text()).toBe('arrived');
    expect(response.url).toBe(`${bank.origin}/end?a=1`);
    const [first, second] = bank.arrivals;
    expect(second).toMatchObject({ method: expected, url: '/end?a=1' });
    expect(nonceOf(second!)).not.toBe(nonceOf(first!));
    const verify = verifying(bank.host);
    await verify(first!);
    const verified = await verify(second!);
    if (expected === 'GET') {
      expect(verified.bytes).toHaveLength(0);
      for (const name of ['content-type', 'content-language', 'content-digest', 'content-length'])
        expect(second!.headers[name]).toBeUndefined();
    } else {
      expect(verified.text()).toBe(post.body);
      expect(second!.headers['content-type']).toBe('application/json');
    }
    // The same origin: what identifies the caller goes along.
    expect(second!.headers).toMatchObject({ 'x-api-key': 'k3y', authorization: 'Bearer t0ken', cookie: 'session=1', 'x-trace': 't' });
  });

  it.each([
    ['bytes', () => new Uint8Array([1, 2, 3])],
    ['Blob', () => new Blob(['blob'], { type: 'x/y' })],
    ['stream', () => new Blob(['stream']).stream()],
    [
      'FormData',
      () => {
        const form = new FormData();
        form.set('a', new Blob(['file']), 'f');
        return form;
      },
    ],
  ])('307 sends %s again, byte for byte', async (_, body) => {
    redirect(bank, 307, '/end');
    await createSignedFetch({ signer })(`${bank.origin}/start`, { method: 'POST', body: body() });
    const [first, second] = bank.arrivals;
    expect(second!.text).toBe(first!.text);
    expect(second!.headers['content-type']).toBe(first!.headers['content-type']);
    await verifying(bank.host)(second!);
  });

  it('HEAD stays HEAD, and 303 of GET stays GET', async () => {
    redirect(bank, 303, '/end');
    await createSignedFetch({ signer })(`${bank.origin}/start`, { method: 'HEAD' });
    await createSignedFetch({ signer })(`${bank.origin}/start`);
    expect(bank.arrivals.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'GET', 'GET']);
  });

  it('makes a fixpoint of the target', async () => {
    redirect(bank, 302, "/a|b'?c='");
    await createSignedFetch({ signer })(`${bank.origin}/start`);
    expect(bank.arrivals.at(-1)!.url).toBe('/a%7Cb%27?c=%27');
    await verifying(bank.host)(bank.arrivals.at(-1)!);
  });

  it('ends after maxRedirects', async () => {
    bank.answer((_, response) => response.writeHead(302, { location: '/start' }).end());
    expect(await rejection(createSignedFetch({ signer, maxRedirects: 3 })(`${bank.origin}/start`))).toMatchObject({
      code: 'redirect_forbidden',
      target: `${bank.origin}/start`,
    });
    expect(bank.arrivals).toHaveLength(4);
    await rejection(createSignedFetch({ signer })(`${bank.origin}/start`));
    expect(bank.arrivals).toHaveLength(4 + 11);
    expect(await rejection(createSignedFetch({ signer, maxRedirects: 0 })(`${bank.origin}/start`))).toMatchObject({
      code: 'redirect_forbidden',
    });
  });

  it('hands over a redirect without a target, and other 3xx', async () => {
    bank.answer((_, response) => response.writeHead(302).end('nowhere'));
    expect(await (await createSignedFetch({ signer })(bank.origin)).text()).toBe('nowhere');
    bank.answer((_, response) => response.writeHead(304).end());
    expect((await createSignedFetch({ signer })(bank.origin)).status).toBe(304);
  });

  it('drops a signature of somebody else: it was for the old URL', async () => {
    redirect(bank, 307, '/end');
    const inner = createSignedFetch({ signer });
    await inner(`${bank.origin}/start`, { headers: { 'signature-input': 'proxy=("@path")', signature: 'proxy=:AAAA:' } });
    expect(bank.arrivals[0]!.headers['signature-input']).toMatch(/^proxy=.*, sig=/);
    expect(bank.arrivals[1]!.headers['signature-input']).toMatch(/^sig=/);
    expect(bank.arrivals[1]!.headers['signature']).not.toContain('proxy');
  });

  it('keeps signal and cache mode, and what only the runtime knows', async () => {
    redirect(bank, 307, '/end');
    const controller = new AbortController();
    const seen: Request[] = [];
    const fetch = (request: Request) => {
      seen.push(request);
      return globalThis.fetch(request);
    };
    await createSignedFetch({ signer, fetch: asRequest(fetch) })(
      new Request(`${bank.origin}/start`, { ...post, credentials: 'include', signal: controller.signal }),
    );
    expect(seen[1]).toMatchObject({ cache: 'no-store', credentials: 'include', redirect: 'manual' });
    controller.abort('enough');
    expect(seen[1]!.signal.reason).toBe('enough');
  });

  it('does not follow with content that was an unread stream', async () => {
    redirect(bank, 307, '/end');
    const send = createSignedFetch({ signer, insecurelyAllowUncovered: ['content-digest'] });
    const body = () => new Blob(['x']).stream();
    expect(await rejection(send(`${bank.origin}/start`, { method: 'POST', body: body() }))).toMatchObject({ code: 'redirect_forbidden' });
    redirect(bank, 303, '/end');
    expect(await (await send(`${bank.origin}/start`, { method: 'POST', body: body() })).text()).toBe('arrived');
  });
});

describe("the caller's own redirect mode", () => {
  it('manual: the redirect itself', async () => {
    redirect(bank, 302, '/end');
    const response = await createSignedFetch({ signer })(`${bank.origin}/start`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/end']);
    expect((await createSignedFetch({ signer })(new Request(`${bank.origin}/start`, { redirect: 'manual' }))).status).toBe(302);
    expect(bank.arrivals).toHaveLength(2);
  });

  it('error: a typed error', async () => {
    redirect(bank, 302, '/end');
    const send = createSignedFetch({ signer });
    expect(await rejection(send(`${bank.origin}/start`, { redirect: 'error' }))).toMatchObject({
      code: 'redirect_forbidden',
      target: `${bank.origin}/end`,
    });
    expect(await rejection(send(new Request(`${bank.origin}/start`, { redirect: 'error' })))).toMatchObject({ code: 'redirect_forbidden' });
    expect(bank.arrivals).toHaveLength(2);
    // init goes before the Request.
    expect((await send(new Request(`${bank.origin}/start`, { redirect: 'error' }), { redirect: 'follow' })).status).toBe(200);
  });
});

describe("redirect: 'error' rejects on every redirect", () => {
  it.each([301, 302, 303, 307, 308])('%i, with and without a target', async (status) => {
    for (const location of ['/end', undefined, 'data:,x']) {
      bank.answer((_, response) => response.writeHead(status, location === undefined ? {} : { location }).end());
      const error = await rejection(createSignedFetch({ signer })(`${bank.origin}/start`, { redirect: 'error' }));
      expect(error).toMatchObject({ code: 'redirect_forbidden' });
    }
    expect(bank.arrivals).toHaveLength(3);
  });

  it.each([200, 300, 304, 404])('but %i is none', async (status) => {
    bank.answer((_, response) => response.writeHead(status, { location: '/end' }).end());
    expect((await createSignedFetch({ signer })(`${bank.origin}/start`, { redirect: 'error' })).status).toBe(status);
  });
});

describe('what a followed response says of itself', () => {
  it('is the truth: redirected, and where it comes from', async () => {
    redirect(bank, 307, '/end?a=1#fragment');
    const send = createSignedFetch({ signer });
    const response = await send(`${bank.origin}/start`, post);
    expect([response.redirected, response.url]).toEqual([true, `${bank.origin}/end?a=1`]);
    const clone = response.clone().clone();
    expect([clone.redirected, clone.url, await clone.text()]).toEqual([true, `${bank.origin}/end?a=1`, 'arrived']);
    expect(await response.text()).toBe('arrived');
    const direct = await send(`${bank.origin}/end`);
    expect([direct.redirected, direct.url]).toEqual([false, `${bank.origin}/end`]);
  });

  it('also where a fetch of another make gives no URL', async () => {
    const fetch = asRequest(async ({ url }) =>
      url.endsWith('/start') ? new Response(null, { status: 302, headers: { location: '/end' } }) : new Response(),
    );
    const response = await createSignedFetch({ signer, fetch })('https://bank.example/start');
    expect([response.redirected, response.url]).toEqual([true, 'https://bank.example/end']);
  });
});

describe('redirects that anybody on the way may have written', () => {
  /** A server that redirects its first path; what it was asked for. */
  function plain(location: string, status = 307) {
    const sent: string[] = [];
    const fetch = asRequest(async ({ url, method }) => {
      sent.push(`${method} ${url}`);
      return url.endsWith('/news') && sent.length === 1 ? new Response(null, { status, headers: { location } }) : new Response('ok');
    });
    return { sent, fetch };
  }

  it.each(['/transfer?to=mallory', '/news', 'https://bank.example/transfer', 'http://127.0.0.1/'])(
    'plain http: nothing is signed for %s',
    async (location) => {
      for (const method of ['GET', 'POST']) {
        const { sent, fetch } = plain(location);
        const origins = ['http://bank.example', 'https://bank.example', 'http://127.0.0.1'];
        const send = createSignedFetch({ signer, fetch, origins, crossOriginRedirects: true });
        const error = await rejection(send('http://bank.example/news', { method }));
        expect(error).toMatchObject({ code: 'redirect_forbidden' });
        expect((error as Error).message).toContain('plain http');
        expect(sent).toEqual([`${method} http://bank.example/news`]);
      }
    },
  );

  it.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:1', 'https://bank.example'])('%s: is followed', async (origin) => {
    const { sent, fetch } = plain('/end');
    await createSignedFetch({ signer, fetch })(`${origin}/news`);
    expect(sent).toHaveLength(2);
  });

  it('nor does this machine lead to plain http elsewhere', async () => {
    const { sent, fetch } = plain('http://bank.example/end');
    const origins = ['http://localhost', 'http://bank.example'];
    const error = await rejection(createSignedFetch({ signer, fetch, origins, crossOriginRedirects: true })('http://localhost/news'));
    expect(error).toMatchObject({ code: 'redirect_forbidden', target: 'http://bank.example/end' });
    expect(sent).toHaveLength(1);
  });

  it('an answer of somebody else leads nowhere', async () => {
    const fetch = async () => Object.defineProperty(Response.redirect('https://bank.example/b'), 'url', { value: 'https://evil.example/' });
    expect(await rejection(createSignedFetch({ signer, fetch: asRequest(fetch) })('https://bank.example/a'))).toMatchObject({
      code: 'redirect_forbidden',
    });
  });

  it('plain http that a mesh protects is followed, if it is named', async () => {
    const { sent, fetch } = plain('/end');
    const send = createSignedFetch({ signer, fetch, insecurelyTrustPlainHttp: ['http://bank.svc.cluster.local'] });
    await send('http://bank.svc.cluster.local/news');
    expect(sent).toEqual(['GET http://bank.svc.cluster.local/news', 'GET http://bank.svc.cluster.local/end']);
  });
});

describe('redirects to another origin', () => {
  it.each([301, 302, 303, 307, 308])('%i: nothing at all arrives there', async (status) => {
    redirect(bank, status, `${other.origin}/steal?x=1`);
    const error = await rejection(createSignedFetch({ signer })(`${bank.origin}/start?secret=1`.replace('?secret=1', ''), post));
    expect(error).toMatchObject({ name: 'SignedFetchError', code: 'redirect_forbidden', target: `${other.origin}/steal?x=1` });
    expect(other.arrivals).toHaveLength(0);
  });

  it.each([
    '//127.0.0.1:PORT/x',
    'http:\\\\127.0.0.1:PORT\\x',
    ' http://127.0.0.1:PORT/x',
    'http://127.1:PORT/x',
    'http://u:p@127.0.0.1:PORT/x',
  ])('%s is another origin', async (location) => {
    redirect(bank, 302, location.replace('PORT', new URL(other.origin).port));
    expect(await rejection(createSignedFetch({ signer })(`${bank.origin}/start`, post))).toMatchObject({ code: 'redirect_forbidden' });
    expect(other.arrivals).toHaveLength(0);
  });

  it.each(['data:text/plain,x', 'javascript:1', 'file:///etc/passwd', 'http://', 'https://u:p@bank.example/'])(
    '%s is no target',
    async (location) => {
      redirect(bank, 302, location);
      const error = await rejection(createSignedFetch({ signer })(`${bank.origin}/start`));
      expect(error).toMatchObject({ code: 'redirect_forbidden' });
      expect(String((error as Error).message)).not.toContain('u:p');
    },
  );

  it('also to one of the origins, unless that was asked for', async () => {
    redirect(bank, 307, `${other.origin}/end`);
    const error = await rejection(createSignedFetch({ signer, origins: [bank.origin, other.origin] })(`${bank.origin}/start`, post));
    expect(error).toMatchObject({ code: 'redirect_forbidden', target: `${other.origin}/end` });
    expect((error as Error).message).toContain('crossOriginRedirects');
    expect(other.arrivals).toHaveLength(0);
  });

  it('(crossOriginRedirects needs to know which)', () => {
    expect(() => createSignedFetch({ signer, crossOriginRedirects: true })).toThrow('origins');
  });

  it('even then only to one of the origins', async () => {
    redirect(bank, 307, `${other.origin}/end`);
    const send = createSignedFetch({ signer, origins: [bank.origin], crossOriginRedirects: true });
    expect(await rejection(send(`${bank.origin}/start`, post))).toMatchObject({ code: 'redirect_forbidden' });
    expect(other.arrivals).toHaveLength(0);
  });

  const KEYS = ['dpop', 'private-token', 'x-goog-api-key', 'x-amz-security-token', 'x-csrf-token', 'proxy-authorization', 'x-anything'];

  it('a listed one gets body and signature, made for it, and only what is no key to the first', async () => {
    redirect(bank, 307, `${other.origin}/end`);
    const send = createSignedFetch({
      signer,
      origins: [bank.origin, other.origin],
      crossOriginRedirects: true,
      crossOriginFields: ['X-Trace'],
    });
    const headers = { ...post.headers, ...Object.fromEntries(KEYS.map((name) => [name, 'k3y'])), accept: 'a/b', 'idempotency-key': '1' };
    expect(await (await send(`${bank.origin}/start`, { ...post, headers })).text()).toBe('arrived');
    const [arrival] = other.arrivals;
    expect((await verifying(other.host)(arrival!)).text()).toBe(post.body);
    for (const name of ['authorization', 'cookie', 'x-api-key', ...KEYS]) expect(arrival!.headers[name], name).toBeUndefined();
    expect(arrival!.headers).toMatchObject({ 'x-trace': 't', accept: 'a/b', 'idempotency-key': '1', 'content-language': 'en' });
    expect(JSON.stringify(arrival!.headers)).not.toContain(nonceOf(bank.arrivals[0]!)!);
    expect(JSON.stringify([arrival!.headers, arrival!.text])).not.toContain(SECRET);
  });

  it('a covered field that may not go along ends it', async () => {
    redirect(bank, 307, `${other.origin}/end`);
    const send = createSignedFetch({ signer, origins: [bank.origin, other.origin], crossOriginRedirects: true, components: ['x-api-key'] });
    expect(await rejection(send(`${bank.origin}/start`, post))).toMatchObject({ code: 'header_dropped', target: 'x-api-key' });
    expect(other.arrivals).toHaveLength(0);
  });

  it('https never leads to http, not even to a listed origin', async () => {
    const sent: string[] = [];
    const fetch = async ({ url }: Request) => {
      sent.push(url);
      return new Response(null, { status: 302, headers: { location: 'http://bank.example/' } });
    };
    const send = createSignedFetch({
      signer,
      fetch: asRequest(fetch),
      origins: ['https://bank.example', 'http://bank.example'],
      crossOriginRedirects: true,
    });
    expect(await rejection(send('https://bank.example/'))).toMatchObject({ code: 'redirect_forbidden', target: 'http://bank.example/' });
    expect(sent).toEqual(['https://bank.example/']);
  });
});

describe('browsers, which hide the target', () => {
  const opaque = async () =>
    Object.defineProperties(new Response(), { status: { value: 0 }, type: { value: 'opaqueredirect' }, ok: { value: false } });

  it('give a typed error that names what redirected, without its query', async () => {
    const error = (await rejection(createSignedFetch({ signer, fetch: asRequest(opaque) })('https://bank.example/coins?token=t'))) as Error;
    expect(error).toMatchObject({ code: 'redirect_forbidden' });
    expect(error.message).toContain('https://bank.example/coins ');
    expect(error.message).not.toContain('token');
  });

  it('give the caller who wants it the opaque redirect', async () => {
    expect((await createSignedFetch({ signer, fetch: asRequest(opaque) })('https://bank.example/', { redirect: 'manual' })).type).toBe(
      'opaqueredirect',
    );
  });
});

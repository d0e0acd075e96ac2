import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isVerificationError } from '../../src/errors.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';

import { asRequest, openRecorder, type Recorder, refuse, rejection, signer, verifying } from './server.ts';

const SERVER_TIME = 1_800_000_000;
let server: Recorder;
beforeAll(async () => {
  server = await openRecorder();
});
afterAll(() => server.close());

beforeEach(() => {
  server.arrivals.length = 0;
  const verify = verifying(server.host, { now: () => SERVER_TIME });
  server.answer(async (arrival, response) => {
    try {
      response.end((await verify(arrival)).text());
    } catch (error) {
      if (!isVerificationError(error)) throw error;
      const { status, headers, body } = error.toProblem();
      response.writeHead(status, headers).end(body);
    }
  });
});

const post = { method: 'POST', body: 'ten coins' };

describe('a clock that is wrong', () => {
  it.each([-2400, 2400, -86_400, 86_400])('by %i seconds is corrected after one refusal, and right from then on', async (offset) => {
    const send = createSignedFetch({ signer, now: () => SERVER_TIME + offset });
    expect(await (await send(`${server.origin}/coins`, post)).text()).toBe('ten coins');
    expect(server.arrivals).toHaveLength(2);
    await send(`${server.origin}/coins`, post);
    expect(server.arrivals).toHaveLength(3);
  });

  it('is corrected for calls in flight, too', async () => {
    const send = createSignedFetch({ signer, now: () => SERVER_TIME - 2400 });
    const responses = await Promise.all(Array.from({ length: 8 }, () => send(server.origin, post)));
    expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it('is corrected again when it is set right', async () => {
    let offset = -2400;
    const send = createSignedFetch({ signer, now: () => SERVER_TIME + offset });
    await send(server.origin, post);
    offset = 0;
    expect((await send(server.origin, post)).status).toBe(200);
    expect(server.arrivals).toHaveLength(4);
  });

  it('stays wrong when the caller wants that; the refusal can be read', async () => {
    const response = await createSignedFetch({ signer, correctClock: false, now: () => SERVER_TIME - 2400 })(server.origin, post);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'expired' });
    expect(server.arrivals).toHaveLength(1);
  });

  it('by more than a day stays wrong', async () => {
    const response = await createSignedFetch({ signer, now: () => SERVER_TIME - 86_401 })(server.origin, post);
    expect(await response.json()).toMatchObject({ code: 'expired' });
    expect(server.arrivals).toHaveLength(1);
  });

  it('works with a redirect after it', async () => {
    const verify = verifying(server.host, { now: () => SERVER_TIME });
    server.answer(async (arrival, response) => {
      const ok = await verify(arrival).then(
        () => true,
        () => false,
      );
      if (!ok) refuse(response, 401, 'expired', SERVER_TIME);
      else if (arrival.url === '/start') response.writeHead(307, { location: '/end' }).end();
      else response.end(arrival.text);
    });
    const send = createSignedFetch({ signer, now: () => SERVER_TIME - 2400 });
    expect(await (await send(`${server.origin}/start`, post)).text()).toBe('ten coins');
    expect(server.arrivals.map(({ url }) => url)).toEqual(['/start', '/start', '/end']);
  });

  it('is not corrected for content that was an unread stream', async () => {
    const send = createSignedFetch({ signer, now: () => SERVER_TIME - 2400, insecurelyAllowUncovered: ['content-digest'] });
    expect((await send(server.origin, { method: 'POST', body: new Blob(['x']).stream() })).status).toBe(401);
  });
});

describe('a hostile answer changes nothing', () => {
  const NOW = 1_700_000_000;
  const problem = { type: 'urn:countersign:problem:expired', status: 401, code: 'expired', now: NOW + 3000 };
  const answer = (body: unknown, headers: Record<string, string> = {}, status = 401) =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    });

  /** What two calls were signed with. */
  async function createdOf(url: string, make: () => Response): Promise<readonly number[]> {
    const created: number[] = [];
    const fetch = async ({ headers }: Request) => {
      created.push(Number(/created=(\d+)/.exec(headers.get('signature-input')!)![1]) - NOW);
      return make();
    };
    const send = createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW });
    await send(url, post);
    await send(url, post);
    return created;
  }

  it('(an honest one does)', async () => {
    expect(await createdOf('https://bank.example/', () => answer(problem))).toEqual([0, 3000, 3000]);
    expect(
      await createdOf('http://localhost:8080/', () =>
        answer({ ...problem, type: 'urn:countersign:problem:created_in_future', code: 'created_in_future', now: NOW - 3000 }),
      ),
    ).toEqual([0, -3000, -3000]);
    expect(await createdOf('http://[::1]/', () => answer(problem))).toHaveLength(3);
  });

  it.each<[string, string, () => Response]>([
    ['ten years off', 'https://bank.example/', () => answer({ ...problem, now: NOW + 315_360_000 })],
    ['ten years early', 'https://bank.example/', () => answer({ ...problem, now: NOW - 315_360_000 })],
    ['plain http', 'http://bank.example/', () => answer(problem)],
    ['plain http that looks like loopback', 'http://127.0.0.1.evil.example/', () => answer(problem)],
    ['plain http that looks like localhost', 'http://localhost.evil.example/', () => answer(problem)],
    [
      'another code',
      'https://bank.example/',
      () => answer({ ...problem, type: 'urn:countersign:problem:nonce_replayed', code: 'nonce_replayed' }),
    ],
    ['another type', 'https://bank.example/', () => answer({ ...problem, type: 'about:blank' })],
    ['type and code that differ', 'https://bank.example/', () => answer({ ...problem, type: 'urn:countersign:problem:signature_missing' })],
    ['another content type', 'https://bank.example/', () => answer(problem, { 'content-type': 'application/json' })],
    ['another status', 'https://bank.example/', () => answer(problem, {}, 400)],
    ['no time', 'https://bank.example/', () => answer({ ...problem, now: undefined })],
    ['a time that is a text', 'https://bank.example/', () => answer({ ...problem, now: String(NOW + 3000) })],
    ['a fraction', 'https://bank.example/', () => answer({ ...problem, now: NOW + 3000.5 })],
    ['no JSON', 'https://bank.example/', () => answer('{')],
    ['null', 'https://bank.example/', () => answer('null')],
    ['a text', 'https://bank.example/', () => answer('"expired"')],
    [
      'no UTF-8',
      'https://bank.example/',
      () => new Response(new Uint8Array([0xff]), { status: 401, headers: { 'content-type': 'application/problem+json' } }),
    ],
    [
      'an endless body',
      'https://bank.example/',
      () =>
        new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(9999)) }), {
          status: 401,
          headers: { 'content-type': 'application/problem+json' },
        }),
    ],
    ['another origin', 'https://bank.example/', () => Object.defineProperty(answer(problem), 'url', { value: 'https://evil.example/' })],
  ])('%s', async (_, url, make) => {
    expect(await createdOf(url, make)).toEqual([0, 0]);
  });

  it('nor does one origin for another', async () => {
    const created: string[] = [];
    const fetch = async ({ headers, url }: Request) => {
      created.push(/created=(\d+)/.exec(headers.get('signature-input')!)![1]!);
      return url.startsWith('https://a.') ? answer(problem) : new Response();
    };
    const send = createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW });
    await send('https://a.example/');
    await send('https://b.example/');
    expect(created).toEqual([NOW, NOW + 3000, NOW].map(String));
  });

  it('a server that is never content is asked twice, not more', async () => {
    let calls = 0;
    const fetch = async () => answer({ ...problem, now: NOW + ++calls });
    expect((await createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW })('https://bank.example/')).status).toBe(401);
    expect(calls).toBe(2);
  });

  it('aborting while it is told', async () => {
    const controller = new AbortController();
    const fetch = async () => {
      controller.abort('enough');
      return answer(problem);
    };
    const sent = createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW })('https://bank.example/', {
      signal: controller.signal,
    });
    expect(
      await Promise.resolve(sent).then(
        ({ status }) => status,
        (reason: unknown) => reason,
      ),
    ).toSatisfy((result) => result === 401 || result === 'enough');
    void rejection;
  });
});

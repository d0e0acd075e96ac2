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
  it.each([
    [-900, 900],
    [-899, undefined],
    [-2400, 86_400],
    [-86_400, 86_400],
    [2400, undefined],
    [86_400, 0],
  ])('by %i seconds is corrected after one refusal, and right from then on (at most %s ahead)', async (offset, maxClockAdvance) => {
    const send = createSignedFetch({ signer, maxClockAdvance, now: () => SERVER_TIME + offset });
    expect(await (await send(`${server.origin}/coins`, post)).text()).toBe('ten coins');
    expect(server.arrivals).toHaveLength(2);
    await send(`${server.origin}/coins`, post);
    expect(server.arrivals).toHaveLength(3);
  });

  it('is corrected for calls in flight, too', async () => {
    const send = createSignedFetch({ signer, now: () => SERVER_TIME - 600 });
    const responses = await Promise.all(Array.from({ length: 8 }, () => send(server.origin, post)));
    expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it('is corrected again when it is set right', async () => {
    let offset = -600;
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

  it.each([
    [-901, undefined],
    [-2401, 2400],
    [-1, 0],
    [-86_401, 86_400],
    [86_401, undefined],
  ])('by %i seconds stays wrong, where at most %s ahead is allowed', async (offset, maxClockAdvance) => {
    // The server must have something to refuse.
    const verify = verifying(server.host, { now: () => SERVER_TIME, policy: { maxAge: 1, futureSkew: 0 } });
    server.answer(async (arrival, response) => {
      const ok = await verify(arrival).then(
        () => true,
        () => false,
      );
      if (ok) response.end('ok');
      else refuse(response, 401, offset < 0 ? 'expired' : 'created_in_future', SERVER_TIME);
    });
    await createSignedFetch({ signer, maxClockAdvance, now: () => SERVER_TIME + offset })(server.origin, post);
    expect(server.arrivals).toHaveLength(1);
  });

  it('is asked of the server anew until a correction worked', async () => {
    let refusals = 3;
    server.answer((arrival, response) => {
      void arrival;
      if (refusals-- > 0) refuse(response, 401, 'expired', SERVER_TIME);
      else response.end('ok');
    });
    const send = createSignedFetch({ signer, now: () => SERVER_TIME - 600 });
    expect((await send(server.origin, post)).status).toBe(401);
    expect((await send(server.origin, post)).status).toBe(200);
    expect((await send(server.origin, post)).status).toBe(200);
    const created = server.arrivals.map(
      ({ headers }) => Number(/created=(\d+)/.exec(String(headers['signature-input']))![1]) - SERVER_TIME,
    );
    expect(created).toEqual([-600, 0, -600, 0, 0]);
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
    const send = createSignedFetch({ signer, now: () => SERVER_TIME - 600 });
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
  const problem = { type: 'urn:countersign:problem:expired', status: 401, code: 'expired', now: NOW + 600 };
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
    expect(await createdOf('https://bank.example/', () => answer(problem))).toEqual([0, 600, 0, 600]);
    expect(
      await createdOf('http://localhost:8080/', () =>
        answer({ ...problem, type: 'urn:countersign:problem:created_in_future', code: 'created_in_future', now: NOW - 600 }),
      ),
    ).toEqual([0, -600, 0, -600]);
    expect(await createdOf('http://[::1]/', () => answer(problem))).toHaveLength(4);
  });

  it.each<[string, string, () => Response]>([
    ['ten years off', 'https://bank.example/', () => answer({ ...problem, now: NOW + 315_360_000 })],
    ['ten years early', 'https://bank.example/', () => answer({ ...problem, now: NOW - 315_360_000 })],
    ['further ahead than a quarter of an hour', 'https://bank.example/', () => answer({ ...problem, now: NOW + 901 })],
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
    ['a time that is a text', 'https://bank.example/', () => answer({ ...problem, now: String(NOW + 600) })],
    ['a fraction', 'https://bank.example/', () => answer({ ...problem, now: NOW + 600.5 })],
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

  it('nor do small steps add up', async () => {
    let ahead = 0;
    const created: number[] = [];
    const fetch = async ({ headers }: Request) => {
      created.push(Number(/created=(\d+)/.exec(headers.get('signature-input')!)![1]) - NOW);
      return created.length % 2 === 1 ? answer({ ...problem, now: NOW + (ahead += 400) }) : new Response();
    };
    const send = createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW });
    for (let call = 0; call < 5; call++) await send('https://bank.example/', post);
    expect(Math.max(...created)).toBe(800);
  });

  it('(plain http that a mesh protects, if it is named)', async () => {
    const created: number[] = [];
    const fetch = async ({ headers }: Request) => {
      created.push(Number(/created=(\d+)/.exec(headers.get('signature-input')!)![1]) - NOW);
      return answer(problem);
    };
    const insecurelyTrustPlainHttp = ['http://bank.svc.cluster.local'];
    const send = createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW, insecurelyTrustPlainHttp });
    await send('http://bank.svc.cluster.local/');
    await send('http://other.svc.cluster.local/');
    expect(created).toEqual([0, 600, 0]);
  });

  it('nor does one origin for another', async () => {
    const created: string[] = [];
    const fetch = async ({ headers, url }: Request) => {
      created.push(/created=(\d+)/.exec(headers.get('signature-input')!)![1]!);
      return url.startsWith('https://a.') && created.length === 1 ? answer(problem) : new Response();
    };
    const send = createSignedFetch({ signer, fetch: asRequest(fetch), now: () => NOW });
    await send('https://a.example/');
    await send('https://b.example/');
    await send('https://a.example/');
    expect(created).toEqual([NOW, NOW + 600, NOW, NOW + 600].map(String));
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

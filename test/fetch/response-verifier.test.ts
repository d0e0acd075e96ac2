import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import type { SignedFetchOptions } from '../../src/fetch/options.ts';
import { createResponseVerifier, type ResponseVerifierOptions } from '../../src/fetch/response-verifier.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { type SignResponseOptions, signResponse } from '../../src/http/sign-response.ts';
import { createContentDigest } from '../../src/signature/content-digest.ts';

import { type Arrival, openRecorder, type Recorder, rejection, SECRET, signer } from './server.ts';

const bank = hmacSigner({ keyid: 'bank', secret: `${SECRET} of the bank` });
const trust = { resolveKey: (keyid: string) => (keyid === 'bank' ? hmacKey(`${SECRET} of the bank`) : undefined) };
let server: Recorder;
beforeAll(async () => {
  server = await openRecorder();
});
afterAll(() => server.close());

interface Answer {
  readonly body: Uint8Array;
  readonly status: number;
  readonly fields: readonly (readonly [string, string])[];
}

const nonceOf = ({ headers }: Arrival) => /nonce="(.*?)"/.exec(String(headers['signature-input']))![1]!;
const text = (content: string) => new TextEncoder().encode(content);

async function signed(arrival: Arrival, answer: Answer, options: Partial<SignResponseOptions> = {}): Promise<Answer> {
  const { fields } = await signResponse(answer, arrival.message, { signer: bank, nonce: nonceOf(arrival), ...options });
  return { ...answer, fields: [...answer.fields, ...fields] };
}

function write(response: ServerResponse, { body, fields, status }: Answer): void {
  response
    .writeHead(
      status,
      fields.flatMap((line) => [...line]),
    )
    .end(body);
}

const plain: Answer = {
  status: 201,
  body: text('{"credited":10}'),
  fields: [
    ['content-type', 'application/json'],
    ['x-more', '1'],
  ],
};
const post = { method: 'POST', body: 'ten coins' };
const create = (options: Partial<SignedFetchOptions> = {}) =>
  createSignedFetch({ signer, responseVerifier: createResponseVerifier(trust), ...options });

beforeEach(() => {
  server.arrivals.length = 0;
});

describe('responseVerifier', () => {
  it('hands over what was signed as the answer to this request', async () => {
    server.answer(async (arrival, response) => write(response, await signed(arrival, plain)));
    const response = await create()(server.origin, post);
    expect(response.status).toBe(201);
    expect(response.url).toBe(`${server.origin}/`);
    expect(await response.json()).toEqual({ credited: 10 });
  });

  it('takes responses without content', async () => {
    server.answer(async (arrival, response) => write(response, await signed(arrival, { status: 204, body: new Uint8Array(), fields: [] })));
    expect((await create()(server.origin)).status).toBe(204);
    await create()(server.origin, { method: 'DELETE' });
  });

  it.each<[string, (arrival: Arrival) => Promise<Answer> | Answer, string]>([
    ['is not signed', () => plain, 'signature_missing'],
    ['has other content', async (arrival) => ({ ...(await signed(arrival, plain)), body: text('{"credited":99}') }), 'digest_mismatch'],
    ['has another status', async (arrival) => ({ ...(await signed(arrival, plain)), status: 200 }), 'signature_mismatch'],
    [
      'answers another request',
      async (arrival) => signed({ ...arrival, message: { ...arrival.message, target: '/other' } }, plain),
      'signature_mismatch',
    ],
    ['answers an earlier request', (arrival) => signed(arrival, plain, { nonce: 'earlier' }), 'nonce_replayed'],
    ['is signed with the key of the client', (arrival) => signed(arrival, plain, { signer }), 'key_unknown'],
    ['is old', (arrival) => signed(arrival, plain, { created: Math.floor(Date.now() / 1000) - 1000 }), 'expired'],
    [
      'covers less',
      async (arrival) => {
        const { fields, ...rest } = await signed(arrival, plain);
        return { ...rest, fields: fields.map(([name, value]) => [name, value.replace('"@status" ', '')] as const) };
      },
      'component_uncovered',
    ],
  ])('refuses one that %s', async (_, answer, code) => {
    server.answer(async (arrival, response) => write(response, await answer(arrival)));
    expect(await rejection(create()(server.origin, post))).toMatchObject({
      name: 'SignedFetchError',
      code: 'response_refused',
      cause: { code },
    });
  });

  it('refuses one that is too large, without reading on', async () => {
    server.answer(async (arrival, response) => write(response, await signed(arrival, { ...plain, body: new Uint8Array(200_000) })));
    const send = create({ responseVerifier: createResponseVerifier({ ...trust, limits: { bodyBytes: 100_000 } }) });
    expect(await rejection(send(server.origin))).toMatchObject({ code: 'response_refused' });
    expect((await create()(server.origin)).status).toBe(201);
  });

  it('hands over the fields that the signature covers, and others only by name', async () => {
    server.answer(async (arrival, response) => {
      const answer = { ...plain, fields: [...plain.fields, ['x-other', '2'], ['set-cookie', 'a=1']] } as const;
      write(response, await signed(arrival, answer, { components: ['x-other'] }));
    });
    const fieldsOf = async (more: Partial<ResponseVerifierOptions>) =>
      Object.fromEntries((await create({ responseVerifier: createResponseVerifier({ ...trust, ...more }) })(server.origin, post)).headers);
    for (const streaming of [false, true]) {
      const covered = await fieldsOf({ streaming });
      expect(Object.keys(covered).sort()).toEqual(['content-digest', 'content-type', 'x-other']);
      expect(await fieldsOf({ streaming, insecurelyKeepFields: ['X-More', 'x-absent'] })).toEqual({ ...covered, 'x-more': '1' });
    }
  });

  it('says truly where it comes from, clones too', async () => {
    server.answer(async (arrival, response) => write(response, await signed(arrival, plain)));
    const clone = (await create()(`${server.origin}/a`, post)).clone();
    expect([clone.url, clone.redirected]).toEqual([`${server.origin}/a`, false]);
  });
});

describe('redirects where responses are verified', () => {
  const moved: Answer = { status: 307, body: new Uint8Array(), fields: [['location', '/end']] };
  const redirecting = (answer: (arrival: Arrival) => Promise<Answer> | Answer) =>
    server.answer(async (arrival, response) =>
      write(response, await (arrival.url === '/start' ? answer(arrival) : signed(arrival, plain))),
    );
  const covering = { components: ['location'] };

  it.each([false, true])('are followed if they are signed, location and all (streaming: %s)', async (streaming) => {
    redirecting((arrival) => signed(arrival, moved, covering));
    const response = await create({ responseVerifier: createResponseVerifier({ ...trust, streaming }) })(`${server.origin}/start`, post);
    expect([response.status, response.redirected, response.url]).toEqual([201, true, `${server.origin}/end`]);
    expect(await response.json()).toEqual({ credited: 10 });
  });

  it.each<[string, (arrival: Arrival) => Promise<Answer> | Answer]>([
    ['is not signed', () => moved],
    [
      'leads elsewhere than was signed',
      async (arrival) => {
        const { fields, ...rest } = await signed(arrival, moved, covering);
        return { ...rest, fields: fields.map(([name, value]) => [name, name === 'location' ? '/transfer' : value] as const) };
      },
    ],
    [
      'had no target when it was signed',
      async (arrival) => {
        const { fields, ...rest } = await signed(arrival, { ...moved, fields: [] });
        return { ...rest, fields: [['location', '/transfer'] as const, ...fields] };
      },
    ],
    ['answers another request', (arrival) => signed(arrival, moved, { ...covering, nonce: 'earlier' })],
    ['has another status', async (arrival) => ({ ...(await signed(arrival, moved, covering)), status: 302 })],
  ])('one that %s is redirect_forbidden', async (_, answer) => {
    redirecting(answer);
    for (const streaming of [false, true]) {
      server.arrivals.length = 0;
      const send = create({ responseVerifier: createResponseVerifier({ ...trust, streaming }) });
      expect(await rejection(send(`${server.origin}/start`, post))).toMatchObject({ code: 'redirect_forbidden' });
      expect(server.arrivals).toHaveLength(1);
    }
  });

  it('without an end is redirect_forbidden', async () => {
    vi.useFakeTimers();
    const fetch = async () => new Response(new ReadableStream(), { status: 302, headers: { location: '/end' } });
    const sent = rejection(create({ fetch })('https://bank.example/'));
    await vi.advanceTimersByTimeAsync(3000);
    vi.useRealTimers();
    expect(await sent).toMatchObject({ code: 'redirect_forbidden' });
  });

  it('that the caller wants itself is verified as any response', async () => {
    redirecting((arrival) => signed(arrival, moved, covering));
    const response = await create()(`${server.origin}/start`, { ...post, redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([307, '/end']);
    redirecting(() => moved);
    expect(await rejection(create()(`${server.origin}/start`, { ...post, redirect: 'manual' }))).toMatchObject({
      code: 'response_refused',
    });
  });
});

describe('answers without content', () => {
  const EMPTY = new Uint8Array();
  const sums = { 'content-digest': 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:' };
  const answers: readonly [string, RequestInit, Answer][] = [
    ['204', { method: 'DELETE' }, { status: 204, body: EMPTY, fields: [] }],
    ['304', {}, { status: 304, body: EMPTY, fields: [['etag', '"1"']] }],
    ['304 with the digest of what was not modified', {}, { status: 304, body: EMPTY, fields: Object.entries(sums) }],
    ['200 of nothing', {}, { status: 200, body: EMPTY, fields: [] }],
    ['200 of nothing, with its type', { method: 'POST', body: 'x' }, { status: 200, body: EMPTY, fields: [['content-type', 'a/b']] }],
    ['HEAD', { method: 'HEAD' }, { status: 200, body: EMPTY, fields: [['content-type', 'a/b']] }],
    ['HEAD with the digest of the GET', { method: 'HEAD' }, { status: 200, body: EMPTY, fields: Object.entries(sums) }],
  ];
  for (const streaming of [false, true]) {
    it.each(answers)(`%s (streaming: ${streaming})`, async (_, init, answer) => {
      server.answer(async (arrival, response) => write(response, await signed(arrival, answer)));
      const send = create({ responseVerifier: createResponseVerifier({ ...trust, streaming }) });
      const response = await send(server.origin, init);
      expect([response.status, await response.text()]).toEqual([answer.status, '']);
      server.answer((_, response) => write(response, answer));
      expect(await rejection(send(server.origin, init))).toMatchObject({ code: 'response_refused' });
    });
    it(`content where the signature has none is refused (streaming: ${streaming})`, async () => {
      server.answer(async (arrival, response) =>
        write(response, { ...(await signed(arrival, { status: 200, body: EMPTY, fields: [] })), body: text('slipped in') }),
      );
      const send = create({ responseVerifier: createResponseVerifier({ ...trust, streaming }) });
      expect(await rejection(send(server.origin))).toMatchObject({ code: 'response_refused' });
    });
  }
});

describe('content codings, which fetch undoes', () => {
  const coded = (extra: readonly (readonly [string, string])[]): Answer => ({
    ...plain,
    body: new Uint8Array(gzipSync(plain.body)),
    fields: [...plain.fields, ['content-encoding', 'gzip'], ...extra],
  });

  it('say what to do when nothing can be checked', async () => {
    server.answer(async (arrival, response) => write(response, await signed(arrival, coded([]))));
    const error = (await rejection(create()(server.origin, post))) as Error;
    expect(error).toMatchObject({ code: 'response_refused' });
    expect(error.message).toContain('Unencoded-Digest');
  });

  it('are fine with a signed Unencoded-Digest', async () => {
    const digest = await createContentDigest(plain.body);
    server.answer(async (arrival, response) =>
      write(response, await signed(arrival, coded([['unencoded-digest', digest]]), { components: ['unencoded-digest'] })),
    );
    expect(await (await create()(server.origin, post)).json()).toEqual({ credited: 10 });
  });

  it('are refused when it is not signed, or does not fit', async () => {
    const digest = await createContentDigest(plain.body);
    server.answer(async (arrival, response) => write(response, await signed(arrival, coded([['unencoded-digest', digest]]))));
    expect(await rejection(create()(server.origin, post))).toMatchObject({ cause: { code: 'component_uncovered' } });
    const wrong = await createContentDigest(text('other'));
    server.answer(async (arrival, response) =>
      write(response, await signed(arrival, coded([['unencoded-digest', wrong]]), { components: ['unencoded-digest'] })),
    );
    expect(await rejection(create()(server.origin, post))).toMatchObject({ cause: { code: 'digest_mismatch' } });
  });
});

describe('responseVerifier, streaming', () => {
  const streaming = createResponseVerifier({ ...trust, streaming: true });
  const large = new Uint8Array(3_000_000).fill(7);
  const answer: Answer = { status: 200, body: large, fields: [['content-type', 'application/octet-stream']] };
  const send = () => create({ responseVerifier: streaming })(server.origin, post);

  it('hands over content larger than any limit while it arrives', async () => {
    server.answer(async (arrival, response) => write(response, await signed(arrival, answer)));
    const response = await send();
    const reader = response.body!.getReader();
    let length = 0;
    let chunks = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      length += chunk.value.length;
      chunks++;
    }
    expect(length).toBe(large.length);
    expect(chunks).toBeGreaterThan(1);
  });

  it('fails at the end when the content is not what was signed', async () => {
    server.answer(async (arrival, response) => write(response, { ...(await signed(arrival, answer)), body: large.with(2_999_999, 8) }));
    const response = await send();
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toMatchObject({ code: 'digest_mismatch' });
  });

  it('refuses before any content what is wrong in status, fields or digest', async () => {
    const refusedWith = (code: string) => expect(send()).rejects.toMatchObject({ code: 'response_refused', cause: { code } });
    server.answer(async (arrival, response) => write(response, { ...(await signed(arrival, answer)), status: 201 }));
    await refusedWith('signature_mismatch');
    server.answer(async (arrival, response) => write(response, await signed(arrival, answer, { nonce: 'another' })));
    await refusedWith('nonce_replayed');
    server.answer(async (arrival, response) =>
      write(response, await signed(arrival, { ...answer, fields: [['content-digest', 'md5=:AAAA:']] })),
    );
    await refusedWith('digest_missing');
    server.answer((_, response) => write(response, answer));
    await expect(send()).rejects.toMatchObject({ code: 'response_refused' });
  });

  it("holds the answer to the request's digest, unless the caller lets it go", async () => {
    // The server signs the answer to a request with other content: its digest differs.
    server.answer(async (arrival, response) => {
      const headers = arrival.message.fields as readonly (readonly [string, string])[];
      const fields = headers.filter(([name]) => name.toLowerCase() !== 'content-digest');
      write(response, await signed({ ...arrival, message: { ...arrival.message, fields } }, answer));
    });
    for (const how of [false, true]) {
      const lax = { ...trust, streaming: how, policy: { insecurelyAllowUncovered: ['content-digest'] } };
      expect(
        await rejection(
          create({ responseVerifier: createResponseVerifier({ ...trust, streaming: how, limits: { bodyBytes: 4e6 } }) })(
            server.origin,
            post,
          ),
        ),
      ).toMatchObject({
        cause: { code: 'component_uncovered' },
      });
      const loose = createResponseVerifier({ ...lax, limits: { bodyBytes: 4e6 } });
      expect((await create({ responseVerifier: loose })(server.origin, post)).status).toBe(200);
    }
  });

  it('checks what fetch decoded against Unencoded-Digest', async () => {
    const decoded = text('decoded');
    const coded = (body: Uint8Array) => async (arrival: Arrival, response: ServerResponse) => {
      const fields: Answer['fields'] = [
        ['content-encoding', 'gzip'],
        ['unencoded-digest', await createContentDigest(decoded)],
      ];
      write(response, await signed(arrival, { status: 200, body: gzipSync(body), fields }, { components: ['unencoded-digest'] }));
    };
    server.answer(coded(decoded));
    expect(await (await send()).text()).toBe('decoded');
    server.answer(coded(text('another')));
    await expect((await send()).text()).rejects.toMatchObject({ code: 'digest_mismatch' });
  });
});

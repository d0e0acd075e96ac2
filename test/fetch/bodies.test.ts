import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SignedFetchOptions } from '../../src/fetch/options.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { type Arrival, openRecorder, type Recorder, refuse, rejection, signer, verifying } from './server.ts';

let server: Recorder;
beforeAll(async () => {
  server = await openRecorder();
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrivals.length = 0;
});

const BYTES = new Uint8Array(70_000).map((_, index) => index % 251);
const TEXT = '{"note":"zehn Münzen 💰"}';

interface Body {
  readonly make: () => unknown;
  /** What must arrive; a function where the runtime draws a boundary. */
  readonly arrives: Uint8Array | ((arrival: Arrival) => Promise<void>);
  readonly type?: string;
  /** Whether it can be read once only, so that what nobody reads is sent once only. */
  readonly once?: true;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

function form(): FormData {
  const data = new FormData();
  data.set('text', 'ä "quoted"');
  data.set('file', new File([BYTES], 'na"me.bin', { type: 'application/x-test' }));
  return data;
}

async function isForm({ message, headers }: Arrival): Promise<void> {
  const parsed = await new Response(message.body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': headers['content-type']! },
  }).formData();
  expect(parsed.get('text')).toBe('ä "quoted"');
  expect(new Uint8Array(await (parsed.get('file') as File).arrayBuffer())).toEqual(BYTES);
}

async function* generate() {
  yield BYTES.slice(0, 10);
  yield BYTES.slice(10);
}

const bodies: Readonly<Record<string, Body>> = {
  'no body': { make: () => undefined, arrives: new Uint8Array() },
  null: { make: () => null, arrives: new Uint8Array() },
  'a string': { make: () => TEXT, arrives: utf8(TEXT), type: 'text/plain;charset=UTF-8' },
  'an empty string': { make: () => '', arrives: new Uint8Array(), type: 'text/plain;charset=UTF-8' },
  'a Uint8Array': { make: () => BYTES, arrives: BYTES },
  'empty bytes': { make: () => new Uint8Array(), arrives: new Uint8Array() },
  'a Buffer within its pool': { make: () => Buffer.from('pooled'), arrives: utf8('pooled') },
  'a part of a buffer': { make: () => BYTES.subarray(7, 300), arrives: BYTES.slice(7, 300) },
  'a Uint16Array': { make: () => new Uint16Array(BYTES.slice(0, 100).buffer, 2, 10), arrives: BYTES.slice(2, 22) },
  'a DataView': { make: () => new DataView(BYTES.slice(0, 100).buffer, 3, 50), arrives: BYTES.slice(3, 53) },
  'an ArrayBuffer': { make: () => BYTES.slice().buffer, arrives: BYTES },
  'a Blob': { make: () => new Blob([BYTES]), arrives: BYTES },
  'a Blob with a type': { make: () => new Blob([BYTES], { type: 'image/png' }), arrives: BYTES, type: 'image/png' },
  'a File': { make: () => new File([BYTES], 'a.bin', { type: 'image/gif' }), arrives: BYTES, type: 'image/gif' },
  'a FormData': { make: form, arrives: isForm, type: 'multipart/form-data; boundary=' },
  URLSearchParams: {
    make: () => new URLSearchParams([['a', '1 +'] as [string, string], ['é', '']]),
    arrives: utf8('a=1+%2B&%C3%A9='),
    type: 'application/x-www-form-urlencoded;charset=UTF-8',
  },
  'a ReadableStream': { make: () => new Blob([BYTES]).stream(), arrives: BYTES, once: true },
  'an async generator': { make: generate, arrives: BYTES, once: true },
  'a Node stream': { make: () => Readable.from([BYTES.slice(0, 9), BYTES.slice(9)]), arrives: BYTES, once: true },
};

const options: Readonly<Record<string, Partial<SignedFetchOptions>>> = {
  covered: {},
  'left uncovered': { insecurelyAllowUncovered: ['content-digest'] },
};

const NOW = Math.floor(Date.now() / 1000);

/** What the first request is answered; the second one is accepted. */
const answers: Readonly<Record<string, (response: Parameters<Parameters<Recorder['answer']>[0]>[1]) => unknown>> = {
  'at the first attempt': (response) => response.end('ok'),
  'after a retry': (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
  'after a 307': (response) => response.writeHead(307, { location: '/end' }).end(),
  'after a 308': (response) => response.writeHead(308, { location: '/end' }).end(),
  'after a clock correction': (response) => refuse(response, 401, 'expired', NOW + 500),
};

const inits: Readonly<Record<string, () => RequestInit>> = {
  plainly: () => ({}),
  'with duplex and signal': () => ({ duplex: 'half', signal: new AbortController().signal }) as RequestInit,
};

/** Requires that what arrived is what was given. */
async function requireArrival(arrival: Arrival, { arrives, type }: Body, covered: boolean): Promise<void> {
  const { message, headers } = arrival;
  if (typeof arrives === 'function') await arrives(arrival);
  else expect(Buffer.from(message.body).equals(arrives)).toBe(true);
  if (type === undefined) expect(headers['content-type']).toBeUndefined();
  else expect(headers['content-type']).toContain(type);
  expect(headers['content-digest'] !== undefined).toBe(covered && message.body.length > 0);
  const policy = covered ? {} : { insecurelyAllowUncovered: ['content-digest'] };
  await verifying(server.host, { policy, now: () => Number(/created=(\d+)/.exec(String(headers['signature-input']))![1]) })(arrival);
}

for (const [how, settings] of Object.entries(options)) {
  const covered = how === 'covered';
  for (const [when, answer] of Object.entries(answers)) {
    describe(`content ${how}: what was given arrives ${when}`, () => {
      const send = () => createSignedFetch({ signer, retry: {}, sleep: async () => undefined, ...settings });
      beforeEach(() => server.answer((_, response) => (server.arrivals.length > 1 ? response.end('ok') : answer(response))));
      const attempts = when === 'at the first attempt' ? 1 : 2;

      /** Requires that each attempt brought it. What nobody has read cannot be sent again, and is not. */
      const requireAttempts = async (body: Body, unread: boolean, call: () => Promise<Response>) => {
        if (unread && attempts > 1) {
          const result = await call().catch((error: unknown) => error);
          if (/30[78]/.test(when)) expect(result).toMatchObject({ code: 'redirect_forbidden' });
          else expect((result as Response).ok).toBe(false);
          expect(server.arrivals).toHaveLength(1);
        } else {
          expect(await (await call()).text()).toBe('ok');
          expect(server.arrivals).toHaveLength(attempts);
        }
        for (const arrival of server.arrivals) await requireArrival(arrival, body, covered);
      };
      const headers = { 'idempotency-key': 'k' };

      for (const [kind, init] of Object.entries(inits)) {
        it.each(Object.entries(bodies))(`%s, ${kind}`, async (_, body) => {
          const call = () => send()(`${server.origin}/x`, { method: 'POST', headers, body: body.make() as BodyInit, ...init() });
          await requireAttempts(body, !covered && body.once === true, call);
        });
      }
      it.each(Object.entries(bodies))('a Request with %s', async (name, body) => {
        const init = { method: 'POST', headers, body: body.make() as BodyInit, duplex: 'half' } as RequestInit;
        const given = new Request(`${server.origin}/x`, init);
        await requireAttempts(body, !covered && given.body !== null, () => send()(given));
        if (name !== 'no body' && name !== 'null') expect(given.bodyUsed).toBe(true);
      });
      const beside = Object.entries(bodies).filter(([, { make }]) => make() != null);
      it.each(beside)('a Request, and %s beside it', async (_, body) => {
        const given = new Request(`${server.origin}/x`, { method: 'PUT', headers, body: new Uint8Array([1]) });
        const call = () => send()(given, { body: body.make() as BodyInit, method: 'POST' });
        await requireAttempts(body, !covered && body.once === true, call);
        // As in fetch: the body beside it counts, and its own is left alone.
        expect(given.bodyUsed).toBe(false);
      });
    });
  }
}

describe('what is no body (body_uncoverable)', () => {
  const fetch = vi.fn(globalThis.fetch);
  beforeEach(() => void fetch.mockClear());
  afterEach(() => vi.unstubAllGlobals());

  const refused = async (body: unknown, more: Partial<SignedFetchOptions> = {}, init: RequestInit = {}) => {
    const sent = createSignedFetch({ signer, fetch, ...more })(server.origin, { method: 'POST', body: body as BodyInit, ...init });
    const error = (await rejection(sent)) as Error;
    expect(fetch).not.toHaveBeenCalled();
    expect(error).toMatchObject({ name: 'SignedFetchError', code: 'body_uncoverable' });
    return error.message;
  };
  const both = Object.values(options);

  /** What libraries without a stream call a form: `form-data` of npm. */
  class PackageForm {
    get [Symbol.toStringTag]() {
      return 'FormData';
    }
    pipe() {}
  }

  it.each<[string, unknown]>([
    ['a plain object', { amount: 10 }],
    ['a file of React Native', { uri: 'file:///a.png', name: 'a.png', type: 'image/png' }],
    ['an array', [1, 2]],
    ['a Map', new Map([['a', 'b']])],
    ['a number', 5],
    ['a boolean', true],
    ['a function', () => 'x'],
    ['a String object', Object('text')],
    ['a date', new Date()],
  ])('%s: says JSON.stringify', async (_, body) => {
    for (const settings of both) expect(await refused(body, settings)).toContain('JSON.stringify');
  });

  it('a form that nobody can read: says what to pass', async () => {
    for (const settings of both) expect(await refused(new PackageForm(), settings)).toContain('pass text or a Uint8Array');
  });

  it('the form of React Native, which is no form to its Request', async () => {
    class NativeForm {
      append() {}
      getParts() {
        return [{ string: 'a' }];
      }
    }
    vi.stubGlobal('FormData', NativeForm);
    for (const settings of both) expect(await refused(new NativeForm(), settings)).toContain('pass text or a Uint8Array');
  });

  it('the Blob of React Native, which has no bytes', async () => {
    class NativeBlob {
      readonly size = 5;
      readonly type = 'text/plain';
    }
    vi.stubGlobal('Blob', NativeBlob);
    expect(await refused(new NativeBlob())).toContain('pass text or a Uint8Array');
  });

  it.each<[string, () => Promise<ArrayBuffer>]>([
    ['fails', () => Promise.reject(new Error('gone'))],
    ['gives nothing', () => Promise.resolve(new ArrayBuffer(0))],
  ])('a Blob whose reading %s', async (_, arrayBuffer) => {
    expect(await refused(Object.assign(new Blob(['bytes']), { arrayBuffer }))).toContain('pass text or a Uint8Array');
  });

  /** As whatwg-fetch has it: no stream, and content where only itself finds it. */
  class PolyfillRequest {
    readonly url: string;
    readonly method: string;
    readonly headers: Headers;
    readonly bodyUsed = false;
    readonly #body: string | undefined;
    constructor(url: string, { method = 'GET', headers, body }: RequestInit = {}) {
      [this.url, this.method, this.headers, this.#body] = [url, method, new Headers(headers), body as string | undefined];
    }
    async arrayBuffer() {
      if (this.#body === undefined) throw new Error('could not read FormData body as blob');
      return new TextEncoder().encode(this.#body).buffer;
    }
  }

  it('a Request of a polyfill that cannot be read', async () => {
    const given = new PolyfillRequest(server.origin, { method: 'POST' }) as unknown as Request;
    const error = await rejection(createSignedFetch({ signer, fetch })(given));
    expect(error).toMatchObject({ name: 'SignedFetchError', code: 'body_uncoverable' });
    expect((error as Error).message).toContain('pass its URL');
    expect(fetch).not.toHaveBeenCalled();
  });

  it('but one that can be read is sent, as what it says', async () => {
    const headers = { 'content-type': 'text/x-poly', 'x-a': '1' };
    const given = new PolyfillRequest(`${server.origin}/p?[a]`, { method: 'PUT', headers, body: TEXT }) as unknown as Request;
    await createSignedFetch({ signer })(given);
    const [arrival] = server.arrivals;
    expect(arrival).toMatchObject({ method: 'PUT', url: '/p?%5Ba%5D', headers });
    expect((await verifying(server.host)(arrival!)).text()).toBe(TEXT);
  });

  it.each<[string, () => unknown]>([
    ['of a package', () => new PackageFormWithEntries()],
    ['that the runtime cannot read', form],
  ])('a form %s, but that can be gone through, is written by us', async (name, make) => {
    // WebKitGTK: reading a form with a file fails.
    if (name !== 'of a package')
      vi.stubGlobal(
        'Response',
        class extends Response {
          override get body() {
            return {
              getReader: () => ({ read: () => Promise.reject(new DOMException('no', 'InvalidStateError')), cancel: async () => undefined }),
            } as never;
          }
        },
      );
    const body = make() as BodyInit;
    await createSignedFetch({ signer, fetch: (input, init) => globalThis.fetch(input, init) })(server.origin, { method: 'POST', body });
    vi.unstubAllGlobals();
    await isForm(server.arrivals[0]!);
    await verifying(server.host)(server.arrivals[0]!);
  });

  /** `FormData` of undici, of jsdom: another class, of the same shape. */
  class PackageFormWithEntries extends PackageForm {
    [Symbol.iterator]() {
      return form()[Symbol.iterator]();
    }
  }
});

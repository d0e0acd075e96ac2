import { describe, expect, it } from 'vitest';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { createNegotiator } from '../../src/fetch/negotiate.ts';
import type { SignedFetchOptions } from '../../src/fetch/options.ts';
import { parseRefusal } from '../../src/fetch/refusal.ts';
import { createResponseVerifier } from '../../src/fetch/response-verifier.ts';
import type { SignedEvent } from '../../src/fetch/sign.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import type { CoveredComponent } from '../../src/rfc9421/coverage.ts';
import { createSigningInterceptor } from '../../src/undici/index.ts';
import { asRequest, rejection, SECRET, signer } from './server.ts';

const origins = ['https://bank.example'];
const resolveKey = () => undefined;

/** Each option that is a number, and how it is given. */
const numbers: Readonly<Record<string, (value: unknown) => unknown>> = {
  'createSignedFetch: maxBodyBytes': (maxBodyBytes) => createSignedFetch({ signer, maxBodyBytes } as never),
  'createSignedFetch: maxRedirects': (maxRedirects) => createSignedFetch({ signer, maxRedirects } as never),
  'createSignedFetch: maxClockAdvance': (maxClockAdvance) => createSignedFetch({ signer, maxClockAdvance } as never),
  'createSignedFetch: expiresIn': (expiresIn) => createSignedFetch({ signer, expiresIn } as never),
  'createSignedFetch: retry.limit': (limit) => createSignedFetch({ signer, retry: { limit } } as never),
  'createSignedFetch: retry.maxDelay': (maxDelay) => createSignedFetch({ signer, retry: { maxDelay } } as never),
  'createResponseVerifier: timeout': (timeout) => createResponseVerifier({ resolveKey, timeout } as never),
  'createResponseVerifier: bodyTimeout': (bodyTimeout) => createResponseVerifier({ resolveKey, bodyTimeout } as never),
  'createResponseVerifier: limits.bodyBytes': (bodyBytes) => createResponseVerifier({ resolveKey, limits: { bodyBytes } } as never),
  'createResponseVerifier: policy.maxAge': (maxAge) => createResponseVerifier({ resolveKey, policy: { maxAge } } as never),
  'createSigningInterceptor: maxBodyBytes': (maxBodyBytes) => createSigningInterceptor({ signer, origins, maxBodyBytes } as never),
  'createSigningInterceptor: expiresIn': (expiresIn) => createSigningInterceptor({ signer, origins, expiresIn } as never),
};

describe('the spelling of queries', () => {
  it.each(['raw', 'Form', '', true, null, {}, () => undefined])('must be known: %o', (query) => {
    expect(() => createSignedFetch({ signer, query } as never)).toThrow(/^query must be 'default', 'form' or 'as-given'/);
    expect(() => createSigningInterceptor({ signer, origins, query } as never)).toThrow(TypeError);
  });
});

describe('numbers', () => {
  describe.each(Object.entries(numbers))('%s', (name, give) => {
    it.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53])('%d is a RangeError', (value) => {
      expect(() => give(value)).toThrow(RangeError);
      expect(() => give(value)).toThrow(name.split(': ')[1]);
    });
    it.each(['5', null, 5n, {}, true, new Date(5)])('%o is a TypeError', (value) => {
      expect(() => give(value)).toThrow(TypeError);
    });
    it('undefined keeps the default', () => {
      expect(() => give(undefined)).not.toThrow();
    });
  });

  it('milliseconds are none of seconds', () => {
    expect(() => createSignedFetch({ signer, expiresIn: 300_000 })).toThrow(/expiresIn, in seconds/);
    expect(() => createSignedFetch({ signer, maxClockAdvance: 900_000 })).toThrow(/maxClockAdvance, in seconds/);
    expect(() => createSignedFetch({ signer, retry: { maxDelay: 100_000 } })).toThrow(/retry.maxDelay, in seconds/);
  });

  it.each([() => Date.now(), () => Date.now() / 1000, () => new Date() as never, () => Number.NaN])('nor is a clock of %s', async (now) => {
    const error = await rejection(createSignedFetch({ signer, now, fetch: async () => new Response() })('https://bank.example/'));
    expect(String(error)).toMatch(/^(Range|Type)Error: now\(\) must be .* seconds/);
  });
});

describe('options that do not exist, or belong elsewhere', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['orgins', () => createSignedFetch({ signer, orgins: origins } as never), /"orgins"; did you mean origins/],
    ['maxRedirect', () => createSignedFetch({ signer, maxRedirect: 1 } as never), /did you mean maxRedirects/],
    ['limit', () => createSignedFetch({ signer, limit: 1 } as never), /limit belongs into retry/],
    ['secret', () => createSignedFetch({ signer, secret: SECRET } as never), /secret belongs into hmacSigner/],
    ['headers', () => createSignedFetch({ signer, headers: {} } as never), /headers belongs into the init/],
    ['maxAge', () => createSignedFetch({ signer, maxAge: 1 } as never), /maxAge belongs into the policy of createVerifier/],
    ['streaming', () => createSignedFetch({ signer, streaming: true } as never), /streaming belongs into createResponseVerifier/],
    ['retry.limits', () => createSignedFetch({ signer, retry: { limits: 1 } } as never), /retry: .*did you mean limit/],
    ['retry.whatever', () => createSignedFetch({ signer, retry: { whatever: 1 } } as never), /retry: there is no/],
    ['createResponseVerifier maxAge', () => createResponseVerifier({ resolveKey, maxAge: 1 } as never), /maxAge belongs into policy/],
    ['createResponseVerifier stream', () => createResponseVerifier({ resolveKey, steaming: true } as never), /did you mean streaming/],
    ['createNegotiator', () => createNegotiator({ takeNonce: true } as never), /there is no "takeNonce"/],
    [
      'createSigningInterceptor orgin',
      () => createSigningInterceptor({ signer, origin: 'https://a.example' } as never),
      /did you mean origins/,
    ],
    [
      'createSigningInterceptor retry',
      () => createSigningInterceptor({ signer, origins, retry: {} } as never),
      /interceptors.retry of undici/,
    ],
  ])('%s', (_, create, message) => {
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it('parseRefusal', async () => {
    await expect(parseRefusal(new Response(), { timout: 5 } as never)).rejects.toThrow(/did you mean timeout/);
  });

  it('what Object.prototype was given does not count', async () => {
    const given = { origins: ['https://evil.example'], components: ['x-evil'], insecurelyAllowUncovered: ['content-digest'], tag: 'evil' };
    Object.assign(Object.prototype, given);
    let input: string | null = null;
    try {
      const fetch = asRequest(async ({ headers }) => {
        input = headers.get('signature-input');
        return new Response();
      });
      await createSignedFetch({ signer, fetch })('https://bank.example/', { method: 'POST', body: 'x' });
    } finally {
      for (const name of Object.keys(given)) Reflect.deleteProperty(Object.prototype, name);
    }
    expect(input).toMatch(/"content-type" "content-digest"\);.*keyid="jdoe"$/);
  });

  it('members of a class do, getters too', async () => {
    class Settings {
      readonly signer = signer;
      get tag() {
        return 'of-a-class';
      }
    }
    let input: string | null = null;
    const fetch = asRequest(async ({ headers }) => {
      input = headers.get('signature-input');
      return new Response();
    });
    await createSignedFetch(Object.assign(new Settings(), { fetch }))('https://bank.example/');
    expect(input).toContain('tag="of-a-class"');
  });
});

describe('options of the wrong kind say what is meant, never what came', () => {
  const value = 'v4lue-of-the-caller';
  it.each<[string, unknown, string]>([
    ['origins as a text', { signer, origins: `https://${value}.example` }, "['https://bank.example']"],
    ['an origin with a path', { signer, origins: [`https://bank.example/${value}`] }, 'scheme, host and port'],
    ['an origin without a scheme', { signer, origins: [value] }, 'https://bank.example'],
    ['an origin that is a URL', { signer, origins: [new URL(`https://${value}.example`)] }, 'https://bank.example'],
    [
      'insecurelyTrustPlainHttp as a text',
      { signer, insecurelyTrustPlainHttp: `http://${value}` },
      'insecurelyTrustPlainHttp must be a list',
    ],
    ['components as a text', { signer, components: value }, "['x-tenant']"],
    ['a component that is none', { signer, components: [{ name: value }] }, 'when'],
    ['a component with another when', { signer, components: [{ name: value, when: 'always' }] }, "when: 'present'"],
    ['crossOriginFields as a text', { signer, crossOriginFields: value }, 'crossOriginFields must be a list'],
    ['crossOriginRedirects as a list', { signer, origins, crossOriginRedirects: [value] }, 'true or false'],
    ['insecurelyAllowUncovered as a text', { signer, insecurelyAllowUncovered: `content-digest ${value}` }, 'a list of strings'],
    ['a secret as signer', { signer: value }, 'hmacSigner'],
    ['a promise as signer', { signer: Promise.resolve(signer) }, 'a function that answers it'],
    ['no signer', {}, 'signer'],
    ['negotiate as before', { signer, negotiate: true }, 'createNegotiator'],
    ['responseVerifier as options', { signer, responseVerifier: { resolveKey } }, 'responseVerifier must be a function'],
    ['retry as a number', { signer, retry: 3 }, 'retry must be an object'],
    ['fetch as a text', { signer, fetch: value }, 'fetch must be a function'],
    ['now as a number', { signer, now: 5 }, 'now must be a function'],
    ['onSigned as a text', { signer, onSigned: value }, 'onSigned must be a function'],
    ['a reserved tag', { signer, tag: 'cs1-url' }, 'tag'],
    ['a label that is none', { signer, label: `A ${value}` }, 'label'],
  ])('%s', (_, options, meant) => {
    expect(() => createSignedFetch(options as SignedFetchOptions)).toThrow(TypeError);
    expect(() => createSignedFetch(options as SignedFetchOptions)).toThrow(meant);
    try {
      createSignedFetch(options as SignedFetchOptions);
    } catch (error) {
      expect((error as Error).message).not.toContain(value);
    }
  });

  it('a signer function that gives none', async () => {
    for (const given of [undefined, null, 'secret', { sign: 1 }, hmacSigner]) {
      const error = await rejection(createSignedFetch({ signer: (() => given) as never })('https://bank.example/'));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('signer');
    }
  });
});

describe('per request', () => {
  const inputs: string[] = [];
  const fetch = asRequest(async ({ headers }) => {
    inputs.push(headers.get('signature-input')!);
    return new Response();
  });
  const lastInput = () => inputs.at(-1);
  const url = 'https://bank.example/coins?id=1';
  const covered: CoveredComponent[] = [
    { name: 'Idempotency-Key', when: 'present' },
    { name: '"@query-param";name="id"', when: 'present' },
  ];

  it('a component is covered only where it is present', async () => {
    const send = createSignedFetch({ signer, fetch, components: covered });
    await send(url, { headers: { 'idempotency-key': 'k' } });
    expect(lastInput()).toContain('"@query" "idempotency-key" "@query-param";name="id")');
    await send('https://bank.example/coins');
    expect(lastInput()).toContain('"@query");');
    await send(url, { headers: { 'idempotency-key': '' } });
    expect(lastInput()).toContain('"idempotency-key"');
  });

  it('one that is there and cannot be covered ends the call', async () => {
    const error = await rejection(createSignedFetch({ signer, fetch, components: covered })(`${url}&id=2`));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('"@query-param";name="id"');
  });

  it('components are what a function says of the request', async () => {
    const components = async ({ url: of, method }: Request) => (method === 'POST' && of.includes('/coins') ? covered : ['x-tenant']);
    const send = createSignedFetch({ signer, fetch, components });
    await send(url, { method: 'POST', headers: { 'idempotency-key': 'k' } });
    expect(lastInput()).toContain('"idempotency-key"');
    await send(url, { headers: { 'x-tenant': 't' } });
    expect(lastInput()).toContain('"@query" "x-tenant")');
    expect(await rejection(send(url))).toBeInstanceOf(TypeError);
    const wrong = createSignedFetch({ signer, fetch, components: () => 'x-tenant' as never });
    expect(String(await rejection(wrong(url)))).toContain('components must be a list');
  });

  it('the signer is whom a function chooses for the request', async () => {
    const keys = { a: hmacSigner({ keyid: 'key-a', secret: SECRET }), b: hmacSigner({ keyid: 'key-b', secret: SECRET }) };
    const send = createSignedFetch({ fetch, signer: ({ headers }) => (headers.get('x-tenant') === 'a' ? keys.a : keys.b) });
    await send(url, { headers: { 'x-tenant': 'a' } });
    expect(lastInput()).toContain('keyid="key-a"');
    await send(url);
    expect(lastInput()).toContain('keyid="key-b"');
  });

  it('onSigned is told what was signed, before it is sent, and awaited', async () => {
    const told: SignedEvent<Request>[] = [];
    let sent = 0;
    const send = createSignedFetch({
      signer,
      fetch: async () => (++sent === 1 ? new Response(null, { status: 307, headers: { location: '/b' } }) : new Response()),
      now: () => 1_700_000_000,
      onSigned: async (event) => {
        await Promise.resolve();
        expect(sent).toBe(told.length);
        told.push(event);
      },
    });
    await send('https://bank.example/a');
    expect(told.map(({ keyid, created, base, request }) => [keyid, created, /"@path": (.*)/.exec(base)![1], request.url])).toEqual([
      ['jdoe', 1_700_000_000, '/a', 'https://bank.example/a'],
      ['jdoe', 1_700_000_000, '/b', 'https://bank.example/b'],
    ]);
    for (const { nonce, base } of told) expect(base).toContain(`nonce="${nonce}"`);
    const failing = createSignedFetch({ signer, fetch, onSigned: () => Promise.reject(new Error('full disk')) });
    expect(await rejection(failing(url))).toEqual(new Error('full disk'));
  });
});

describe('an abort ends every wait, with its reason', () => {
  const never = new Promise<never>(() => undefined);
  const url = 'https://bank.example/';
  const hanging = { ...signer, sign: () => never };
  it.each<[string, Partial<SignedFetchOptions>, RequestInit?]>([
    ['signer()', { signer: () => never }],
    ['sign()', { signer: hanging }],
    ['components()', { components: () => never }],
    ['onSigned()', { onSigned: () => never }],
    ['fetch()', { fetch: () => never }],
    ['responseVerifier()', { responseVerifier: () => never }],
    ['sleep()', { retry: {}, sleep: () => never, fetch: async () => new Response(null, { status: 503 }) }],
    [
      'the body of a refusal',
      { fetch: async () => new Response(new ReadableStream(), { status: 401, headers: { 'content-type': 'application/problem+json' } }) },
    ],
    ['a stream', {}, { method: 'POST', body: new ReadableStream(), duplex: 'half' } as RequestInit],
    ['a Blob', {}, { method: 'POST', body: Object.assign(new Blob(['x']), { arrayBuffer: () => never }) }],
  ])('%s', async (_, options, init) => {
    for (const early of [true, false]) {
      const controller = new AbortController();
      const send = createSignedFetch({ signer, fetch: async () => new Response(), ...options });
      if (early) controller.abort('enough');
      const sent = send(url, {
        ...init,
        signal: controller.signal,
        ...(init?.body instanceof ReadableStream && { body: new ReadableStream() }),
      });
      setImmediate(() => controller.abort('enough'));
      expect(await rejection(sent)).toBe('enough');
    }
    const controller = new AbortController();
    const request = new Request(url, { signal: controller.signal });
    if (init === undefined) {
      const sent = createSignedFetch({ signer, fetch: async () => new Response(), ...options })(request);
      setImmediate(() => controller.abort('enough'));
      expect(await rejection(sent)).toBe('enough');
    }
  });
});

/** What a gateway is answered: for every profile, honest and otherwise. */
import { createHash } from 'node:crypto';
import {
  createVerifier,
  hmacKey,
  hmacSigner,
  type KeyRecord,
  memoryReplayStore,
  type SignRequestOptions,
  signRequest,
  type VerifierOptions,
} from 'countersign';
import { createGateway, type GatewayOptions, type GatewayProfile } from 'countersign/gateway';
import { describe, expect, it } from 'vitest';

const SECRET = 'what the bank gave to jdoe, 32 bytes or more';
const GATEWAY_SECRET = 'known to the gateway alone';
const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });
const RECORD: KeyRecord = { key: hmacKey(SECRET), scopes: ['coins:read', 'coins:write'], tenant: 'bank 1' };

const digestOf = (text: string): string => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
const NOTHING = digestOf('');

function bank({ verifier, ...options }: Partial<Omit<GatewayOptions, 'verifier'>> & { readonly verifier?: Partial<VerifierOptions> } = {}) {
  const errors: unknown[] = [];
  const gateway = createGateway({
    profile: 'nginx',
    verifier: createVerifier({
      authority: 'bank.example',
      resolveKey: (keyid: string) => (keyid === 'jdoe' ? RECORD : undefined),
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      ...verifier,
    } as VerifierOptions),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { gateway, errors };
}

type Fields = Readonly<Record<string, string>>;

interface Order {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string | undefined;
  readonly fields?: Fields;
  readonly sign?: Partial<SignRequestOptions>;
}

/** What the client sends: its method, target, fields and body. */
async function signed({ method = 'POST', target = '/coins?a=%7e&b=+', body, fields = {}, sign = {} }: Order = {}) {
  const bytes = body === undefined ? undefined : new TextEncoder().encode(body);
  const message = { method, scheme: 'https', authority: 'bank.example', target, fields: Object.entries(fields), body: bytes };
  const { fields: added } = await signRequest(message, { signer, ...sign });
  return { method, target, body, fields: { ...fields, ...Object.fromEntries(added) } as Fields };
}

/** The fields by which each gateway tells what the client asked for. */
function told(profile: GatewayProfile, { method, target, body }: { method: string; target: string; body: string | undefined }): Fields {
  if (profile === 'envoy') return { host: 'bank.example' };
  if (profile === 'caddy' || profile === 'traefik')
    return { 'x-forwarded-method': method, 'x-forwarded-uri': target, 'x-forwarded-host': 'bank.example', 'x-forwarded-proto': 'https' };
  return {
    'x-original-method': method,
    'x-original-uri': target,
    'x-original-host': 'bank.example',
    'x-original-scheme': 'https',
    ...(profile === 'nginx' && body !== undefined && { 'x-original-content-length': String(body.length) }),
  };
}

const WITHHELD = ['nginx', 'caddy'];

/** Asks as the gateway does; `node` as node:http shows it. */
async function ask(
  { gateway }: ReturnType<typeof bank>,
  profile: GatewayProfile,
  request: Awaited<ReturnType<typeof signed>>,
  also: readonly (readonly [string, string])[] = [],
  body: string | undefined = WITHHELD.includes(profile) ? undefined : request.body,
) {
  const lines = [...Object.entries({ ...request.fields, ...told(profile, request) }), ...also];
  const isEnvoy = profile === 'envoy';
  const answer = { status: 0, headers: {} as Fields, body: '' };
  await gateway.node(
    {
      method: isEnvoy ? request.method : 'GET',
      url: isEnvoy ? request.target : '/',
      rawHeaders: lines.flat(),
      complete: true,
      async *[Symbol.asyncIterator]() {
        if (body !== undefined) yield new TextEncoder().encode(body);
      },
    },
    {
      on: () => undefined,
      writeHead: (status, headers) => Object.assign(answer, { status, headers }),
      end: (text = '') => Object.assign(answer, { body: text }),
    },
  );
  return { ...answer, code: /"code":"(\w+)"/.exec(answer.body)?.[1] };
}

const PROFILES: readonly GatewayProfile[] = ['nginx', 'njs', 'caddy', 'haproxy', 'envoy', 'traefik'];
const ORDER = '{"amount":10}';

describe.each(PROFILES)('asked by %s', (profile) => {
  const carries = profile === 'nginx' ? 403 : 400;

  it('answers who it is, and sets every identity field', async () => {
    const answer = await ask(bank({ profile }), profile, await signed({ body: ORDER }));
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(answer.headers).toEqual({
      'cache-control': 'no-store',
      'x-verified-keyid': 'jdoe',
      'x-verified-tenant': 'bank%201',
      'x-verified-owner': '',
      'x-verified-scopes': 'coins:read coins:write',
      'x-verified-content-digest': digestOf(ORDER),
      'x-verify-status': '200',
    });
  });

  it('says the digest of nothing where there is no content', async () => {
    const answer = await ask(bank({ profile }), profile, await signed({ method: 'GET' }));
    expect([answer.status, answer.headers['x-verified-content-digest']]).toEqual([200, NOTHING]);
  });

  it('refuses another method, another target, another host, and the same again', async () => {
    const place = bank({ profile });
    const request = await signed({ method: 'PUT' });
    for (const change of [{ method: 'DELETE' }, { target: '/coins?a=~&b=+' }, { target: '/coins?a=%7e&b=+&' }, { target: '//coins' }])
      expect([change, (await ask(place, profile, { ...request, ...change })).code]).toEqual([change, 'signature_mismatch']);
    expect((await ask(place, profile, request)).status).toBe(200);
    expect(await ask(place, profile, request)).toMatchObject({ status: 401, code: 'nonce_replayed' });
    const elsewhere = bank({ profile, verifier: { authority: 'shop.example' } });
    expect(await ask(elsewhere, profile, request)).toMatchObject({ status: 401, code: 'authority_forbidden' });
  });

  it('refuses identity fields that a client sends, in any spelling', async () => {
    const names = [
      'x-verified-keyid',
      'X-Verified-Owner',
      'x_verified_scopes',
      'X-Verify-Status',
      'x-verified_content-digest',
      'x-verify-problem',
    ];
    for (const name of names) {
      const answer = await ask(bank({ profile }), profile, await signed(), [[name, 'admin']]);
      expect([name, answer.status, answer.code, answer.headers['x-verify-status']]).toEqual([name, carries, 'field_forbidden', '400']);
      expect(Object.keys(answer.headers).filter((field) => field.startsWith('x-verified'))).toEqual([]);
    }
  });

  it('knows the gateway by its secret', async () => {
    const place = () => bank({ profile, secret: GATEWAY_SECRET });
    expect((await ask(place(), profile, await signed(), [['x-gateway-secret', GATEWAY_SECRET]])).status).toBe(200);
    const wrong: readonly (readonly string[])[] = [
      [],
      ['another secret of 16'],
      [`${GATEWAY_SECRET} `, 'x'],
      [GATEWAY_SECRET, GATEWAY_SECRET],
      [''],
    ];
    for (const values of wrong) {
      const stranger = place();
      const lines = values.map((value) => ['x-gateway-secret', value] as const);
      const answer = await ask(stranger, profile, await signed(), lines);
      expect([values, answer.status, answer.code]).toEqual([values, 500, 'gateway_misconfigured']);
      expect(JSON.stringify([answer, stranger.errors.map(String)])).not.toContain(GATEWAY_SECRET);
    }
  });

  it('answers scopes that lack, limits, and what it cannot know', async () => {
    const scoped = await ask(bank({ profile, scopes: ['coins:mint'] }), profile, await signed());
    expect(scoped).toMatchObject({ status: 403, code: 'scope_insufficient' });
    const headers = { 'retry-after': '7', 'ratelimit-policy': '"day";q=5000', 'content-type': 'application/problem+json' };
    const limited = await ask(
      bank({ profile, refuse: ({ keyid }) => new Response(`{"code":"${keyid}_limited"}`, { status: 429, headers }) }),
      profile,
      await signed(),
    );
    expect(limited).toMatchObject({ status: profile === 'nginx' ? 403 : 429, code: 'jdoe_limited' });
    expect(limited.headers).toMatchObject({ ...headers, 'x-verify-status': '429' });
    const down = () => {
      throw new Error('the database is down');
    };
    const store = await ask(bank({ profile, verifier: { resolveKey: down } }), profile, await signed());
    expect(store).toMatchObject({ status: profile === 'nginx' ? 403 : 503, code: 'store_unavailable' });
    expect(store.headers).toMatchObject({ 'retry-after': '2', 'x-verify-status': '503' });
    for (const refuse of [down, () => new Response()]) {
      const broken = bank({ profile, refuse });
      expect((await ask(broken, profile, await signed())).status).toBe(500);
      expect(broken.errors).toHaveLength(1);
    }
  });
});

describe.each(PROFILES.filter((profile) => profile !== 'envoy'))('what %s says', (profile) => {
  it('is a fault of the gateway if it does not say what was asked for, or says it twice', async () => {
    const request = await signed();
    for (const name of Object.keys(told(profile, { ...request, body: undefined }))) {
      const place = bank({ profile });
      const silent = createGatewayRequest(profile, request, name);
      const refused = await place.gateway.fetch(silent);
      expect([name, refused.status, await refused.json()]).toEqual([name, 500, expect.objectContaining({ code: 'gateway_misconfigured' })]);
      const twice = await ask(place, profile, request, [[name, 'x']]);
      expect([name, twice.status, twice.code]).toEqual([name, 500, 'gateway_misconfigured']);
      // As fetch joins two lines.
      const joined = createGatewayRequest(profile, request, name, 'POST, GET');
      expect([name, (await place.gateway.fetch(joined)).status]).toEqual([name, 500]);
      expect(place.errors).toHaveLength(3);
      expect(String(place.errors[0])).toContain(`${name} is missing`);
    }
  });
});

/** A request of the gateway without one of its fields, or with another value. */
function createGatewayRequest(profile: GatewayProfile, request: Awaited<ReturnType<typeof signed>>, name: string, value?: string): Request {
  const headers = new Headers({ ...request.fields, ...told(profile, { ...request, body: undefined }) });
  headers.delete(name);
  if (value !== undefined) headers.set(name, value);
  return new Request('http://127.0.0.1/', { headers });
}

describe('a gateway that shows the body', () => {
  it.each(['njs', 'haproxy', 'envoy', 'traefik'] as const)('%s: has it checked', async (profile) => {
    const honest = await signed({ body: ORDER });
    expect(await ask(bank({ profile }), profile, honest, [], '{"amount":99}')).toMatchObject({ status: 400, code: 'digest_mismatch' });
    expect(await ask(bank({ profile }), profile, honest, [], '')).toMatchObject({ status: 400, code: 'digest_mismatch' });
    expect(await ask(bank({ profile }), profile, await signed(), [], ORDER)).toMatchObject({ status: 401, code: 'digest_missing' });
    const large = bank({ profile, verifier: { limits: { bodyBytes: 5 } } });
    expect(await ask(large, profile, honest)).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('refuses a part of it', async () => {
    const partial = await ask(bank({ profile: 'envoy' }), 'envoy', await signed({ body: ORDER }), [['x-envoy-auth-partial-body', 'true']]);
    expect(partial).toMatchObject({ status: 413, code: 'body_too_large' });
    const whole = await ask(bank({ profile: 'envoy' }), 'envoy', await signed({ body: ORDER }), [['x-envoy-auth-partial-body', 'false']]);
    expect(whole.status).toBe(200);
  });
});

describe('a gateway that withholds the body', () => {
  const announcing = [
    ['x-original-content-length', '13'],
    ['x-original-transfer-encoding', 'chunked'],
  ] as const;

  it.each(['nginx', 'caddy', 'haproxy', 'traefik'] as const)('%s: content without a covered digest is refused', async (profile) => {
    for (const line of announcing) {
      const place = () => bank({ profile, body: 'withheld' });
      const none = await ask(place(), profile, await signed(), [line], undefined);
      expect([line, none.code, none.headers['x-verify-status']]).toEqual([line, 'digest_missing', '401']);
      const uncovered = await signed();
      const fields = { ...uncovered.fields, 'content-digest': digestOf(ORDER) };
      expect([line, (await ask(place(), profile, { ...uncovered, fields }, [line], undefined)).code]).toEqual([
        line,
        'component_uncovered',
      ]);
    }
  });

  it('never says an uncovered digest, whatever the policy allows', async () => {
    const policy = { insecurelyAllowUncovered: ['content-digest'] };
    const request = await signed();
    const fields = { ...request.fields, 'content-digest': digestOf(ORDER) };
    const answer = await ask(bank({ verifier: { policy } }), 'nginx', { ...request, fields }, announcing);
    expect([answer.status, answer.headers['x-verified-content-digest']]).toEqual([200, NOTHING]);
  });

  it('says one digest that counts, and refuses those that do not', async () => {
    const sha512 = `sha-512=:${createHash('sha512').update(ORDER).digest('base64')}:`;
    const cover = async (value: string) => {
      const request = await signed({ fields: { 'content-digest': value }, sign: { components: ['content-digest'] } });
      return ask(bank(), 'nginx', { ...request, body: ORDER });
    };
    expect((await cover(sha512)).headers['x-verified-content-digest']).toBe(sha512);
    expect((await cover(`${sha512}, ${digestOf(ORDER)}`)).headers['x-verified-content-digest']).toBe(digestOf(ORDER));
    expect((await cover('md5=:bWQ1:')).code).toBe('digest_missing');
    expect((await cover('sha-256=x')).code).toBe('digest_mismatch');
  });

  it('takes no content that is sent along for the content of the client', async () => {
    const request = await signed({ body: ORDER });
    const answer = await ask(bank(), 'nginx', request, [], '{"amount":99}');
    expect([answer.status, answer.headers['x-verified-content-digest']]).toEqual([200, digestOf(ORDER)]);
  });
});

describe('nginx', () => {
  it('is answered 401 and 403 as they are, and all else as 403 with what it is', async () => {
    const unsigned = { method: 'GET', target: '/', fields: {}, body: undefined };
    expect(await ask(bank(), 'nginx', unsigned)).toMatchObject({ status: 401, code: 'signature_missing' });
    const malformed = await ask(bank(), 'nginx', { ...unsigned, fields: { 'signature-input': '(', signature: '(' } });
    expect([malformed.status, malformed.headers['x-verify-status']]).toEqual([403, '400']);
    expect(malformed.headers['x-verify-problem']).toBe(malformed.body);
  });

  it('finds in fields only what fits', async () => {
    const problem = async (body: string, type = 'application/json') => {
      const refuse = () => new Response(body, { status: 429, headers: { 'content-type': type } });
      return (await ask(bank({ refuse }), 'nginx', await signed())).headers['x-verify-problem'];
    };
    expect(JSON.parse((await problem('{"detail":"\u00fc \u{1f511}"}'))!)).toEqual({ detail: '\u00fc \u{1f511}' });
    expect(await problem('{"a":1}\n{"x-verified-keyid":"admin"}')).toBeUndefined();
    expect(await problem(JSON.stringify('x'.repeat(4000)))).toBeUndefined();
    expect(await problem('"plain"', 'text/plain')).toBeUndefined();
  });
});

describe('by fetch', () => {
  it('answers the same', async () => {
    const request = await signed({ body: ORDER, fields: { 'content-type': 'application/json' } });
    const headers = { ...request.fields, ...told('haproxy', request) };
    const { gateway } = bank({ profile: 'haproxy' });
    const answer = await gateway.fetch(new Request('http://127.0.0.1/', { method: 'POST', headers, body: ORDER }));
    expect([answer.status, answer.headers.get('x-verified-keyid'), answer.headers.get('x-verified-owner')]).toEqual([200, 'jdoe', '']);
  });

  it('is not for Envoy, whose target a Request does not keep', async () => {
    const { gateway, errors } = bank({ profile: 'envoy' });
    expect((await gateway.fetch(new Request('http://bank.example/a/../b'))).status).toBe(500);
    expect(String(errors[0])).toContain('use gateway.node');
  });
});

describe('the options', () => {
  it.each([
    [{ profile: 'apache' }, 'profile must be one of nginx, njs, caddy, haproxy, envoy, traefik'],
    [{ profile: 'toString' }, 'profile must be one of'],
    [{ body: 'forwarded' }, 'body must be withheld with this profile'],
    [{ secret: 'short' }, 'secret must have 16 characters or more'],
    [{ secret: 'sixteen characters\u00e9' }, 'secret must be printable ASCII'],
    [{ secret: 1 }, 'secret must be a string'],
    [{ scopes: [] }, 'scopes must name at least one scope'],
    [{ refuse: true }, 'refuse must be a function'],
    [{ onError: true }, 'onError must be a function'],
    [{ profiles: 'nginx' }, 'there is no "profiles"; did you mean profile?'],
  ])('%j', (option, message) => {
    expect(() => bank(option as never)).toThrow(message);
  });

  it('need a verifier', () => {
    expect(() => createGateway({ profile: 'nginx' } as never)).toThrow('verifier must be an object');
  });

  it('tells events', async () => {
    const events: unknown[] = [];
    const place = bank({ onEvent: ({ outcome, code }) => events.push([outcome, code]) });
    const request = await signed();
    await ask(place, 'nginx', request);
    await ask(place, 'nginx', request);
    await ask(place, 'nginx', request, [['x-verified-keyid', 'x']]);
    expect(events).toEqual([
      ['accepted', undefined],
      ['refused', 'nonce_replayed'],
      ['refused', 'field_forbidden'],
    ]);
  });
});

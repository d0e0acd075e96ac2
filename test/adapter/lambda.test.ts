import { describe, expect, it, vi } from 'vitest';
import {
  getVerified,
  type LambdaEventLike,
  type LambdaOptions,
  messageFromEvent,
  requireScopes,
  verified,
} from '../../src/adapter/lambda.ts';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import type { VerifierOptions } from '../../src/http/verifier-options.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { EVENTS, type Sent } from './support/lambda-events.ts';
import { verifierOf as anyVerifier } from './support/servers.ts';

const HOST = 'api.bank.example';
const SECRET = 'thirty-two bytes of a text secret, at least';
const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A verifier for this host alone. */
const verifierOf = (more: Partial<VerifierOptions> = {}) =>
  anyVerifier({ ...more, authority: HOST, insecurelyTrustHost: undefined } as Partial<VerifierOptions>);

async function signed(
  target: string,
  { method = 'POST', body = '{"a":1}', headers = JSON_TYPE as Record<string, string> }: Partial<Omit<Sent, 'target'>> = {},
): Promise<Sent> {
  const bytes = method === 'GET' ? undefined : typeof body === 'string' ? encodeUtf8(body) : body;
  const message = { method, scheme: 'https', authority: HOST, target, fields: Object.entries(headers), body: bytes };
  const { fields } = await signRequest(message, { signer });
  return { method, target, headers: { ...headers, ...Object.fromEntries(fields) }, ...(bytes !== undefined && { body: bytes }) };
}

const options = (more: Partial<LambdaOptions> = {}): LambdaOptions => ({ verifier: verifierOf(), ...more });

const answer = async (event: LambdaEventLike) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ text: getVerified(event).text(), target: getVerified(event).path() + getVerified(event).query() }),
});

const TARGETS = [
  '/prod/coins',
  '/prod/files/r%C3%A9sum%C3%A9%20v1.pdf',
  '/prod/files/a+b,c;d=e@f:g!h$i(j)*k~l_m-n.o',
  '/prod/coins?name=a%20b&tag=1&tag=2',
  '/prod/coins?q=%C3%BCn%C3%AF%2F%26%3D%2B',
  '/prod/coins?empty=&x=1',
];

describe.each(Object.entries(EVENTS))('an event of %s', (name, make) => {
  const isBalancer = name === 'a load balancer';
  const targets = TARGETS.filter((target) => !(isBalancer && target.includes('tag=1')));

  it.each(targets)('is verified: %s', async (target) => {
    const result = await verified(answer, options())(make(await signed(target)));
    expect([result.statusCode, JSON.parse(result.body!)]).toEqual([200, { text: '{"a":1}', target: expect.stringContaining(target) }]);
  });

  it('without content, and with a cookie that is covered', async () => {
    const headers = { Cookie: 'a=1; b=2' };
    const message = { method: 'GET', scheme: 'https', authority: HOST, target: '/prod/coins', fields: Object.entries(headers) };
    const { fields } = await signRequest(message, { signer, components: ['cookie'] });
    const event = make({ method: 'GET', target: '/prod/coins', headers: { ...headers, ...Object.fromEntries(fields) } });
    const seen: unknown[] = [];
    const result = await verified(
      (given: LambdaEventLike) => {
        seen.push(getVerified(given).header('cookie'));
        return { statusCode: 204 };
      },
      options({ verifier: verifierOf({ policy: { components: ['cookie'] } }) }),
    )(event);
    expect([result.statusCode, seen]).toEqual([204, ['a=1; b=2']]);
  });

  it('is refused with a problem document, in the form that the gateway takes', async () => {
    const result = await verified(answer, options())(make({ method: 'POST', target: '/prod/coins', headers: {}, body: 'x' }));
    const headers =
      result.headers ?? Object.fromEntries(Object.entries(result.multiValueHeaders!).map(([field, [value]]) => [field, value]));
    expect([result.statusCode, JSON.parse(result.body!).code]).toEqual([401, 'signature_missing']);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'www-authenticate': 'Signature error="signature_missing"',
    });
    expect(result.multiValueHeaders !== undefined).toBe(name === 'a load balancer that sends lists');
  });

  it('of which something was changed is refused', async () => {
    const handler = verified(answer, options());
    const sent = await signed('/prod/coins?amount=10');
    for (const changed of [
      { ...sent, target: '/prod/coins?amount=99' },
      { ...sent, target: '/prod/other?amount=10' },
      { ...sent, method: 'PUT' },
    ])
      expect(JSON.parse((await handler(make(changed))).body!).code).toBe('signature_mismatch');
    expect(JSON.parse((await handler(make({ ...sent, body: '{"a":2}' }))).body!).code).toBe('digest_mismatch');
    expect((await handler(make(sent))).statusCode).toBe(200);
    expect(JSON.parse((await handler(make(sent))).body!).code).toBe('nonce_replayed');
  });

  it('is answered with a signature', async () => {
    for (const body of ['text', JSON.stringify({ a: 1 }), '']) {
      const fresh = await signed('/prod/coins');
      const handler = verified(() => ({ statusCode: 201, headers: { 'content-type': 'text/plain' }, body }), options({ sign: { signer } }));
      const result = await handler(make(fresh));
      const response = { status: 201, fields: Object.entries(result.headers!) as [string, string][], body: encodeUtf8(result.body!) };
      const request = { method: 'POST', scheme: 'https', authority: HOST, target: '/prod/coins', fields: Object.entries(fresh.headers) };
      const nonce = /nonce="([^"]+)"/.exec(fresh.headers['signature-input']!)![1]!;
      await expect(verifyResponse(response, request, { nonce, resolveKey: () => hmacKey(SECRET) })).resolves.toBeDefined();
    }
  });

  it('that is a preflight is answered', async () => {
    const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    const reached = vi.fn();
    const event = make({ method: 'OPTIONS', target: '/prod/coins', headers: preflight });
    const result = await verified(reached, options({ cors: { origins: ['https://shop.example'] } }))(event);
    const headers = result.headers ?? result.multiValueHeaders!;
    expect([result.statusCode, String(headers['access-control-allow-origin'])]).toEqual([204, 'https://shop.example']);
    const refused = await verified(reached, options())(event);
    expect([refused.statusCode, refused.body]).toEqual([401, expect.stringContaining('preflight')]);
    expect(reached).not.toHaveBeenCalled();
  });
});

describe('what an event lost', () => {
  it.each([
    ['an escaped slash in the path', 'an HTTP API', '/prod/a%2Fb', /HTTP API hands over the path decoded/],
    ['an escape in the path', 'a REST API', '/prod/a%40b', /%2F/],
    ['blanks that were +', 'a REST API', '/prod/coins?name=a+b', /respelledQuery/],
    ['a name without =', 'a load balancer', '/prod/coins?flag', /puts = behind names/],
  ])('is told to the log, not to the peer: %s', async (_, name, target, message) => {
    const told: string[] = [];
    const onEvent = vi.fn();
    const handler = verified(answer, options({ refusals: 'throw', onEvent }));
    const event = EVENTS[name]!(await signed(target));
    await handler(event).catch((error: Error) => told.push(error.message));
    expect(told).toEqual([expect.stringMatching(message)]);
    const result = await verified(answer, options())(event);
    expect([result.statusCode, JSON.parse(result.body!)]).toEqual([401, expect.not.objectContaining({ detail: expect.anything() })]);
  });

  it.each([
    ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe])],
    ['a body that is no longer what arrived', 'with a byte order mark'],
  ])('of a body is a fault of the deployment that says what to set: %s', async (_, body) => {
    const sent = await signed('/prod/coins', { body, headers: { 'Content-Type': 'text/plain' } });
    const event = EVENTS['a REST API']!(sent);
    const shown = typeof body === 'string' ? { ...event, body: 'another' } : event;
    await expect(verified(answer, options())(shown)).rejects.toMatchObject({
      code: 'raw_body_unavailable',
      message: expect.stringContaining('binary media types'),
    });
  });
});

describe('the wrapper', () => {
  it('hands the context on, and takes short answers of HTTP APIs', async () => {
    const event = EVENTS['an HTTP API']!(await signed('/prod/coins'));
    const context = { awsRequestId: '1' };
    const handler = verified((_event: LambdaEventLike, given: object) => ({ same: given === context }), options());
    expect(await handler(event, context)).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"same":true}',
    });
  });

  it('asks for scopes, and answers what the handler refuses', async () => {
    const key = { key: hmacKey(SECRET), scopes: ['coins:read'] };
    const verifier = () => verifierOf({ resolveKey: () => key });
    const handler =
      (...scopes: string[]) =>
      (event: LambdaEventLike) => {
        requireScopes(event, ...scopes);
        return { statusCode: 200 };
      };
    const make = async () => EVENTS['an HTTP API']!(await signed('/prod/coins'));
    expect((await verified(handler('coins:read'), { verifier: verifier() })(await make())).statusCode).toBe(200);
    const refused = await verified(handler('coins:write'), { verifier: verifier() })(await make());
    expect([refused.statusCode, JSON.parse(refused.body!).code]).toEqual([403, 'scope_insufficient']);
    const mounted = await verified(handler('coins:read'), { verifier: verifier(), scopes: ['coins:mint'] })(await make());
    expect(mounted.statusCode).toBe(403);
  });

  it('puts a prefix before the path', async () => {
    const sent = await signed('/v2/prod/coins');
    const event = EVENTS['an HTTP API']!({ ...sent, target: '/prod/coins' });
    expect(messageFromEvent(event, { prefix: '/v2' }).target).toBe('/v2/prod/coins');
    expect((await verified(answer, options({ prefix: '/v2' }))(event)).statusCode).toBe(200);
  });

  it('adds fields of CORS in the form of the result', async () => {
    const cors = { origins: ['https://shop.example'] };
    const headers = { ...JSON_TYPE, origin: 'https://shop.example' };
    const results = [
      { statusCode: 200, headers: { Vary: 'accept' } },
      { statusCode: 200, multiValueHeaders: { vary: ['accept'] } },
      { statusCode: 200 },
    ];
    const got: unknown[] = [];
    for (const result of results) {
      const event = EVENTS['a REST API']!(await signed('/prod/coins', { headers }));
      const full = await verified(() => result, options({ cors }))(event);
      const fields = full.headers ?? full.multiValueHeaders!;
      got.push([String(fields['vary']), String(fields['access-control-allow-origin'])]);
    }
    expect(got).toEqual([
      ['accept, Origin', 'https://shop.example'],
      ['accept, Origin', 'https://shop.example'],
      ['Origin', 'https://shop.example'],
    ]);
  });

  it.each([[undefined], [null], ['event'], [{}], [{ Records: [] }], [{ httpMethod: 'GET' }], [{ rawPath: '/' }]])(
    'refuses what is no event of a request: %j',
    (event) => {
      expect(() => messageFromEvent(event as never)).toThrow(TypeError);
    },
  );

  it.each([[{ verifier: {} }], [{ verifer: verifierOf() }], [{ verifier: verifierOf(), scopes: [] }]])(
    'refuses options it does not know: %#',
    (given) => {
      expect(() => verified(answer, given as never)).toThrow(TypeError);
      expect(() => verified(undefined as never, options())).toThrow(TypeError);
    },
  );
});

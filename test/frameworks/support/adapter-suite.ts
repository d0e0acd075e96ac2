/** What every adapter promises, tried on a bank in each framework. */
import { createResponseVerifier, hmacKey, type KeyRecord, signRequest, type Verifier } from 'countersign';
import type { AdapterOptions, Refusals, VerificationEvent } from 'countersign/express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerOf, bankVerifier, closeServers, jdoe, order, RECORD, refusalOf, SECRET, signer } from './bank.ts';

/** Options as each adapter takes them. */
export interface BankOptions extends AdapterOptions {
  readonly verifier: Verifier;
  readonly refusals?: Refusals;
}

/** A bank in a framework. */
export interface Bank {
  /** Where it is, without a slash at its end. */
  readonly url: string;
  /** Called by every handler, with the method. */
  readonly reached: (method: string) => void;
}

export interface Framework {
  readonly name: string;
  /**
   * Opens a bank whose routes are all behind the adapter:
   * `POST /coins` answers `{ keyid, path, body }`, the body as the framework's own parser made it;
   * `POST /form` the same of a form; `GET /stream` answers `x` 10 times 1000, in pieces; `GET /mint` needs the scope coins:mint, and `GET /read`
   * coins:read, by `requireScopes`; `POST /strict` throws a refusal of `verified.json(schema)`; anything else, by any method, answers `anything`.
   */
  open(options: BankOptions, reached: (method: string) => void): Promise<string>;
  /** Whether a refusal that is thrown is answered by the framework's own error handler, which the bank has answer 418 with the code. */
  readonly throws?: boolean;
}

/** What no order is. */
export const SCHEMA = { '~standard': { validate: () => ({ issues: [{ message: 'no order' }] }) } };

export const PIECES: readonly string[] = Array.from({ length: 10 }, () => 'x'.repeat(1000));

const CORS = { origins: ['https://shop.example'], allowHeaders: ['X-Tenant'], exposeHeaders: ['x-note'], maxAge: 60 };

const PREFLIGHT = {
  method: 'OPTIONS',
  headers: {
    origin: 'https://shop.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-digest,content-type,signature,signature-input',
  },
};

export function describeAdapter({ name, open, throws = true }: Framework): void {
  /** A bank, and what reached its handlers. */
  async function bank(options: Partial<BankOptions> = {}) {
    const reached: string[] = [];
    const url = await open({ verifier: bankVerifier(), ...options }, (method) => reached.push(method));
    return { url, reached };
  }

  describe(`${name}: every adapter`, () => {
    afterEach(async () => {
      vi.restoreAllMocks();
      await closeServers();
    });

    it('lets a verified request through, once, with the body that the framework parses', async () => {
      const { url, reached } = await bank();
      const first = await jdoe()(`${url}/coins?a=%7e&b=c+d&&e`, order);
      expect(await answerOf(first)).toEqual([
        200,
        { keyid: 'jdoe', path: expect.stringMatching(/\/coins\?a=~&b=c\+d&&e$/), body: { currency: 'goldcoins', amount: 10 } },
      ]);
      const headers = await signedHeaders(url, '/coins');
      expect((await fetch(`${url}/coins`, { headers })).status).toBe(200);
      expect(await refusalOf(await fetch(`${url}/coins`, { headers }))).toEqual([401, 'nonce_replayed']);
      expect(reached).toEqual(['POST', 'GET']);
    });

    it('parses a form, and a body of a megabyte', async () => {
      const { url } = await bank();
      const form = await jdoe()(`${url}/form`, { method: 'POST', body: new URLSearchParams('a=1&b=c+d') });
      expect(await answerOf(form)).toMatchObject([200, { body: { a: '1', b: 'c d' } }]);
      const body = JSON.stringify({ text: 'x'.repeat(900_000) });
      const [status, large] = await answerOf(await jdoe()(`${url}/coins`, { ...order, body }));
      expect([status, (large as { body: { text: string } }).body.text.length]).toEqual([200, 900_000]);
    });

    it('hands no unsigned request to any handler, whatever the method', async () => {
      const { url, reached } = await bank();
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const init = { method, headers: { origin: 'https://shop.example', 'x-http-method-override': 'OPTIONS' } };
        // Fastify answers 404 where there is no route.
        for (const path of ['/coins', '/read', '/', '/anything'])
          expect([401, 404], method).toContain((await fetch(url + path, init)).status);
      }
      expect((await fetch(`${url}/coins`, PREFLIGHT)).status).toBe(401);
      expect(reached).toEqual([]);
    });

    it('hands none to any handler with cors either', async () => {
      const { url, reached } = await bank({ cors: CORS });
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'])
        expect((await fetch(`${url}/anything`, { method, headers: { origin: 'https://shop.example' } })).status).toBe(401);
      expect((await fetch(`${url}/anything`, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } })).status).toBe(
        401,
      );
      expect((await fetch(`${url}/anything`, PREFLIGHT)).status).toBe(204);
      expect(reached).toEqual([]);
    });

    it('answers refusals as problem documents', async () => {
      const { url } = await bank();
      const unsigned = await fetch(`${url}/coins`, order);
      expect(unsigned.headers.get('content-type')).toBe('application/problem+json');
      expect(unsigned.headers.get('cache-control')).toBe('no-store');
      expect(unsigned.headers.get('www-authenticate')).toBe('Signature error="signature_missing"');
      expect(unsigned.headers.get('accept-signature')).toContain('"content-digest"');
      expect(await refusalOf(unsigned)).toEqual([401, 'signature_missing']);
      const headers = await signedHeaders(url, '/coins', { body: order.body as string });
      expect(await refusalOf(await fetch(`${url}/coins`, { ...order, headers, body: '{"currency":"goldcoins", "amount":99}' }))).toEqual([
        400,
        'digest_mismatch',
      ]);
      const large = await jdoe()(`${url}/coins`, { ...order, body: JSON.stringify('x'.repeat(1_100_000)) });
      expect(await refusalOf(large)).toEqual([413, 'body_too_large']);
    });

    it('answers a refusal that a handler throws', async () => {
      const { url } = await bank();
      expect(await refusalOf(await jdoe()(`${url}/strict`, order))).toEqual([400, 'payload_malformed']);
    });

    it.runIf(throws)("leaves refusals to the framework's error handler where it is told to", async () => {
      const { url, reached } = await bank({ refusals: 'throw' });
      expect(await answerOf(await fetch(`${url}/coins`, order))).toEqual([418, 'signature_missing']);
      expect(reached).toEqual([]);
    });

    it('asks for scopes: of the adapter, and of the route', async () => {
      const { url, reached } = await bank();
      expect((await jdoe()(`${url}/read`)).status).toBe(200);
      const refused = await jdoe()(`${url}/mint`);
      expect(await refused.json()).toMatchObject({ status: 403, code: 'scope_insufficient', detail: 'the key lacks coins:mint' });
      expect(reached).toEqual(['GET']);
      const strict = await bank({ scopes: ['coins:read', 'coins:mint'] });
      expect(await refusalOf(await jdoe()(`${strict.url}/read`))).toEqual([403, 'scope_insufficient']);
      const without: KeyRecord = { ...RECORD, scopes: null };
      const none = await bank({ verifier: bankVerifier({ resolveKey: () => without }), scopes: ['coins:read'] });
      expect(await refusalOf(await jdoe()(`${none.url}/coins`, order))).toEqual([403, 'scope_insufficient']);
      expect([strict.reached, none.reached]).toEqual([[], []]);
    });

    describe('cors', () => {
      it('answers a preflight with the exact lists', async () => {
        const { url } = await bank({ cors: CORS });
        const answer = await fetch(`${url}/coins`, PREFLIGHT);
        expect([answer.status, await answer.text()]).toEqual([204, '']);
        expect(Object.fromEntries([...answer.headers].filter(([field]) => /^access-control|^vary$/.test(field)))).toEqual({
          'access-control-allow-origin': 'https://shop.example',
          'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
          'access-control-allow-headers': 'content-digest, content-type, signature, signature-input, x-tenant',
          'access-control-max-age': '60',
          vary: 'Origin',
        });
      });

      it('allows no other origin', async () => {
        const { url } = await bank({ cors: CORS });
        for (const origin of ['https://shop.example.evil.example', 'http://shop.example', 'null', 'https://SHOP.example']) {
          const answer = await fetch(`${url}/coins`, { ...PREFLIGHT, headers: { ...PREFLIGHT.headers, origin } });
          expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, null]);
        }
      });

      it('lets pages read answers and refusals', async () => {
        const { url } = await bank({ cors: { ...CORS, credentials: true } });
        const init = { ...order, headers: { ...order.headers, origin: 'https://shop.example' } };
        for (const answer of [await jdoe()(`${url}/coins`, init), await fetch(`${url}/coins`, init)]) {
          expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
          expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
          expect(answer.headers.get('access-control-expose-headers')).toBe(
            'accept-signature, content-digest, retry-after, signature, signature-input, www-authenticate, x-note',
          );
          expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/i);
        }
        const other = await fetch(`${url}/coins`, { headers: { origin: 'https://evil.example' } });
        expect(other.headers.get('access-control-allow-origin')).toBeNull();
      });

      it('is what a refused preflight asks for', async () => {
        const { url } = await bank();
        const refused = (await (await fetch(`${url}/coins`, PREFLIGHT)).json()) as { readonly detail: string };
        expect(refused).toMatchObject({ code: 'signature_missing', detail: expect.stringMatching(/preflight.*option cors/) });
      });
    });

    describe('signs responses', () => {
      const responseVerifier = createResponseVerifier({ resolveKey: () => hmacKey(SECRET) });

      it('of every kind: a text, JSON, a stream, HEAD', async () => {
        const { url } = await bank({ sign: { signer } });
        const verified = jdoe({ responseVerifier });
        expect(await answerOf(await verified(`${url}/coins`, order))).toMatchObject([200, { keyid: 'jdoe' }]);
        expect(await answerOf(await verified(`${url}/anything`))).toEqual([200, 'anything']);
        expect(await answerOf(await verified(`${url}/stream`))).toEqual([200, PIECES.join('')]);
        const head = await verified(`${url}/anything`, { method: 'HEAD' });
        expect([head.status, await head.text()]).toEqual([200, '']);
      });

      it('of nothing else: refusals, and requests that did not pass', async () => {
        const { url } = await bank({ sign: { signer } });
        expect((await fetch(`${url}/coins`, order)).headers.get('signature')).toBeNull();
        await expect(jdoe({ responseVerifier })(`${await (await bank()).url}/anything`)).rejects.toMatchObject({
          code: 'response_refused',
        });
      });

      it('of those that can be held back; a longer one is answered with 500', async () => {
        const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
        const { url } = await bank({ sign: { signer, bufferBytes: 9_999 } });
        const answer = await jdoe()(`${url}/stream`);
        expect(await answerOf(answer)).toEqual([500, { type: 'about:blank', title: 'Internal Server Error', status: 500 }]);
        expect(told.mock.calls.flat()).toContainEqual(
          expect.objectContaining({ message: expect.stringContaining('sign.bufferBytes (9999)') }),
        );
        const enough = await bank({ sign: { signer, bufferBytes: 10_000 } });
        expect((await jdoe({ responseVerifier })(`${enough.url}/stream`)).status).toBe(200);
      });
    });

    it('tells what happened, and survives who is told', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const events: VerificationEvent[] = [];
      const onEvent = (event: VerificationEvent) => {
        events.push(event);
        throw new Error('the metrics are down');
      };
      const { url } = await bank({ onEvent });
      await jdoe()(`${url}/coins`, order);
      await fetch(`${url}/coins`);
      await fetch(`${url}/coins`, { headers: await signedHeaders(url, '/coins', { created: Math.floor(Date.now() / 1000) - 1000 }) });
      const down = await bank({
        onEvent,
        verifier: bankVerifier({
          resolveKey: () => {
            throw new Error('the database is down');
          },
        }),
      });
      expect((await jdoe({ retry: undefined })(`${down.url}/coins`, order)).status).toBe(503);
      const brief = events.map(({ outcome, code, keyid }) => [outcome, code, keyid]);
      expect(brief).toEqual([
        ['accepted', undefined, 'jdoe'],
        ['refused', 'signature_missing', undefined],
        ['refused', 'expired', 'jdoe'],
        ['failed', 'store_unavailable', 'jdoe'],
      ]);
      const [accepted, missing, late] = events;
      expect([Math.abs(accepted!.clockDifference!) <= 5, missing!.clockDifference]).toEqual([true, undefined]);
      expect(Math.abs(late!.clockDifference! - 1000)).toBeLessThanOrEqual(5);
      expect(events.every(({ duration }) => duration >= 0 && duration < 60)).toBe(true);
    });

    it('puts the prefix before the path', async () => {
      const { url } = await bank({ prefix: '/v2' });
      const path = new URL(url).pathname.replace(/\/$/, '');
      const headers = await signedHeaders(url, `/v2${path}/anything`, {}, '');
      expect((await fetch(`${url}/anything`, { headers })).status).toBe(200);
      expect(await refusalOf(await jdoe()(`${url}/anything`))).toEqual([401, 'signature_mismatch']);
    });

    it('is made with options that it knows', async () => {
      const options: Record<string, object> = {
        'no verifier': { verifier: undefined },
        'another verifier': { verifier: {} },
        'an unknown option': { scope: ['coins:read'] },
        'an unknown option of cors': { cors: { origin: '*' } },
        'a wildcard origin': { cors: { origins: ['*'] } },
        'no signer': { sign: {} },
        'no scopes': { scopes: [] },
        'another word for refusals': { refusals: 'next' },
        'a prefix that is none': { prefix: 'v2' },
      };
      for (const [what, option] of Object.entries(options))
        await expect(
          Promise.resolve().then(() => open({ verifier: bankVerifier(), ...option } as BankOptions, () => undefined)),
          what,
        ).rejects.toThrow(/must|there is no|required/);
    });
  });
}

/** The fields of a signed GET, or of a POST with a body. */
async function signedHeaders(
  url: string,
  path: string,
  { body, created }: { readonly body?: string; readonly created?: number } = {},
  base = new URL(url).pathname.replace(/\/$/, ''),
): Promise<Record<string, string>> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const message = {
    method: body === undefined ? 'GET' : 'POST',
    scheme: 'http',
    authority: new URL(url).host,
    target: base + path,
    fields: Object.entries(type),
    body: body === undefined ? undefined : new TextEncoder().encode(body),
  };
  const { fields } = await signRequest(message, { signer, ...(created !== undefined && { created }) });
  return { ...type, ...Object.fromEntries(fields) };
}

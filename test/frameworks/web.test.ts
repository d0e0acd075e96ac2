/** Handlers of `Request` and `Response`: the shape of Workers, Deno and Bun. */
import { Readable } from 'node:stream';
import { isVerificationError, signRequest } from 'countersign';
import { getUpload, getVerified, requireScopes, verified, type WebHandler } from 'countersign/web';
import { afterEach, describe, expect, it } from 'vitest';
import { describeAdapter, PIECES, SCHEMA } from './support/adapter-suite.ts';
import { bankVerifier, closeServers, refusalOf, serve, signer } from './support/bank.ts';
import { bridge } from './support/bridge.ts';

describeAdapter({
  name: 'Request and Response',
  open: async (options, reached) => {
    const routes: Readonly<Record<string, (request: Request) => Promise<Response> | Response>> = {
      'POST /coins': async (request) => answer(request, await request.json()),
      'GET /coins': (request) => answer(request, null),
      'POST /form': async (request) => answer(request, Object.fromEntries(await request.formData())),
      'GET /stream': (request) => {
        reached(request.method);
        return new Response(Readable.toWeb(Readable.from(PIECES.map((piece) => new TextEncoder().encode(piece)))) as ReadableStream);
      },
      'GET /mint': (request) => {
        requireScopes(request, 'coins:mint');
        return answer(request, null);
      },
      'GET /read': (request) => {
        requireScopes(request, 'coins:read');
        return answer(request, null);
      },
      'POST /strict': (request) => Response.json(getVerified(request).json(SCHEMA)),
    };
    const answer = (request: Request, body: unknown) => {
      reached(request.method);
      const { keyid, path, query } = getVerified(request);
      return Response.json({ keyid, path: path() + query(), body });
    };
    const handler: WebHandler<[]> = (request) => {
      const route = routes[`${request.method} ${new URL(request.url).pathname}`];
      if (route !== undefined) return route(request);
      reached(request.method);
      return new Response('anything');
    };
    const guarded = verified(handler, options);
    return bridge((request) =>
      guarded(request).catch((error: unknown) => new Response(isVerificationError(error) ? error.code : String(error), { status: 418 })),
    );
  },
});

afterEach(closeServers);

describe('the wrapper of handlers', () => {
  const message = { method: 'POST', scheme: 'https', authority: 'bank.example', target: '/coins', fields: [] };

  async function signed(): Promise<Request> {
    const { fields } = await signRequest({ ...message, body: new TextEncoder().encode('coins') }, { signer });
    const headers = [...fields].map(([name, value]) => [name, value] as [string, string]);
    return new Request('https://bank.example/coins', { method: 'POST', headers, body: new TextEncoder().encode('coins') });
  }

  const verifier = () => bankVerifier({ authority: 'bank.example' });

  it('hands on what the platform gives, and the very request', async () => {
    const seen: unknown[] = [];
    const handler = verified(
      (request: Request, env: { readonly DB: string }, context: object) => {
        seen.push(request, env, context);
        return new Response('ok');
      },
      { verifier: verifier() },
    );
    const given = [await signed(), { DB: 'db' }, {}] as const;
    expect((await handler(...given)).status).toBe(200);
    expect(seen).toEqual(given);
    expect(seen[0]).toBe(given[0]);
  });

  it('lets handlers answer with what somebody else made, and adds fields to it', async () => {
    const foreign = await fetch(await serve((_, response) => void response.setHeader('vary', 'accept').end('elsewhere')));
    const handler = verified(() => foreign, { verifier: verifier(), cors: { origins: () => true }, sign: { signer } });
    const answer = await handler(await signed());
    expect([await answer.text(), answer.headers.get('vary')]).toEqual(['elsewhere', 'accept, Origin']);
    expect(answer.headers.get('signature')).not.toBeNull();
  });

  it('says what to do where the body was read before', async () => {
    const handler = verified(() => new Response('reached'), { verifier: verifier() });
    const request = await signed();
    await request.text();
    await expect(handler(request)).rejects.toMatchObject({
      code: 'raw_body_unavailable',
      message: expect.stringContaining('request.clone()'),
    });
  });

  it.each([
    ['a part of it', 'coins', '12'],
    ['more than was announced', 'coins of gold', '5'],
  ])('says that the body was cut or changed where there is %s', async (_, body, length) => {
    const handler = verified(() => new Response('reached'), { verifier: verifier() });
    const headers = { ...Object.fromEntries((await signed()).headers), 'content-length': length };
    const cut = new Request('https://bank.example/coins', { method: 'POST', headers, body: new TextEncoder().encode(body) });
    await expect(handler(cut)).rejects.toMatchObject({
      code: 'raw_body_unavailable',
      message: expect.stringMatching(new RegExp(`${length} bytes were announced, and ${body.length} are here`)),
    });
  });

  it('says so of an upload, at its end', async () => {
    const handler = verified(
      async (request) => {
        return new Response(await new Response(getUpload(request).body).text());
      },
      { verifier: verifier(), upload: { bodyBytes: 1_000 } },
    );
    const headers = { ...Object.fromEntries((await signed()).headers), 'content-length': '12' };
    const cut = new Request('https://bank.example/coins', { method: 'POST', headers, body: new TextEncoder().encode('coins') });
    await expect(handler(cut)).rejects.toMatchObject({ code: 'raw_body_unavailable' });
  });

  it.each([
    ["Deno's info", (address: string) => ({ remoteAddr: { hostname: address } })],
    ["Bun's server", (address: string) => ({ requestIP: () => ({ address }) })],
  ])('knows who a proxy is by %s', async (_, platform) => {
    const handler = verified((_request: Request, _platform: object) => new Response('reached'), {
      verifier: verifier(),
      trustedProxy: { addresses: ['10.0.0.7'], host: 'x-forwarded-host' },
    });
    const through = async () => {
      const request = await signed();
      return new Request('https://internal.example/coins', {
        method: 'POST',
        headers: [...request.headers, ['x-forwarded-host', 'bank.example']],
        body: await request.arrayBuffer(),
      });
    };
    expect((await handler(await through(), platform('10.0.0.7'))).status).toBe(200);
    expect(await refusalOf(await handler(await through(), platform('10.0.0.8')))).toEqual([401, 'authority_forbidden']);
    expect(await refusalOf(await handler(await through(), {}))).toEqual([401, 'authority_forbidden']);
  });

  it('leaves faults of the handler to whoever called', async () => {
    const handler = verified(
      () => {
        throw new Error('the disk is full');
      },
      { verifier: verifier() },
    );
    await expect(handler(await signed())).rejects.toThrow('the disk is full');
  });
});

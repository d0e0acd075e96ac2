/** Callers who send a key and sign nothing, or who sign: in each framework's own manner. */
import { createServer } from 'node:http';
import { createSignedFetch, createVerifier, type Fetch, hmacSigner, memoryReplayStore, VerificationError } from 'countersign';
import { aesGcmSealer, createApiKeys, memoryKeyStore, requireConsumer } from 'countersign/api-keys';
import * as express from 'countersign/express';
import * as fastify from 'countersign/fastify';
import * as hono from 'countersign/hono';
import * as koa from 'countersign/koa';
import * as lambda from 'countersign/lambda';
import * as next from 'countersign/next';
import * as node from 'countersign/node';
import { signedUrls, signUrl } from 'countersign/url';
import * as web from 'countersign/web';
import Express, { type Request as ExpressRequest } from 'express';
import Express4 from 'express-4';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { answerOf, closeServers, listen, refusalOf, serve } from './support/bank.ts';
import { bridge } from './support/bridge.ts';

type Options = web.IdentifiedOptions;

/** What each bank answers: at `/mint` to whoever may, at `/sign` to whoever signed. */
type Answers = (request: object, path: string, adapter: Pick<typeof web, 'getConsumer' | 'getVerified'>) => string;

const answer: Answers = (request, path, { getConsumer, getVerified }) => {
  const consumer = getConsumer(request);
  if (path === '/sign') return `signed by ${getVerified(request).keyid === consumer.keyid}`;
  if (path === '/strict') requireConsumer(consumer, { proof: 'signature' });
  return `${consumer.owner} by ${consumer.proof}`;
};

const apps: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await closeServers();
});

const pathOf = (url: string): string => new URL(url, 'http://bank.example').pathname;

/** An Express of either major version. */
const inExpress = (make: typeof Express) => async (options: Options) => {
  const app = make();
  app.use(express.identified(options));
  app.get('/mint', express.requireScopes('coins:mint'), (_request, response) => void response.send('minted'));
  app.use((request: ExpressRequest, response) => void response.send(answer(request, request.path, express)));
  app.use(express.answerRefusals);
  return serve(app);
};

/** The handlers of what takes a `Request`. */
const webHandler =
  ({ getConsumer, getVerified, requireScopes }: Pick<typeof web, 'getConsumer' | 'getVerified' | 'requireScopes'>) =>
  (request: Request): Response => {
    const path = pathOf(request.url);
    if (path === '/mint') requireScopes(request, 'coins:mint');
    return new Response(answer(request, path, { getConsumer, getVerified }));
  };

const BANKS: Readonly<Record<string, (options: Options) => Promise<string>>> = {
  'Express 5': inExpress(Express),
  'Express 4': inExpress(Express4 as unknown as typeof Express),
  Fastify: async (options) => {
    const app = Fastify();
    apps.push(app);
    await app.register(fastify.identified, options as never);
    app.get('/mint', { onRequest: fastify.requireScopes('coins:mint') }, async () => 'minted');
    app.get('/*', async (request, reply) => {
      expect((request as unknown as { readonly consumer: unknown }).consumer).toBe(fastify.getConsumer(request));
      try {
        return answer(request, pathOf(request.url), fastify);
      } catch (error) {
        if (!(error instanceof VerificationError)) throw error;
        const { status, headers, body } = error.toProblem();
        return reply.code(status).headers(headers).send(body);
      }
    });
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
  Koa: async (options) => {
    const app = new Koa();
    app.silent = true;
    app.use(koa.identified(options));
    app.use((context, next) => (context.path === '/mint' ? koa.requireScopes('coins:mint')(context, next) : next()));
    app.use((context) => {
      expect(Object.keys(context.state)).toHaveLength(1);
      context.body = answer(context, context.path, koa);
    });
    return serve(app.callback());
  },
  Hono: async (options) => {
    const app = new Hono();
    app.use(hono.identified(options));
    app.get('/mint', hono.requireScopes('coins:mint'), (c) => c.text('minted'));
    app.all('*', (c) => c.text(answer(c, c.req.path, hono)));
    app.onError((error, c) => (error instanceof VerificationError ? error.toResponse() : c.text('fault', 500)));
    return bridge(async (request) => app.fetch(request));
  },
  'Request and Response': async (options) => bridge(web.identified(webHandler(web), options)),
  'Next, a route handler': async (options) => bridge(next.identified(webHandler(next), options)),
  'Next, an API route': async (options) => {
    const handler = next.identifiedApi((request: node.NodeRequestLike, response: node.NodeResponseLike) => {
      const path = pathOf(request.url!);
      if (path === '/mint') next.requireScopes(request, 'coins:mint');
      response.end(answer(request, path, next));
    }, options);
    return serve((request, response) => void handler(request, response).catch(() => response.writeHead(500).end()));
  },
  'plain Node': async ({ identify, ...options }) => {
    const handler = node.identifiedHandler(
      identify,
      (consumer, request, response) => {
        const path = pathOf(request.url!);
        if (path === '/mint') requireConsumer(consumer, { scopes: ['coins:mint'] });
        response.end(answer(request, path, node));
      },
      { ...options, onError: () => undefined },
    );
    return listen(createServer(handler));
  },
  Lambda: async (options) => {
    const handler = lambda.identified((event: lambda.LambdaEventLike) => {
      if (event.rawPath === '/mint') lambda.requireScopes(event, 'coins:mint');
      return { statusCode: 200, body: answer(event, event.rawPath!, lambda) };
    }, options);
    return serve(async (request, response) => {
      const { pathname, search } = new URL(request.url!, 'http://bank.example');
      const result = await handler({
        version: '2.0',
        rawPath: pathname,
        rawQueryString: search.slice(1),
        headers: request.headers as Record<string, string>,
        requestContext: { http: { method: request.method } },
      }).catch(() => ({ statusCode: 500, headers: {}, body: '' }));
      response.writeHead(result.statusCode, result.headers as Record<string, string>).end(result.body);
    });
  },
};

/** A bank, jdoe's keys to it, and what he sends. */
async function openBank(open: (options: Options) => Promise<string>, more: Partial<Options> = {}) {
  const keys = { current: '1', keys: { 1: new Uint8Array(32).fill(1) } };
  const apiKeys = createApiKeys({ store: memoryKeyStore(), pepper: keys, sealer: aesGcmSealer(keys), prefix: 'bank' });
  const bearer = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe', scopes: ['coins:read'] });
  const signing = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', scopes: ['coins:read', 'coins:mint'] });
  const verifier = createVerifier({
    authority: (host) => host.startsWith('127.0.0.1:'),
    resolveKey: apiKeys.resolveKey,
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    query: signedUrls(),
  });
  const url = await open({ identify: (request) => apiKeys.authenticate(request, { basicUser: true }), verifier, ...more });
  const signer = hmacSigner(signing);
  const signed: Fetch = createSignedFetch({ signer });
  return { url, bearer, signer, signed, authorization: { headers: { authorization: `Bearer ${bearer.secret}` } } };
}

describe.each(Object.keys(BANKS))('%s: a key, or a signature', (name) => {
  const open = (more?: Partial<Options>) => openBank(BANKS[name]!, more);

  it('lets callers with a key through, and says that they signed nothing', async () => {
    const { url, bearer, authorization } = await open();
    expect(await answerOf(await fetch(`${url}/coins`, authorization))).toEqual([200, 'jdoe by identification']);
    const basic = { headers: { authorization: `Basic ${btoa(`${bearer.secret}:`)}` } };
    expect(await answerOf(await fetch(`${url}/coins`, basic))).toEqual([200, 'jdoe by identification']);
    expect(await refusalOf(await fetch(`${url}/strict`, authorization))).toEqual([403, 'proof_insufficient']);
    expect((await fetch(`${url}/sign`, authorization)).status).toBe(500);
  });

  it('refuses whoever has none, with a challenge', async () => {
    const { url } = await open();
    // Well made, and of another bank.
    const stranger = (await openBank(async () => '')).bearer.secret;
    for (const [authorization, status, code] of [
      ['', 401, 'credential_missing'],
      [`Bearer ${stranger}`, 401, 'credential_invalid'],
      ['Bearer nonsense', 400, 'credential_malformed'],
    ] as const) {
      const refused = await fetch(`${url}/coins`, authorization === '' ? {} : { headers: { authorization } });
      expect([refused.headers.get('content-type'), refused.headers.get('www-authenticate')]).toEqual([
        'application/problem+json',
        status === 401 ? expect.stringMatching(/^Bearer realm="bank", Basic realm="bank"/) : null,
      ]);
      expect(await refusalOf(refused)).toEqual([status, code]);
    }
  });

  it('asks for scopes of either', async () => {
    const { url, authorization, signed } = await open({ scopes: ['coins:read'] });
    expect(await refusalOf(await fetch(`${url}/mint`, authorization))).toEqual([403, 'scope_insufficient']);
    expect((await signed(`${url}/mint`)).status).toBe(200);
    const strict = await open({ scopes: ['coins:mint'] });
    expect(await refusalOf(await fetch(`${strict.url}/coins`, strict.authorization))).toEqual([403, 'scope_insufficient']);
  });

  it('verifies what is signed, and never asks for a key then', async () => {
    const { url, signer, signed, authorization } = await open();
    expect(await answerOf(await signed(`${url}/strict`))).toEqual([200, 'jdoe by signature']);
    expect(await answerOf(await signed(`${url}/sign`))).toEqual([200, 'signed by true']);
    expect(await answerOf(await fetch(await signUrl(`${url}/coins`, { signer, expiresIn: 60 })))).toEqual([200, 'jdoe by signature']);
    const forged = { headers: { ...authorization.headers, 'signature-input': 'sig=()', signature: 'sig=:AA==:' } };
    expect((await fetch(`${url}/coins`, forged)).status).toBe(401);
  });

  it('does with keys alone', async () => {
    const { url, authorization, signed } = await open({ verifier: undefined });
    expect(await answerOf(await fetch(`${url}/coins`, authorization))).toEqual([200, 'jdoe by identification']);
    expect(await refusalOf(await signed(`${url}/coins`))).toEqual([401, 'credential_missing']);
  });

  it('tells what happened', async () => {
    const events: unknown[] = [];
    const { url, bearer, authorization } = await open({ onEvent: ({ outcome, code, keyid }) => events.push([outcome, code, keyid]) });
    await fetch(`${url}/coins`, authorization);
    await fetch(`${url}/coins`);
    expect(events).toEqual([
      ['accepted', undefined, bearer.keyid],
      ['refused', 'credential_missing', undefined],
    ]);
  });

  it('is made with options that it knows', async () => {
    for (const options of [{ identify: undefined }, { apiKeys: {} }, { verifier: {} }, { places: {} }, { upload: {} }])
      await expect(open(options as object), JSON.stringify(options)).rejects.toThrow(TypeError);
  });

  it('takes no answer of identify that is no consumer', async () => {
    const { url } = await open({ identify: () => ({ owner: 'jdoe' }) as never });
    expect((await fetch(`${url}/coins`)).status).toBe(500);
  });
});

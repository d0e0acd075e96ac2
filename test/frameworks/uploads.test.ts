/** Uploads through every adapter that is given a stream, in its framework, over real sockets. */
import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { serve as serveHono } from '@hono/node-server';
import { signRequest, type Upload } from 'countersign';
import { answerRefusals, getUpload as expressUpload, verified as verifiedExpress } from 'countersign/express';
import { countersign, getUpload as fastifyUpload } from 'countersign/fastify';
import { getUpload as honoUpload, requireScopes, verified as verifiedHono } from 'countersign/hono';
import { getUpload as koaUpload, verified as verifiedKoa } from 'countersign/koa';
import { getUpload as nextUpload, verifiedApi, verified as verifiedNext } from 'countersign/next';
import { verifiedHandler } from 'countersign/node';
import { getVerified, verified as verifiedWeb, getUpload as webUpload } from 'countersign/web';
import express, { type Express, type Request as ExpressRequest, type Response as ExpressResponse } from 'express';
import express4 from 'express-4';
import Fastify, { type FastifyPluginAsync } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import type { BankOptions } from './support/adapter-suite.ts';
import { answerOf, bankVerifier, closeServers, listen, refusalOf, serve, signer } from './support/bank.ts';

const CONTENT = Buffer.alloc(700_000, 'what is uploaded ');
const LIMIT = { bodyBytes: 800_000 };

/** What a handler does with an upload: the text that it answers. It may answer with another status. */
type Store = (upload: Upload) => Promise<string | { readonly status: number }>;

/** Reads all, and answers when it counts. */
const honest: Store = async ({ body, finished }) => {
  const read = await buffer(body);
  const { keyid } = await finished;
  return `${keyid}: ${read.length}, ${read.equals(CONTENT)}`;
};

/** Opens a server with a route `PUT /files/a.bin` whose handler calls `store`. */
type Open = (options: BankOptions, store: Store) => Promise<string>;

const closing: (() => unknown)[] = [];

const openExpress =
  (make: () => Express): Open =>
  async (options, store) => {
    const app = make();
    app.use(verifiedExpress(options));
    const handler = (request: ExpressRequest, response: ExpressResponse, next: (error: unknown) => void): void => {
      store(expressUpload(request)).then(
        (answer) => (typeof answer === 'string' ? response.send(answer) : response.status(answer.status).send('no')),
        next,
      );
    };
    app.put('/files/a.bin', handler);
    app.use(answerRefusals);
    return serve(app);
  };

const responseOf = (answer: Awaited<ReturnType<Store>>): Response =>
  typeof answer === 'string' ? new Response(answer) : new Response('no', { status: answer.status });

const bridge = (handler: (request: Request) => Promise<Response>): Promise<string> =>
  serve(async (incoming, outgoing) => {
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method!,
      headers: Object.entries(incoming.headers) as [string, string][],
      body: Readable.toWeb(incoming) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    const response = await handler(request);
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(await response.text());
    incoming.resume();
  });

const FRAMEWORKS: Readonly<Record<string, Open>> = {
  'node:http': async (options, store) => {
    const { verifier, refusals: _, ...others } = options;
    const handler = verifiedHandler(
      verifier,
      async (upload, _request, response) => {
        const answer = await store(upload);
        if (typeof answer !== 'string') response.statusCode = answer.status;
        response.end(typeof answer === 'string' ? answer : 'no');
      },
      { ...others, upload: options.upload! },
    );
    return listen(createServer(handler));
  },
  'Express 5': openExpress(express),
  'Express 4': openExpress(express4),
  Fastify: async (options, store) => {
    const app = Fastify({ forceCloseConnections: true });
    closing.push(() => app.close());
    app.post('/parsed', async ({ body }) => body);
    const routes: FastifyPluginAsync = async (uploads) => {
      await uploads.register(countersign, options as never);
      uploads.put('/files/a.bin', async (request, reply) => {
        const answer = await store(fastifyUpload(request));
        return typeof answer === 'string' ? answer : reply.code(answer.status).send('no');
      });
    };
    app.register(routes);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    // Parsers of other instances stay.
    const parsed = await globalThis.fetch(`${url}/parsed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await parsed.json()).toEqual({ a: 1 });
    return url;
  },
  Hono: (options, store) =>
    new Promise((resolve) => {
      const app = new Hono();
      app.use(verifiedHono(options));
      app.put('/files/a.bin', requireScopes('coins:read'), async (c) => responseOf(await store(honoUpload(c))));
      const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`http://127.0.0.1:${port}`));
      closing.push(() => server.close());
    }),
  Koa: (options, store) => {
    const app = new Koa();
    app.silent = true;
    app.use(verifiedKoa(options));
    app.use(async (context) => {
      const answer = await store(koaUpload(context));
      if (typeof answer === 'string') context.body = answer;
      else Object.assign(context, { body: 'no', status: answer.status });
    });
    return serve(app.callback());
  },
  'Request and Response': (options, store) =>
    bridge(
      verifiedWeb(async (request) => {
        const answer = await store(webUpload(request));
        if (typeof answer === 'string' && answer.startsWith('jdoe')) expect(getVerified(request).keyid).toBe('jdoe');
        return responseOf(answer);
      }, options),
    ),
  'a route handler of Next': (options, store) =>
    bridge(verifiedNext(async (request: Request) => responseOf(await store(nextUpload(request))), options)),
  'an API route of Next': (options, store) =>
    serve(
      verifiedApi(async (request, response) => {
        const answer = await store(nextUpload(request));
        if (typeof answer !== 'string') response.statusCode = answer.status;
        response.end(typeof answer === 'string' ? answer : 'no');
      }, options) as never,
    ),
};

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await closeServers();
});

async function uploadHeaders(url: string): Promise<Record<string, string>> {
  const digest = `sha-256=:${createHash('sha256').update(CONTENT).digest('base64')}:`;
  const fields = [
    ['content-type', 'application/json'],
    ['content-digest', digest],
  ] as const;
  const message = { method: 'PUT', scheme: 'http', authority: new URL(url).host, target: '/files/a.bin', fields };
  return Object.fromEntries([...fields, ...(await signRequest(message, { signer })).fields]);
}

/** Sends an upload on a connection of its own, and hears the answer that comes before all of it is sent. */
async function put(url: string, body: Uint8Array = CONTENT, headers?: Record<string, string>): Promise<Response> {
  const fields = { 'content-length': String(body.length), connection: 'close', ...(headers ?? (await uploadHeaders(url))) };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/files/a.bin`, { method: 'PUT', headers: fields, agent: false });
    outgoing.on('response', (incoming) => {
      const headers = Object.entries(incoming.headers) as [string, string][];
      text(incoming).then((content) => resolve(new Response(content, { status: incoming.statusCode!, headers })), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe.each(Object.entries(FRAMEWORKS))('an upload through %s', (_, start) => {
  const open = (store: Store, options: Partial<BankOptions> = {}): Promise<string> =>
    start({ verifier: bankVerifier(), upload: LIMIT, ...options }, store);

  it('flows to the handler, and counts once', async () => {
    const url = await open(honest);
    const headers = await uploadHeaders(url);
    const answers = await Promise.all([put(url, CONTENT, headers), put(url, CONTENT, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    for (const answer of answers) {
      if (answer.status === 200) expect(await answerOf(answer)).toEqual([200, 'jdoe: 700000, true']);
      else expect(await refusalOf(answer)).toEqual([401, 'nonce_replayed']);
    }
  });

  it('is refused at its end where it was changed, whatever the handler answers', async () => {
    const changed = Buffer.from(CONTENT);
    changed[600_000]! ^= 1;
    for (const store of [honest, async ({ body }: Upload) => String(await buffer(body).catch(() => 'stored'))]) {
      const url = await open(store);
      expect(await refusalOf(await put(url, changed, await uploadHeaders(url)))).toEqual([400, 'digest_mismatch']);
    }
  });

  it('is refused where it is answered before it has ended', async () => {
    for (const store of [
      async () => 'stored',
      async ({ body }: Upload) => {
        for await (const piece of body) return `${piece.length > 0}`;
        return 'empty';
      },
    ]) {
      const url = await open(store);
      expect(await refusalOf(await put(url))).toEqual([400, 'body_incomplete']);
    }
  });

  it('may be answered early with a failure', async () => {
    const url = await open(async () => ({ status: 415 }));
    expect(await answerOf(await put(url))).toEqual([415, 'no']);
  });

  it('is refused before anything of it is read', async () => {
    let reached = 0;
    const url = await open(async () => `${(reached += 1)}`);
    const headers = await uploadHeaders(url);
    const { 'content-digest': _digest, ...without } = headers;
    expect(await refusalOf(await put(url, CONTENT, { 'content-type': 'application/json' }))).toEqual([401, 'signature_missing']);
    expect((await put(url, CONTENT, without)).status).toBe(400);
    expect(await refusalOf(await put(url, new Uint8Array(800_001), headers))).toEqual([413, 'body_too_large']);
    const scoped = await open(async () => `${(reached += 1)}`, { scopes: ['files:write'] });
    expect(await refusalOf(await put(scoped))).toEqual([403, 'scope_insufficient']);
    expect(reached).toBe(0);
  });

  it('needs a limit that is one', async () => {
    await expect((async () => open(honest, { upload: { bodyBytes: -1 } }))()).rejects.toThrow(/bodyBytes/);
  });
});

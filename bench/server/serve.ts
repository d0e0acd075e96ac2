/**
 * A server in a process of its own: `node serve.ts express verified` or `… plain`. It tells its port, and, when asked, how long its event loop was
 * kept waiting.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createVerifier, hmacKey, memoryReplayStore } from 'countersign';
import { verified as verifiedExpress } from 'countersign/express';
import { countersign } from 'countersign/fastify';
import { verified as verifiedHono } from 'countersign/hono';
import { verified as verifiedKoa } from 'countersign/koa';
import { verifiedHandler } from 'countersign/node';
import { AUTHORITY, KEYID, SECRET } from './orders.ts';

const key = hmacKey(SECRET);

const verifier = createVerifier({
  authority: AUTHORITY,
  scheme: 'http',
  resolveKey: (keyid) => (keyid === KEYID ? key : undefined),
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, capacity: 1_000_000 }),
});

/** Frameworks are installed beside their tests. */
const requireFramework = createRequire(join(import.meta.dirname, '../../test/frameworks/package.json'));

/** What is used of the frameworks; their types are installed there too, and not here. */
type Use = (...handlers: unknown[]) => unknown;
type Order = { readonly amount: number };

const answerOf = ({ amount }: Order): string => JSON.stringify({ credited: amount });

function serveNode(isVerified: boolean): RequestListener {
  const answer = (order: Order, response: ServerResponse): void => {
    response.setHeader('content-type', 'application/json');
    response.end(answerOf(order));
  };
  if (isVerified)
    return verifiedHandler(verifier, (verified, _request: IncomingMessage, response: ServerResponse) =>
      answer(JSON.parse(verified.text()) as Order, response),
    );
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => answer(JSON.parse(Buffer.concat(pieces).toString()) as Order, response));
  };
}

function serveExpress(isVerified: boolean): RequestListener {
  const express = requireFramework('express') as { (): RequestListener & { use: Use; post: Use }; json(): unknown };
  const app = express();
  if (isVerified) app.use(verifiedExpress({ verifier }));
  app.use(express.json());
  app.post('/coins', (request: { body: Order }, response: { type(type: string): { send(text: string): void } }) =>
    response.type('json').send(answerOf(request.body)),
  );
  return app;
}

async function serveFastify(isVerified: boolean): Promise<RequestListener> {
  const fastify = requireFramework('fastify') as () => { register: Use; post: Use; ready(): Promise<void>; routing: RequestListener };
  const app = fastify();
  if (isVerified) await app.register(countersign, { verifier });
  app.post('/coins', async ({ body }: { body: Order }, reply: { type(type: string): void }) => {
    reply.type('application/json');
    return answerOf(body);
  });
  await app.ready();
  return app.routing;
}

function serveHono(isVerified: boolean): RequestListener {
  const { Hono } = requireFramework('hono') as { Hono: new () => { use: Use; post: Use; fetch: unknown } };
  const { getRequestListener } = requireFramework('@hono/node-server') as { getRequestListener(fetch: unknown): RequestListener };
  const app = new Hono();
  if (isVerified) app.use(verifiedHono({ verifier }));
  app.post('/coins', async (c: { req: { json(): Promise<Order> }; body(text: string, status: 200, headers: object): Response }) =>
    c.body(answerOf(await c.req.json()), 200, { 'content-type': 'application/json' }),
  );
  return getRequestListener(app.fetch);
}

function serveKoa(isVerified: boolean): RequestListener {
  const Koa = requireFramework('koa') as new () => { use: Use; callback(): RequestListener };
  const bodyParser = requireFramework('koa-bodyparser') as () => unknown;
  const app = new Koa();
  if (isVerified) app.use(verifiedKoa({ verifier }));
  app.use(bodyParser());
  app.use((context: { request: { body: Order }; type: string; body: string }) => {
    context.type = 'application/json';
    context.body = answerOf(context.request.body);
  });
  return app.callback();
}

const FRAMEWORKS: Readonly<Record<string, (isVerified: boolean) => RequestListener | Promise<RequestListener>>> = {
  node: serveNode,
  express: serveExpress,
  fastify: serveFastify,
  hono: serveHono,
  koa: serveKoa,
};

const [framework = '', mode = ''] = process.argv.slice(2);
const listener = await FRAMEWORKS[framework]!(mode === 'verified');
const delay = monitorEventLoopDelay({ resolution: 5 });
process.on('message', (message) => {
  if (message === 'start') {
    delay.reset();
    delay.enable();
  } else process.send?.({ delay: delay.percentile(99) / 1e6 });
});
const server = createServer(listener);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

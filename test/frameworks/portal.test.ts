/** The portal, mounted in each framework as the guide says. */
import { connect, createServer as createHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { serve as serveHono } from '@hono/node-server';
import { nodeListener } from 'countersign/node';
import express5 from 'express';
import express4 from 'express-4';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, serve } from './support/bank.ts';
import { MOUNT, testPortal, usePortal } from './support/portal-steps.ts';

const opened: { close(done: () => void): unknown }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))));
  await closeServers();
});

describe('the portal', () => {
  it('in node:http', async () => {
    await usePortal(await serve(nodeListener(testPortal())));
  });

  it.each([
    ['Express 5', express5],
    ['Express 4', express4],
  ])('in %s, before and behind other middleware', async (_, express) => {
    const app = express();
    app.get('/', (_request, response) => void response.send('the bank'));
    app.use(MOUNT, nodeListener(testPortal()));
    app.use(express.urlencoded({ extended: false }), express.json());
    app.post('/coins', (request, response) => void response.json(request.body));
    const url = await serve(app);
    await usePortal(url);
    const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"amount":10}' };
    expect(await (await fetch(`${url}/coins`, order)).json()).toEqual({ amount: 10 });
  });

  it('in Express behind a parser that kept no bytes: a fault of the program, told', async () => {
    const app = express5();
    const told: unknown[] = [];
    app.use(express5.urlencoded({ extended: false }));
    app.use(MOUNT, nodeListener(testPortal(), { onError: (error) => told.push(error) }));
    const answer = await fetch(`${await serve(app)}${MOUNT}/new`, { method: 'POST', body: new URLSearchParams({ name: 'x' }) });
    expect(answer.status).toBe(500);
    expect(String(told[0])).toContain('Verify before any body parser runs');
  });

  it.each(['routes', 'a sub-application'])('in Hono, as %s', async (how) => {
    const portal = testPortal();
    const app = new Hono();
    if (how === 'routes') app.all(MOUNT, (c) => portal(c.req.raw)).all(`${MOUNT}/*`, (c) => portal(c.req.raw));
    else
      app.route(
        MOUNT,
        new Hono().all('/', (c) => portal(c.req.raw)).all('/*', (c) => portal(c.req.raw)),
      );
    const url = await new Promise<string>((resolve) => {
      opened.push(serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`http://127.0.0.1:${port}`)));
    });
    await usePortal(url);
  });

  it('in Koa', async () => {
    const listener = nodeListener(testPortal());
    const app = new Koa();
    app.use((context, next) => {
      if (!context.path.startsWith(MOUNT)) return next();
      context.respond = false;
      listener(context.req, context.res);
      return undefined;
    });
    await usePortal(await serve(app.callback()));
  });

  it('in node:http2', async () => {
    const listener = nodeListener(testPortal());
    const server = createHttp2((request, response) => listener(request, response));
    opened.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ':path': MOUNT, cookie: 'user=jdoe' });
    const status = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])));
    let html = '';
    for await (const chunk of stream) html += String(chunk);
    session.close();
    expect(status).toBe(200);
    expect(html).toContain('My keys');
  });
});

describe('nodeListener', () => {
  it('hands over method, address, fields and body, and answers status, fields, cookies and bytes', async () => {
    const url = await serve(
      nodeListener(async (request) => {
        const headers = new Headers({ 'x-seen': `${request.method} ${request.url} ${request.headers.get('x-sent')}` });
        headers.append('set-cookie', 'a=1');
        headers.append('set-cookie', 'b=2');
        return new Response(await request.arrayBuffer(), { status: 201, headers });
      }),
    );
    const body = new Uint8Array(300_000).map((_, index) => index % 251);
    const answer = await fetch(`${url}/a%2Fb?c=%20d`, { method: 'PUT', headers: { 'x-sent': 'x' }, body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-seen')).toBe(`PUT ${url}/a%2Fb?c=%20d x`);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body);
  });

  it('answers 500 for what the handler throws, and tells it', async () => {
    const told: unknown[] = [];
    const failing = () => {
      throw new Error('broken');
    };
    const url = await serve(nodeListener(failing, { onError: (error) => told.push(error) }));
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('broken')]);
    expect(told).toEqual([new Error('broken')]);
  });

  it('believes the fields of a trusted proxy', async () => {
    const trustedProxy = { addresses: ['127.0.0.1'], host: 'x-forwarded-host', scheme: 'x-forwarded-proto' };
    const url = await serve(nodeListener((request) => new Response(request.url), { trustedProxy }));
    const headers = { 'x-forwarded-host': 'bank.example', 'x-forwarded-proto': 'https' };
    expect(await (await fetch(`${url}/keys`, { headers })).text()).toBe('https://bank.example/keys');
  });

  it('refuses what is no handler, and what is no option', () => {
    expect(() => nodeListener(undefined as never)).toThrow(TypeError);
    expect(() => nodeListener(() => new Response(), { onErrors: 1 } as never)).toThrow(/did you mean onError/);
  });
});

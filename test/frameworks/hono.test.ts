import { serve as serveHono } from '@hono/node-server';
import { isVerificationError, signRequest } from 'countersign';
import { getVerified, requireScopes, type VerifiedVariables, verified } from 'countersign/hono';
import { type Context, Hono } from 'hono';
import { stream } from 'hono/streaming';
import { afterEach, describe, expect, it } from 'vitest';
import { describeAdapter, PIECES, SCHEMA } from './support/adapter-suite.ts';
import { answerOf, bankVerifier, jdoe, order, signer } from './support/bank.ts';

type Bank = { Variables: VerifiedVariables };

const opened: { close(done: () => void): unknown }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))));
});

function listen(app: Hono<Bank>): Promise<string> {
  return new Promise((resolve) => {
    const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`http://127.0.0.1:${port}`));
    opened.push(server);
  });
}

function bankApp(options: Parameters<typeof verified>[0], reached: (method: string) => void): Hono<Bank> {
  const app = new Hono<Bank>();
  app.use(verified(options));
  const answer = (c: Context<Bank>, body: unknown) => {
    reached(c.req.method);
    const { keyid, path, query } = c.get('verified');
    return c.json({ keyid, path: path() + query(), body });
  };
  app.post('/coins', async (c) => answer(c, await c.req.json()));
  app.get('/coins', (c) => answer(c, null));
  app.post('/form', async (c) => answer(c, await c.req.parseBody()));
  app.get('/stream', (c) => {
    reached(c.req.method);
    return stream(c, async (out) => {
      for (const piece of PIECES) await out.write(piece);
    });
  });
  app.get('/mint', requireScopes('coins:mint'), (c) => answer(c, null));
  app.get('/read', requireScopes('coins:read'), (c) => answer(c, null));
  app.post('/strict', (c) => {
    getVerified(c.req.raw).json(SCHEMA);
    return c.text('no refusal');
  });
  app.all('*', (c) => {
    reached(c.req.method);
    return c.text('anything');
  });
  return app;
}

for (const mount of ['', '/bank/api']) {
  describeAdapter({
    name: mount === '' ? 'Hono' : `Hono, routes under ${mount}`,
    open: async (options, reached) => {
      const app = new Hono<Bank>().route(mount === '' ? '/' : mount, bankApp(options, reached));
      if (options.refusals === 'throw') app.onError((error, c) => c.text(isVerificationError(error) ? error.code : 'fault', 418));
      return (await listen(app)) + mount;
    },
  });
}

describe('Hono', () => {
  const message = { method: 'POST', scheme: 'https', authority: 'bank.example', target: '/coins' };
  const type = ['content-type', 'application/json'] as const;

  async function signedRequest(): Promise<Request> {
    const { fields } = await signRequest({ ...message, fields: [type], body: new TextEncoder().encode('{"amount":10}') }, { signer });
    return new Request('https://bank.example/coins', {
      method: 'POST',
      headers: [[...type], ...fields.map(([n, v]) => [n, v] as [string, string])],
      body: '{"amount":10}',
    });
  }

  it.each([
    ['c.req.text()', (c: Context) => c.req.text(), 200],
    ['c.req.json()', (c: Context) => c.req.json(), 200],
    ['c.req.arrayBuffer()', (c: Context) => c.req.arrayBuffer(), 200],
    ['c.req.raw.text()', (c: Context) => c.req.raw.text(), 500],
  ] as const)('behind %s', async (_, read, status) => {
    const app = new Hono<Bank>();
    const told: unknown[] = [];
    app.onError((error, c) => {
      told.push(error);
      return c.text('fault', 500);
    });
    app.use(async (c, next) => {
      await read(c);
      await next();
    });
    app.use(verified({ verifier: bankVerifier({ authority: 'bank.example' }) }));
    app.post('/coins', async (c) => c.json({ text: c.get('verified').text() }));
    const answer = await app.request(await signedRequest());
    expect(answer.status).toBe(status);
    if (status === 200) expect(await answer.json()).toEqual({ text: '{"amount":10}' });
    else
      expect(told).toEqual([
        expect.objectContaining({ code: 'raw_body_unavailable', message: expect.stringContaining('c.req.arrayBuffer()') }),
      ]);
  });

  it('reads files of a form behind it', async () => {
    const app = new Hono<Bank>();
    app.use(verified({ verifier: bankVerifier() }));
    app.post('/coins', async (c) => {
      const { file } = await c.req.parseBody();
      return c.json({ size: (file as File).size, name: (file as File).name });
    });
    const form = new FormData();
    form.set('file', new File(['x'.repeat(300_000)], 'coins.txt'));
    expect(await answerOf(await jdoe()(`${await listen(app)}/coins`, { method: 'POST', body: form }))).toEqual([
      200,
      { size: 300_000, name: 'coins.txt' },
    ]);
  });

  it('knows who a proxy is where it runs on Node', async () => {
    const trustedProxy = (address: string) => ({ addresses: [address], host: 'x-forwarded-host' });
    const codes: unknown[] = [];
    for (const address of ['127.0.0.1', '10.0.0.7']) {
      const app = new Hono<Bank>();
      app.use(verified({ verifier: bankVerifier({ authority: 'bank.example' }), trustedProxy: trustedProxy(address) }));
      app.post('/coins', (c) => c.text('reached'));
      const url = await listen(app);
      const { fields } = await signRequest(
        { ...message, scheme: 'http', fields: [type], body: new TextEncoder().encode(order.body as string) },
        { signer },
      );
      const headers = { 'x-forwarded-host': 'bank.example', ...Object.fromEntries([type, ...fields]) };
      codes.push((await fetch(`${url}/coins`, { ...order, headers })).status);
    }
    expect(codes).toEqual([200, 401]);
  });
});

/** `messageFromNode` inside frameworks: before their parsers, after them, and under their routers. */
import { type IncomingMessage, request as sendHttp } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { isVerificationError, type RequestMessage, signRequest, type Verifier } from 'countersign';
import { messageFromNode, type NodeRequestLike } from 'countersign/node';
import express5, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import express4 from 'express-4';
import Fastify from 'fastify';
import rawBody from 'fastify-raw-body';
import Koa from 'koa';
import koaBody from 'koa-bodyparser';
import multer from 'multer';
import { afterEach, describe, expect, it } from 'vitest';
import { answerOf, bankVerifier, closeServers, jdoe, order, serve, signer } from './support/bank.ts';

const EXPRESS = [
  ['Express 5', express5],
  ['Express 4', express4],
] as const;

afterEach(closeServers);

interface Seen {
  readonly path: string;
  readonly text: string;
}

const seen = new WeakMap<object, Seen>();

/** What a user writes by hand. */
const guard =
  (verifier: Verifier = bankVerifier(), more: Partial<RequestMessage> = {}): RequestHandler =>
  (request, response, next) => {
    verifier.verifyRequest({ ...messageFromNode(request), ...more }).then(
      (verified) => {
        seen.set(request, { path: verified.path() + verified.query(), text: verified.text() });
        next();
      },
      (error: unknown) => refuse(response, error),
    );
  };

function refuse(response: Response, error: unknown): void {
  if (!isVerificationError(error)) throw error;
  response.status(error.status).json({ code: error.code, message: error.message });
}

const answer: RequestHandler = (request, response) => {
  const { path, text } = seen.get(request)!;
  response.json({ path, text, body: request.body ?? null });
};

describe.each(EXPRESS)('%s', (_, express) => {
  it('has the whole path under a mounted router, and takes no signature made for the rest of it', async () => {
    const app = express();
    const api = express.Router();
    api.use(guard());
    api.post('/coins', answer);
    app.use('/api', api);
    app.use('/v2', api);
    const url = await serve(app);
    expect(await answerOf(await jdoe()(`${url}/api/coins?a=%7e`, order))).toMatchObject([200, { path: '/api/coins?a=~' }]);
    const signed = await signRequest(
      { method: 'GET', scheme: 'http', authority: new URL(url).host, target: '/coins', fields: [] },
      { signer },
    );
    const moved = await fetch(`${url}/v2/coins`, { headers: Object.fromEntries(signed.fields) });
    expect(await answerOf(moved)).toMatchObject([401, { code: 'signature_mismatch' }]);
  });

  it.each([
    ['express.json()', () => express.json(), order, { currency: 'goldcoins', amount: 10 }],
    [
      'express.urlencoded()',
      () => express.urlencoded({ extended: false }),
      { method: 'POST', body: new URLSearchParams('a=1&b=c+d') },
      { a: '1', b: 'c d' },
    ],
    ['express.text()', () => express.text(), { method: 'POST', body: 'ünï' }, 'ünï'],
    [
      'express.json() of a large body',
      () => express.json({ limit: '1mb' }),
      { ...order, body: JSON.stringify(['x'.repeat(900_000)]) },
      ['x'.repeat(900_000)],
    ],
    [
      'express.json() of an empty body',
      () => express.json(),
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      expect.anything,
    ],
  ] as const)('before %s: the parser still finds the body', async (name, parser, init, expected) => {
    const app = express();
    app.use(guard(), parser() as RequestHandler);
    app.post('/coins', answer);
    const url = await serve(app);
    const bank = jdoe();
    for (let count = 0; count < 3; count++) {
      const [status, content] = await answerOf(await bank(`${url}/coins`, init));
      expect(status, JSON.stringify(content)).toBe(200);
      if (!/empty/.test(name)) expect((content as { readonly body: unknown }).body).toEqual(expected);
    }
  });

  it('before multer: files and fields are found', async () => {
    const app = express();
    app.use(guard(), multer().single('file') as RequestHandler);
    app.post('/coins', (request: Request, response: Response) => {
      const { file } = request as unknown as { readonly file: { readonly size: number; readonly originalname: string } };
      response.json({ ...request.body, size: file.size, name: file.originalname });
    });
    const url = await serve(app);
    const form = new FormData();
    form.set('note', 'for jdoe');
    form.set('file', new File(['x'.repeat(200_000)], 'coins.txt'));
    expect(await answerOf(await jdoe()(`${url}/coins`, { method: 'POST', body: form }))).toEqual([
      200,
      { note: 'for jdoe', size: 200_000, name: 'coins.txt' },
    ]);
  });

  const keepBytes = (request: object, _: unknown, bytes: Uint8Array) => void Object.assign(request, { rawBody: bytes });
  const keepElsewhere = (request: object, _: unknown, bytes: Uint8Array) => void Object.assign(request, { kept: bytes });
  const keepText = (request: object, _: unknown, bytes: Buffer) => void Object.assign(request, { rawBody: bytes.toString() });

  it.each([
    ['express.raw()', () => express.raw({ type: '*/*' })],
    ['express.text()', () => express.text({ type: '*/*' })],
    ['express.json({ verify }) that keeps bytes', () => express.json({ verify: keepBytes })],
    ['express.json({ verify }) that keeps text', () => express.json({ verify: keepText })],
    ['a parser that keeps bytes of its own, which the message is given', () => express.json({ verify: keepElsewhere })],
  ])('after %s', async (_, parser) => {
    const app = express();
    app.use(parser() as RequestHandler, (request, response, next) => {
      const { kept } = request as { readonly kept?: Uint8Array };
      guard(bankVerifier(), kept && { body: kept })(request, response, next);
    });
    app.post('/coins', (request, response) => void response.json(seen.get(request)!.text));
    expect(await answerOf(await jdoe()(`${await serve(app)}/coins`, order))).toEqual([200, order.body]);
  });

  it.each([
    ['express.json(), which keeps none', () => express.json(), order, /express\.json\(\{ verify: \(request, _response, bytes\)/],
    [
      'text of another charset',
      () => express.text({ type: '*/*' }),
      { method: 'POST', headers: { 'content-type': 'text/plain; charset=latin1' }, body: new Uint8Array([0xe9, 0x61]) },
      /decoded before/,
    ],
    [
      'text that was no UTF-8',
      () => express.text({ type: '*/*' }),
      { method: 'POST', body: new Uint8Array([0xff]), headers: { 'content-type': 'text/plain' } },
      /no UTF-8/,
    ],
    [
      'text whose byte order mark is gone',
      () => express.text({ type: '*/*' }),
      { method: 'POST', body: '\ufeffa', headers: { 'content-type': 'text/plain' } },
      /decoded before/,
    ],
  ] as const)('after %s: a fault of the server that says which line to add', async (_, parser, init, message) => {
    const app = express();
    app.use(parser() as RequestHandler);
    app.use(guard());
    app.use((_request: Request, response: Response, _next: NextFunction) => void response.end('taken'));
    expect(await answerOf(await jdoe()(`${await serve(app)}/coins`, init))).toEqual([
      500,
      { code: 'raw_body_unavailable', message: expect.stringMatching(message) },
    ]);
  });

  it('verifies once more behind the parser, by another verifier', async () => {
    const app = express();
    app.use(guard(), express.json(), guard());
    app.post('/coins', answer);
    expect(await answerOf(await jdoe()(`${await serve(app)}/coins`, order))).toMatchObject([200, { body: { amount: 10 } }]);
  });

  it('takes a target in absolute-form where the verifier does', async () => {
    const app = express();
    app.use('/api', guard(bankVerifier({ targetForms: ['absolute'] })), answer);
    const url = await serve(app);
    const { host, port } = new URL(url);
    const target = `${url}/api/coins?a=1`;
    const { fields } = await signRequest(
      { method: 'GET', scheme: 'http', authority: host, target: '/api/coins?a=1', fields: [] },
      { signer },
    );
    const response = await new Promise<IncomingMessage>((resolve) => {
      sendHttp({ port, path: target, headers: { host, ...Object.fromEntries(fields) } }, resolve).end();
    });
    expect(await readJson(response)).toMatchObject({ path: '/api/coins?a=1' });
  });
});

describe('Fastify', () => {
  it('in an onRequest hook: its own parsers still find the body', async () => {
    const app = Fastify();
    const verifier = bankVerifier();
    app.addHook('onRequest', async (request) => void (await verifier.verifyRequest(messageFromNode(request.raw))));
    app.post('/coins', async ({ body }) => ({ body }));
    const url = await serve((request, response) => app.routing(request, response));
    await app.ready();
    expect(await answerOf(await jdoe()(`${url}/coins`, order))).toEqual([200, { body: { currency: 'goldcoins', amount: 10 } }]);
    // What `inject` makes is no request of node:http.
    const { fields } = await signRequest(
      {
        method: 'POST',
        scheme: 'http',
        authority: '127.0.0.1:80',
        target: '/coins',
        fields: [['content-type', 'application/json']],
        body: new TextEncoder().encode('{"a":1}'),
      },
      { signer },
    );
    const injected = await app.inject({
      method: 'POST',
      url: '/coins',
      headers: { host: '127.0.0.1:80', 'content-type': 'application/json', ...Object.fromEntries(fields) },
      payload: '{"a":1}',
    });
    expect([injected.statusCode, injected.json()]).toEqual([401, expect.anything()]);
    await app.close();
  });

  it.each([undefined, 'utf8', false] as const)('after fastify-raw-body with encoding %s', async (encoding) => {
    const app = Fastify();
    await app.register(rawBody, { global: true, runFirst: true, ...(encoding !== undefined && { encoding }) });
    app.post('/coins', async (request) => {
      const kept = (request as unknown as { readonly rawBody: string | Buffer }).rawBody;
      const body = Buffer.from(kept as string);
      const messages = [
        messageFromNode(request),
        messageFromNode(request.raw, { body: kept }),
        messageFromNode(request, { body: kept }),
        { ...messageFromNode(request.raw), body },
      ];
      const texts = [];
      for (const message of messages) texts.push((await bankVerifier().verifyRequest(message)).text());
      return texts;
    });
    await app.ready();
    const url = await serve((request, response) => app.routing(request, response));
    expect(await answerOf(await jdoe()(`${url}/coins`, order))).toEqual([200, Array.from({ length: 4 }, () => order.body)]);
    await app.close();
  });

  it.each(['buffer', 'string'] as const)('after a parser that was told parseAs: %s', async (parseAs) => {
    const app = Fastify();
    app.addContentTypeParser('application/json', { parseAs }, (_, body, done) => done(null, body));
    app.post('/coins', async (request) => {
      const body = request.body as Buffer | string;
      const texts = [];
      for (const message of [
        messageFromNode(request),
        messageFromNode(request.raw, { body }),
        { ...messageFromNode(request.raw), body: Buffer.from(body as string) },
      ])
        texts.push((await bankVerifier().verifyRequest(message)).text());
      return texts;
    });
    await app.ready();
    const url = await serve((request, response) => app.routing(request, response));
    expect(await answerOf(await jdoe()(`${url}/coins`, order))).toEqual([200, Array.from({ length: 3 }, () => order.body)]);
    await app.close();
  });

  it('in an onRequest hook, of its own request', async () => {
    const app = Fastify();
    const verifier = bankVerifier();
    app.addHook('onRequest', async (request) => void (await verifier.verifyRequest(messageFromNode(request))));
    app.post('/coins', async ({ body }) => ({ body }));
    await app.ready();
    const url = await serve((request, response) => app.routing(request, response));
    expect(await answerOf(await jdoe()(`${url}/coins`, order))).toEqual([200, { body: { currency: 'goldcoins', amount: 10 } }]);
    await app.close();
  });

  it('behind its own parser: a fault of the program, whose message names what to do', async () => {
    const app = Fastify();
    const verifier = bankVerifier();
    app.post('/coins', async (request, reply) => {
      const message = await verifier.verifyRequest(messageFromNode(request.raw)).catch((error: Error) => error.message);
      return reply.send(message);
    });
    await app.ready();
    const url = await serve((request, response) => app.routing(request, response));
    expect(await answerOf(await jdoe()(`${url}/coins`, order))).toEqual([200, expect.stringContaining('with Fastify its own request')]);
    await app.close();
  });
});

describe('Koa', () => {
  it('before koa-bodyparser, which still finds the body, and after it', async () => {
    const app = new Koa();
    const verifier = bankVerifier();
    app.use(async ({ req }, next) => {
      await verifier.verifyRequest(messageFromNode(req));
      await next();
    });
    app.use(koaBody());
    app.use(async (context) => {
      const { body, rawBody: kept } = context.request as unknown as { readonly body: unknown; readonly rawBody: string };
      const again = await bankVerifier().verifyRequest(messageFromNode(context.req, { body: kept }));
      const spread = await bankVerifier().verifyRequest({ ...messageFromNode(context.req), body: Buffer.from(kept) });
      context.body = { body, again: again.text(), spread: spread.text() };
    });
    expect(await answerOf(await jdoe()(`${await serve(app.callback())}/coins`, order))).toEqual([
      200,
      { body: { currency: 'goldcoins', amount: 10 }, again: order.body, spread: order.body },
    ]);
  });
});

it('a request that was made from an event, without the lines of its fields, is a fault of the program that says so', () => {
  const made = { method: 'GET', url: '/', rawHeaders: [], headers: { host: 'bank.example', signature: 'sig=:AA==:' } };
  expect(() => messageFromNode(made as unknown as NodeRequestLike)).toThrow(/countersign\/lambda/);
  const event = { version: '2.0', rawPath: '/', headers: { host: 'bank.example' }, requestContext: { http: { method: 'GET' } } };
  expect(() => messageFromNode(event as unknown as NodeRequestLike)).toThrow(/messageFromEvent/);
});

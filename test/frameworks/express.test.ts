import { Readable } from 'node:stream';
import compression from 'compression';
import { isVerificationError } from 'countersign';
import { answerRefusals, getVerified, requireScopes, verified } from 'countersign/express';
import express5, { type ErrorRequestHandler, type Request, type Response } from 'express';
import express4 from 'express-4';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeAdapter, PIECES, SCHEMA } from './support/adapter-suite.ts';
import { answerOf, bankVerifier, closeServers, jdoe, order, refusalOf, serve, signer } from './support/bank.ts';

const EXPRESS = [
  ['Express 5', express5],
  ['Express 4', express4],
] as const;

/** The application's own error handler. */
const teapot: ErrorRequestHandler = (error, _request, response, next) => {
  if (isVerificationError(error)) response.status(418).send(error.code);
  else next(error);
};

for (const [name, express] of EXPRESS) {
  for (const mount of ['', '/bank/api']) {
    describeAdapter({
      name: mount === '' ? name : `${name}, a router under ${mount}`,
      open: async (options, reached) => {
        const app = express();
        const router = express.Router();
        router.use(verified(options), express.json({ limit: '2mb' }), express.urlencoded({ extended: false }));
        const answer = (request: Request, response: Response) => {
          reached(request.method);
          const { keyid, path, query } = getVerified(request);
          response.json({ keyid, path: path() + query(), body: request.body });
        };
        router.post('/coins', answer);
        router.post('/form', answer);
        router.get('/stream', (request, response) => {
          reached(request.method);
          Readable.from(PIECES).pipe(response);
        });
        router.get('/mint', requireScopes('coins:mint'), answer);
        router.get('/read', requireScopes('coins:read'), answer);
        router.post('/strict', (request) => void getVerified(request).json(SCHEMA));
        router.use((request, response) => {
          reached(request.method);
          response.send('anything');
        });
        if (mount === '') app.use(router);
        else app.use(mount, router);
        app.use(options.refusals === 'throw' ? teapot : answerRefusals);
        return (await serve(app)) + mount;
      },
    });
  }
}

afterEach(async () => {
  vi.restoreAllMocks();
  await closeServers();
});

describe.each(EXPRESS)('%s', (_, express) => {
  it('may have another verifier for a route', async () => {
    const app = express();
    const strict = bankVerifier({ policy: { components: ['x-tenant'] } });
    app.post('/strict', verified({ verifier: strict }), (request, response) => void response.send(getVerified(request).header('x-tenant')));
    app.post('/usual', verified({ verifier: bankVerifier() }), (_request, response) => void response.send('usual'));
    const url = await serve(app);
    expect(await refusalOf(await jdoe()(`${url}/strict`, order))).toEqual([401, 'component_uncovered']);
    const tenant = { ...order, headers: { ...order.headers, 'x-tenant': 'acme' } };
    expect(await answerOf(await jdoe({ components: ['x-tenant'] })(`${url}/strict`, tenant))).toEqual([200, 'acme']);
    expect((await jdoe()(`${url}/usual`, order)).status).toBe(200);
  });

  it('says what to mount where a parser took the bytes: a fault of the program, for its own error handler', async () => {
    const app = express();
    app.use(express.json(), verified({ verifier: bankVerifier() }));
    const told: unknown[] = [];
    app.use(((error, _request, response, _next) => {
      told.push(error);
      response.status(500).send('fault');
    }) as ErrorRequestHandler);
    expect(await answerOf(await jdoe()(`${await serve(app)}/coins`, order))).toEqual([500, 'fault']);
    expect(told).toEqual([
      expect.objectContaining({ code: 'raw_body_unavailable', status: 500, message: expect.stringContaining('express.json({ verify:') }),
    ]);
  });

  it('throws where nothing was verified', async () => {
    const app = express();
    app.get('/coins', (request, response) => {
      expect(() => getVerified(request)).toThrow(/mount the adapter/);
      response.send('checked');
    });
    app.get('/scopes', requireScopes('coins:read'), (_request, response) => void response.send('reached'));
    app.use(((error, _request, response, _next) => {
      response.status(500).send(String(error));
    }) as ErrorRequestHandler);
    const url = await serve(app);
    expect(await answerOf(await fetch(`${url}/coins`))).toEqual([200, 'checked']);
    expect(await answerOf(await fetch(`${url}/scopes`))).toEqual([500, expect.stringContaining('TypeError')]);
    expect(() => requireScopes()).toThrow(TypeError);
  });

  it('signs what a middleware behind it compressed', async () => {
    const app = express();
    app.use(verified({ verifier: bankVerifier(), sign: { signer } }), compression({ threshold: 0 }));
    app.get('/coins', (_request, response) => void response.json({ text: 'x'.repeat(5000) }));
    const answer = await jdoe()(`${await serve(app)}/coins`);
    expect(answer.headers.get('content-encoding')).toMatch(/gzip|br/);
    expect(answer.headers.get('signature-input')).toContain('"content-digest"');
    expect(((await answer.json()) as { readonly text: string }).text).toHaveLength(5000);
    expect(Number(answer.headers.get('content-length'))).toBeLessThan(1000);
  });

  it('keeps several fields of one name that writeHead is given', async () => {
    const app = express();
    app.use(verified({ verifier: bankVerifier(), sign: { signer } }));
    app.get('/object', (_request, response) => void response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] }).end('object'));
    app.get('/list', (_request, response) => void response.writeHead(201, ['set-cookie', 'a=1', 'set-cookie', 'b=2']).end('list'));
    const url = await serve(app);
    for (const form of ['object', 'list']) {
      const answer = await jdoe()(`${url}/${form}`);
      expect([answer.status, answer.headers.getSetCookie(), await answer.text()]).toEqual([201, ['a=1', 'b=2'], form]);
    }
  });
});

import { Readable } from 'node:stream';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import { isVerificationError, signRequest, type VerifiedRequest } from 'countersign';
import { countersign, getVerified, requireScopes } from 'countersign/fastify';
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type BankOptions, describeAdapter, PIECES, SCHEMA } from './support/adapter-suite.ts';
import { answerOf, bankVerifier, closeServers, jdoe, order, refusalOf, signer } from './support/bank.ts';

declare module 'fastify' {
  interface FastifyRequest {
    readonly verified: VerifiedRequest;
  }
}

const opened: FastifyInstance[] = [];

async function listen(app: FastifyInstance): Promise<string> {
  opened.push(app);
  return app.listen({ port: 0, host: '127.0.0.1' });
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
  await closeServers();
});

for (const prefix of ['', '/bank/api']) {
  describeAdapter({
    name: prefix === '' ? 'Fastify' : `Fastify, a plugin under ${prefix}`,
    open: async (options, reached) => {
      const app = Fastify({ bodyLimit: 2_000_000 });
      if (options.refusals === 'throw')
        app.setErrorHandler((error, _, reply) => reply.code(418).send(isVerificationError(error) ? error.code : String(error)));
      const routes: FastifyPluginAsync = async (api) => {
        await api.register(formbody);
        await api.register(countersign, options as BankOptions & { readonly prefix: string });
        const answer = async ({ method, verified, body }: { method: string; verified: VerifiedRequest; body: unknown }) => {
          reached(method);
          return { keyid: verified.keyid, path: verified.path() + verified.query(), body };
        };
        api.post('/coins', answer);
        api.get('/coins', answer);
        if (options.cors === undefined) api.options('/coins', answer);
        api.post('/form', answer);
        api.get('/stream', async ({ method }, reply) => {
          reached(method);
          return reply.send(Readable.from(PIECES));
        });
        api.get('/mint', { onRequest: requireScopes('coins:mint') }, answer);
        api.get('/read', { config: { countersign: { scopes: ['coins:read'] } } }, answer);
        api.post('/strict', async (request, reply) => {
          try {
            getVerified(request).json(SCHEMA);
          } catch (error) {
            if (!isVerificationError(error)) throw error;
            const { status, headers, body } = error.toProblem();
            return reply.code(status).headers(headers).send(body);
          }
          return 'no refusal';
        });
        for (const url of ['/', '/anything']) {
          const method = options.cors === undefined ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] : ['GET', 'POST', 'DELETE'];
          api.route({
            method,
            url,
            handler: async (request) => {
              reached(request.method);
              return 'anything';
            },
          });
        }
      };
      await app.register(routes, { prefix });
      return (await listen(app)) + prefix;
    },
  });
}

describe('Fastify', () => {
  it('takes requests of inject', async () => {
    const app = Fastify();
    await app.register(countersign, { verifier: bankVerifier({ authority: 'bank.example' }) });
    app.post('/coins', async ({ body }) => ({ body }));
    opened.push(app);
    const payload = '{"amount":10}';
    const type = ['content-type', 'application/json'] as const;
    const message = { method: 'POST', scheme: 'http', authority: 'bank.example', target: '/coins', fields: [type] };
    const { fields } = await signRequest({ ...message, body: new TextEncoder().encode(payload) }, { signer });
    const headers = { host: 'bank.example', [type[0]]: type[1], ...Object.fromEntries(fields) };
    const answer = await app.inject({ method: 'POST', url: '/coins', headers, payload });
    expect([answer.statusCode, answer.json()]).toEqual([200, { body: { amount: 10 } }]);
    const again = await app.inject({ method: 'POST', url: '/coins', headers, payload });
    expect([again.statusCode, again.json()]).toMatchObject([401, { code: 'nonce_replayed' }]);
  });

  it('leaves multipart bodies to @fastify/multipart', async () => {
    const app = Fastify();
    await app.register(multipart);
    await app.register(countersign, { verifier: bankVerifier() });
    app.post('/coins', async (request) => {
      const file = await request.file();
      return { name: file?.filename, length: (await file?.toBuffer())?.length };
    });
    const form = new FormData();
    form.set('file', new File(['x'.repeat(300_000)], 'coins.txt'));
    expect(await answerOf(await jdoe()(`${await listen(app)}/coins`, { method: 'POST', body: form }))).toEqual([
      200,
      { name: 'coins.txt', length: 300_000 },
    ]);
  });

  it('may have another verifier, and scopes, for a route', async () => {
    const app = Fastify();
    await app.register(countersign, { verifier: bankVerifier() });
    const strict = bankVerifier({ policy: { components: ['x-tenant'] } });
    app.post('/strict', { config: { countersign: { verifier: strict } } }, async ({ verified }) => verified.header('x-tenant'));
    app.post('/mint', { config: { countersign: { scopes: ['coins:mint'] } } }, async () => 'reached');
    app.post('/wrong', { config: { countersign: { scope: ['coins:mint'] } } }, async () => 'reached');
    const url = await listen(app);
    expect(await refusalOf(await jdoe()(`${url}/strict`, order))).toEqual([401, 'component_uncovered']);
    const tenant = { ...order, headers: { ...order.headers, 'x-tenant': 'acme' } };
    expect(await answerOf(await jdoe({ components: ['x-tenant'] })(`${url}/strict`, tenant))).toEqual([200, 'acme']);
    expect(await refusalOf(await jdoe()(`${url}/mint`, order))).toEqual([403, 'scope_insufficient']);
    expect((await jdoe()(`${url}/wrong`, order)).status).toBe(500);
  });

  it('guards the instance that registers it, and no other', async () => {
    const app = Fastify();
    const inside: FastifyPluginAsync = async (api) => {
      await api.register(countersign, { verifier: bankVerifier() });
      api.get('/inside', async () => 'inside');
    };
    await app.register(inside);
    app.get('/outside', async () => 'outside');
    const url = await listen(app);
    expect((await fetch(`${url}/outside`)).status).toBe(200);
    expect((await fetch(`${url}/inside`)).status).toBe(401);
    expect((await jdoe()(`${url}/inside`)).status).toBe(200);
  });
});

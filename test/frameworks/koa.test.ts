import { Readable } from 'node:stream';
import { isVerificationError } from 'countersign';
import { getVerified, requireScopes, verified } from 'countersign/koa';
import Koa, { type Context, type Middleware } from 'koa';
import koaBody from 'koa-bodyparser';
import { afterEach, describe, expect, it } from 'vitest';
import { describeAdapter, PIECES, SCHEMA } from './support/adapter-suite.ts';
import { answerOf, bankVerifier, closeServers, jdoe, order, serve } from './support/bank.ts';

/** What koa-bodyparser leaves. */
interface Parsed {
  readonly body?: unknown;
  rawBody?: unknown;
}

/** Takes its own path off, as koa-mount does. */
const mounted =
  (mount: string): Middleware =>
  async (context, next) => {
    if (!context.path.startsWith(`${mount}/`)) return;
    context.path = context.path.slice(mount.length);
    await next();
  };

/** A middleware for one path, as routers have. */
const route =
  (method: string, path: string, handler: Middleware): Middleware =>
  (context, next) =>
    context.method === method && context.path === path ? handler(context, next) : next();

for (const mount of ['', '/bank/api']) {
  describeAdapter({
    name: mount === '' ? 'Koa' : `Koa, mounted under ${mount}`,
    open: async (options, reached) => {
      const app = new Koa();
      app.use(async (context, next) => {
        try {
          await next();
        } catch (error) {
          context.status = 418;
          context.body = isVerificationError(error) ? error.code : String(error);
        }
      });
      if (mount !== '') app.use(mounted(mount));
      app.use(verified(options));
      app.use(koaBody({ jsonLimit: '2mb' }));
      const answer = (context: Context) => {
        reached(context.method);
        const { keyid, path, query } = getVerified(context);
        context.body = { keyid, path: path() + query(), body: (context.request as Parsed).body };
      };
      app.use(route('POST', '/coins', answer));
      app.use(route('GET', '/coins', answer));
      app.use(route('POST', '/form', answer));
      app.use(
        route('GET', '/stream', (context) => {
          reached(context.method);
          context.body = Readable.from(PIECES);
        }),
      );
      app.use(route('GET', '/mint', requireScopes('coins:mint')));
      app.use(route('GET', '/read', requireScopes('coins:read')));
      app.use(route('POST', '/strict', (context) => void context.state['verified'].json(SCHEMA)));
      app.use((context) => {
        reached(context.method);
        context.body = 'anything';
      });
      return (await serve(app.callback())) + mount;
    },
  });
}

describe('Koa', () => {
  afterEach(closeServers);

  it('verifies behind koa-bodyparser, which keeps the text', async () => {
    const app = new Koa();
    app.use(koaBody());
    app.use(verified({ verifier: bankVerifier() }));
    app.use((context) => {
      context.body = { text: getVerified(context).text(), body: (context.request as Parsed).body };
    });
    expect(await answerOf(await jdoe()(`${await serve(app.callback())}/coins`, order))).toEqual([
      200,
      { text: order.body, body: { currency: 'goldcoins', amount: 10 } },
    ]);
  });

  it('says what keeps the bytes, behind a parser that did not', async () => {
    const app = new Koa();
    const told: unknown[] = [];
    app.silent = true;
    app.on('error', (error) => told.push(error));
    app.use(koaBody());
    app.use(async (context, next) => {
      (context.request as Parsed).rawBody = undefined;
      await next();
    });
    app.use(verified({ verifier: bankVerifier() }));
    expect((await jdoe()(`${await serve(app.callback())}/coins`, order)).status).toBe(500);
    expect(told).toEqual([
      expect.objectContaining({ code: 'raw_body_unavailable', message: expect.stringContaining('ctx.request.rawBody') }),
    ]);
  });
});

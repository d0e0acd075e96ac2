/** The lowest undici that package.json declares: its `compose` does not say where a dispatcher sends, so that one origin only is signed for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, BalancedPool, Client, type Dispatcher, fetch, interceptors, Pool, RetryAgent } from 'undici-lowest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSigningInterceptor, type SigningInterceptorOptions } from '../../src/undici/index.ts';
import { openRecorder, type Recorder, rejection, signer, verifying } from '../fetch/server.ts';

let server: Recorder;
let other: Recorder;
let opened: Dispatcher[];
beforeEach(async () => {
  [server, other, opened] = [await openRecorder(), await openRecorder(), []];
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one.destroy()));
  await Promise.all([server.close(), other.close()]);
});

const DISPATCHERS: readonly (readonly [name: string, make: () => Dispatcher])[] = [
  ['Client', () => new Client(server.origin)],
  ['Pool', () => new Pool(server.origin)],
  ['BalancedPool', () => new BalancedPool(server.origin)],
  ['Agent', () => new Agent()],
];

function compose(make: () => Dispatcher, options: Partial<SigningInterceptorOptions>, ...outer: Dispatcher.DispatcherComposeInterceptor[]) {
  const inner = make();
  opened.push(inner);
  return inner.compose(createSigningInterceptor({ signer, origins: [server.origin], ...options }) as never, ...outer);
}

const redirects = () => interceptors.redirect({ maxRedirections: 3 });
const post = { path: '/from', method: 'POST', body: 'kept' } as const;

/** Every signature that arrived was made for where it arrived. */
async function expectOwn(recorder: Recorder, count: number): Promise<void> {
  expect(recorder.arrivals).toHaveLength(count);
  const verify = verifying(recorder.host);
  for (const arrival of recorder.arrivals) await expect(verify(arrival)).resolves.toMatchObject({ keyid: 'jdoe' });
}

it('is the one that is declared', () => {
  const read = (path: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../..', path), 'utf8'));
  const lowest = /^>=(\d+)$/.exec(read('package.json').peerDependencies.undici)?.[1];
  expect(read('node_modules/undici-lowest/package.json').version).toBe(`${lowest}.0.0`);
});

describe.each(DISPATCHERS)('a %s', (_, make) => {
  it('sends what is signed', async () => {
    const { statusCode, body } = await compose(make, {}).request({ ...post, origin: server.origin });
    await body.dump();
    expect(statusCode).toBe(200);
    await expectOwn(server, 1);
    expect(server.arrivals[0]?.text).toBe('kept');
  });

  it('signs each hop of a redirect anew, body and all', async () => {
    server.answer(({ url }, response) => (url === '/from' ? response.writeHead(307, { location: '/to' }).end() : response.end('there')));
    const { statusCode, body } = await compose(make, {}, redirects()).request({ ...post, origin: server.origin });
    expect([statusCode, await body.text()]).toEqual([200, 'there']);
    await expectOwn(server, 2);
  });

  it('signs nothing for another origin', async () => {
    server.answer((_request, response) => response.writeHead(307, { location: `${other.origin}/to` }).end());
    const dispatcher = compose(make, {}, redirects());
    expect(await rejection(dispatcher.request({ ...post, origin: server.origin }))).toMatchObject({
      code: 'origin_forbidden',
      target: other.origin,
    });
    await expectOwn(server, 1);
    await expectOwn(other, 0);
  });

  it('is signed for one origin only, since it does not say where it sends', async () => {
    const dispatcher = compose(make, { origins: [server.origin, other.origin] });
    expect(await rejection(dispatcher.request({ ...post, origin: server.origin }))).toMatchObject({ code: 'origin_forbidden' });
    expect([...server.arrivals, ...other.arrivals]).toEqual([]);
  });
});

describe('what is built on it', () => {
  it('signs each attempt anew', async () => {
    let count = 0;
    server.answer((_, response) => response.writeHead(count++ === 0 ? 503 : 200).end('ok'));
    const [, make] = DISPATCHERS[3]!;
    const dispatcher = new RetryAgent(compose(make, {}) as never, { minTimeout: 1, maxRetries: 2 });
    const { statusCode, body } = await dispatcher.request({ path: '/', method: 'GET', origin: server.origin });
    await body.dump();
    expect(statusCode).toBe(200);
    await expectOwn(server, 2);
  });

  it('signs fetch, and tells why it does not', async () => {
    const [, make] = DISPATCHERS[3]!;
    const dispatcher = compose(make, {}) as never;
    expect((await fetch(`${server.origin}/x`, { method: 'POST', body: 'x', dispatcher })).status).toBe(200);
    await expectOwn(server, 1);
    expect(await rejection(fetch(`${other.origin}/x`, { dispatcher }))).toMatchObject({ cause: { code: 'origin_forbidden' } });
    await expectOwn(other, 0);
  });
});

/**
 * The signed fetch against real servers: redirects, wrong clocks, streams, answers. Where there is no fetch there is
 * nothing to try.
 *
 * @module
 */

import {
  createSignedFetch,
  type Fetch,
  isSignedFetchError,
  parseRefusal,
  type SignedFetchError,
  type SignedFetchOptions,
} from 'countersign';
import { type Declare, equal, ok, refuses } from './collect.ts';
import type { Arrival, ClientConfig } from './config.ts';
import { engine, utf8 } from './engine.ts';
import { suiteSigner } from './keys.ts';
import { SEEN, seenText } from './seen.ts';

const POST = { method: 'POST', body: '{"amount":10}', headers: { 'content-type': 'application/json', 'x-api-key': 'k3y' } } as const;
/** How far a device's clock is ahead. */
const FORTY_MINUTES = 2400;
/** How far one is behind: what a refusal may have us sign ahead of it has a bound. */
const TEN_MINUTES = 600;

/** Declares the tests. */
export const clientTests =
  (who: string, { home, away, verifier }: ClientConfig) =>
  (test: Declare): void => {
    if (engine.fetch === undefined) return;
    const signedFetch = async (more: Partial<SignedFetchOptions> = {}) =>
      createSignedFetch({ signer: await suiteSigner('ed25519', who), ...more });
    const start = (id: string, status: number, to: string) => `${home}/start/${who}/${id}?status=${status}&to=${encodeURIComponent(to)}`;
    const arrivals = async (origin: string, id: string) => (await (await fetch(`${origin}/log/${who}/${id}`)).json()) as readonly Arrival[];

    test('a redirect within the origin is signed anew, or refused where browsers hide it', async () => {
      for (const [status, method, body] of [
        [307, 'POST', POST.body],
        [308, 'POST', POST.body],
        [302, 'GET', ''],
        [303, 'GET', ''],
      ] as const) {
        const id = `same-${status}`;
        const call = await signedFetch();
        if (engine.document !== undefined) {
          await refuses(() => call(start(id, status, `/end/${who}/${id}`), POST), 'redirect_forbidden');
          equal((await arrivals(home, id)).length, 1, 'requests');
          continue;
        }
        const response = await call(start(id, status, `/end/${who}/${id}`), POST);
        equal(
          [response.status, response.redirected, response.url, await response.text()],
          [200, true, `${home}/end/${who}/${id}`, 'arrived'],
        );
        const [first, second] = await arrivals(home, id);
        equal([second!.method, second!.body, second!.headers['content-digest'] !== undefined], [method, body, body !== '']);
        ok(first!.headers['signature'] !== second!.headers['signature'], 'another signature');
        ok(nonceOf(first!) !== nonceOf(second!), 'another nonce');
      }
    });
    test('a redirect to another origin is not followed: nothing arrives there', async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        const id = `foreign-${status}`;
        const target = `${away}/end/${who}/${id}`;
        const error = (await refuses(
          async () => (await signedFetch())(start(id, status, target), POST),
          'redirect_forbidden',
        )) as SignedFetchError;
        ok(isSignedFetchError(error) && !(error instanceof TypeError), 'a SignedFetchError');
        if (engine.document === undefined) equal(error.target, target);
        equal((await arrivals(away, id)).length, 0, 'requests that arrived');
      }
    });
    if (engine.document === undefined) {
      test('a redirect to a listed origin is not followed unless that was asked for', async () => {
        const call = await signedFetch({ origins: [home, away] });
        await refuses(() => call(start('listed-only', 307, `${away}/end/${who}/listed-only`), POST), 'redirect_forbidden');
        equal((await arrivals(away, 'listed-only')).length, 0, 'requests that arrived');
      });
      test('a redirect to a listed origin is signed for it, without the keys of the first', async () => {
        const call = await signedFetch({ origins: [home, away], crossOriginRedirects: true });
        await (await call(start('listed', 307, `${away}/end/${who}/listed`), POST)).text();
        const [arrived] = await arrivals(away, 'listed');
        equal([arrived!.method, arrived!.body, arrived!.headers['x-api-key']], ['POST', POST.body, undefined]);
        ok(arrived!.headers['signature'], 'a signature');
      });
    }
    test('a clock that is off is corrected with one more request, once', async () => {
      for (const wrong of [FORTY_MINUTES, -TEN_MINUTES]) {
        let sent = 0;
        const counted: Fetch = (input, init) => {
          sent++;
          return fetch(input, init);
        };
        const call = await signedFetch({ fetch: counted, now: () => Math.floor(Date.now() / 1000) + wrong });
        const statuses = [(await call(`${verifier}/clock`, POST)).status, (await call(`${verifier}/clock`, POST)).status];
        equal([statuses, sent], [[200, 200], 3]);
      }
    });
    test('a refusal can be read', async () => {
      const response = await (await signedFetch({ correctClock: false, now: () => 1_700_000_000 }))(`${verifier}/late`, POST);
      const refusal = await parseRefusal(response);
      equal([response.status, refusal?.code], [401, 'expired']);
    });
    test('a stream is sent as the bytes that were signed', async () => {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const part of ['gold', '', 'coins']) controller.enqueue(utf8(part));
          controller.close();
        },
      });
      const response = await (await signedFetch())(`${verifier}/stream`, { method: 'PUT', body: stream, duplex: 'half' } as RequestInit);
      equal(response.headers.get(SEEN), seenText('PUT', '/stream', utf8('goldcoins')));
    });
    test('a text and a Request with the same URL are sent alike', async () => {
      const target = "/alike/[a]|o'neil?filter[s]=1&q=it's";
      const texts: (string | null)[] = [];
      for (const input of [verifier + target, new Request(verifier + target)]) {
        const response = await (await signedFetch())(input, POST);
        texts.push(response.headers.get(SEEN));
      }
      equal(texts[1], texts[0]);
      ok(texts[0]?.startsWith('POST /alike/%5Ba%5D%7Co%27neil?filter%5Bs%5D=1&q=it%27s '), `verified: ${texts[0]}`);
    });
    test('a Request is signed as it is, and stays usable', async () => {
      const request = new Request(`${verifier}/request?a=1`, POST);
      const response = await (await signedFetch())(request);
      equal(response.headers.get(SEEN), seenText('POST', '/request?a=1', utf8(POST.body)));
      await refuses(async () => (await signedFetch())('http://u:p@127.0.0.1/'), 'target_forbidden');
    });
    test('an abort ends the call with its own reason', async () => {
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      controller.abort(reason);
      const caught = await (await signedFetch())(`${verifier}/abort`, { ...POST, signal: controller.signal }).catch(
        (error: unknown) => error,
      );
      ok(caught === reason || (caught as Error).message === reason.message || (caught as Error).name === 'AbortError', 'the reason');
    });
  };

function nonceOf({ headers }: Arrival): string | undefined {
  return /nonce="([^"]*)"/.exec(headers['signature-input'] ?? '')?.[1];
}

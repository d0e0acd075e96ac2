/**
 * What is sent is what was given: every type of body, covered or not, at the first attempt and at the ones after it. Where there is no
 * fetch there is nothing to try.
 *
 * @module
 */

import { createSignedFetch, type SignedFetchOptions } from 'countersign';
import { type Declare, equal, ok } from './collect.ts';
import type { Arrival, ClientConfig } from './config.ts';
import { createRandom, engine, hex, utf8 } from './engine.ts';
import { suiteSigner } from './keys.ts';

const BYTES = createRandom(7).bytes(3000);

const TEXT = 'goldcoins ☃ é 𝄞';

interface Body {
  make(): unknown;
  /** What arrives, in hex; a function where the runtime draws a boundary. */
  readonly arrives: string | ((arrival: Arrival) => boolean);
  /** Whether it is a stream. */
  readonly flows?: true;
}

const bodies: Readonly<Record<string, Body>> = {
  nothing: { make: () => null, arrives: '' },
  text: { make: () => TEXT, arrives: hex(utf8(TEXT)) },
  'empty text': { make: () => '', arrives: '' },
  bytes: { make: () => BYTES, arrives: hex(BYTES) },
  'a part of a buffer': { make: () => BYTES.subarray(5, 50), arrives: hex(BYTES.slice(5, 50)) },
  'a buffer': { make: () => BYTES.slice().buffer, arrives: hex(BYTES) },
  'a view': { make: () => new DataView(BYTES.slice().buffer, 3, 100), arrives: hex(BYTES.slice(3, 103)) },
  'a blob': { make: () => new Blob([BYTES], { type: 'image/png' }), arrives: hex(BYTES) },
  parameters: { make: () => new URLSearchParams({ a: '1 +', é: '' }), arrives: hex(utf8('a=1+%2B&%C3%A9=')) },
  'a form': { make: form, arrives: isForm },
  'a stream': { make: stream, arrives: hex(BYTES), flows: true },
  'an async iterator': { make: generate, arrives: hex(BYTES), flows: true },
};

function form(): FormData {
  const data = new FormData();
  data.append('text', TEXT);
  return data;
}

function isForm({ headers, hex: arrived }: Arrival): boolean {
  const boundary = /^multipart\/form-data; *boundary=("?)(.+)\1$/.exec(headers['content-type'] ?? '')?.[2];
  return boundary !== undefined && arrived.includes(hex(utf8(`--${boundary}--`))) && arrived.includes(hex(utf8(TEXT)));
}

function stream(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const [from, to] of [
        [0, 9],
        [9, 3000],
      ])
        controller.enqueue(BYTES.slice(from, to));
      controller.close();
    },
  });
}

async function* generate(): AsyncGenerator<Uint8Array> {
  yield BYTES.slice(0, 9);
  yield BYTES.slice(9);
}

/** How the first attempt ends, by the query that has the recorder do it. */
const ways: Readonly<Record<string, string>> = {
  'at the first attempt': '',
  'after a 503': '?once=503',
  'after a clock correction': '?once=401',
  'after a 307': '?status=307',
};

const settings: Readonly<Record<string, Partial<SignedFetchOptions>>> = {
  covered: {},
  'left uncovered': { insecurelyAllowUncovered: ['content-digest'] },
};

/** Declares the tests. */
export const contentTests =
  (who: string, { home }: ClientConfig) =>
  (test: Declare): void => {
    if (engine.fetch === undefined) return;
    for (const [how, more] of Object.entries(settings)) {
      const covered = how === 'covered';
      for (const [when, query] of Object.entries(ways)) {
        // Browsers hide where a redirect leads.
        if (query.includes('307') && engine.document !== undefined) continue;
        test(`content ${how} arrives as it was given, ${when}`, async () => {
          const signer = await suiteSigner('ed25519', who);
          for (const [name, body] of Object.entries(bodies)) {
            if (body.flows && !covered && !sendsUnread(query)) continue;
            for (const asRequest of [false, true]) {
              if (asRequest && (body.flows || !isResent(covered, query))) continue;
              const id = `${how}-${when}-${name}-${asRequest}`.replaceAll(/\W/g, '_');
              const to = query.includes('307') ? `&to=${encodeURIComponent(`/end/${who}/${id}`)}` : '';
              const url = `${home}/start/${who}/${id}${query}${to}`;
              // A client of its own: what one learnt of the clock, the next is to learn for itself.
              const call = createSignedFetch({ signer, retry: {}, sleep: async () => undefined, ...more });
              const init = { method: 'PUT', body: body.make() as BodyInit };
              const response = await (asRequest ? call(new Request(url, init)) : call(url, init));
              equal([response.status, await response.text()], [200, 'arrived'], `${name}, ${id}`);
              const log = await fetch(`${home}/log/${who}/${id}`);
              const arrivals = (await log.json()) as readonly Arrival[];
              equal(arrivals.length, query === '' ? 1 : 2, `attempts with ${name}`);
              for (const arrival of arrivals) requireArrival(arrival, name, body, covered);
            }
          }
        });
      }
    }
  };

/** Whether a stream that nobody reads can be tried: it cannot be sent again, and pages send none over HTTP/1.1. */
function sendsUnread(query: string): boolean {
  return query === '' && engine.document === undefined;
}

/** Whether a Request can be sent again: not if nobody reads it. */
function isResent(covered: boolean, query: string): boolean {
  return covered || query === '';
}

function requireArrival(arrival: Arrival, name: string, { arrives }: Body, covered: boolean): void {
  if (typeof arrives === 'function') ok(arrives(arrival), `${name} arrived: ${arrival.body}`);
  else equal(arrival.hex, arrives, name);
  equal(arrival.headers['content-digest'] !== undefined, covered && arrival.hex !== '', `a digest of ${name}`);
  ok(arrival.headers['signature'], 'a signature');
}

/**
 * A server that redirects wherever it is asked to, and writes down what arrives.
 *
 * `/start/<who>/<id>?status=307&to=<url>` redirects; `?once=503` refuses what arrives first for that id, a 401 as a wrong clock;
 * `/log/<who>/<id>` tells what arrived for that id; everything else is answered with 200.
 *
 * @module
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Arrival } from '../suite/config.ts';
import { preflightAnswer, SHARED } from '../suite/seen.ts';

/** A running recorder. */
export interface Recorder {
  readonly origin: string;
  close(): void;
}

/** Starts one on loopback. */
export async function startRecorder(): Promise<Recorder> {
  const arrivals = new Map<string, Arrival[]>();
  const answer = async (request: IncomingMessage): Promise<readonly [status: number, headers: Record<string, string>, body?: string]> => {
    const preflight = preflightAnswer(request.method ?? '', (name) => request.headers[name] as string | undefined);
    if (preflight) return [preflight.status, { ...preflight.headers }];
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://recorder.test');
    const [, kind, who, id] = pathname.split('/');
    const key = `${who}/${id}`;
    if (kind === 'log') return [200, { ...SHARED, 'content-type': 'application/json' }, JSON.stringify(arrivals.get(key) ?? [])];
    const seen = arrivals.get(key) ?? [];
    arrivals.set(key, seen);
    const body = await buffer(request);
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: { ...request.headers } as Record<string, string>,
      body: body.toString('utf8'),
      hex: body.toString('hex'),
    });
    const once = Number(searchParams.get('once'));
    if (once > 0 && seen.length === 1) return [once, { ...SHARED, 'content-type': 'application/problem+json' }, refusal()];
    const to = searchParams.get('to');
    return to === null ? [200, { ...SHARED }, 'arrived'] : [Number(searchParams.get('status')), { ...SHARED, location: to }, 'moved'];
  };
  const server = createServer(async (request, response) => {
    const [status, headers, body = ''] = await answer(request);
    response.writeHead(status, headers).end(body);
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The refusal of a message that is too old, by a clock some minutes ahead. */
function refusal(): string {
  return JSON.stringify({ type: 'urn:countersign:problem:expired', code: 'expired', now: Math.floor(Date.now() / 1000) + 600 });
}

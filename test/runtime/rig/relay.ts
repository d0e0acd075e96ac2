/**
 * Somebody on the way: takes every request of the cross matrix, sends it to every server tampered with, then as it
 * was, then once more, and keeps the score.
 *
 * One authority for all servers, as behind a load balancer: so each runtime signs a request once, and four judge it.
 *
 * @module
 */

import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { preflightAnswer, SEEN, seenText, VERDICT } from '../suite/seen.ts';
import { tamperings, type WireRequest } from './tamper.ts';

/** What one server made of one runtime's requests. */
export interface Score {
  honest: number;
  honestRefused: number;
  tampered: number;
  tamperedAccepted: number;
  replayed: number;
  replayedAccepted: number;
}

/** The relay, listening on several hosts and ports. */
export interface Relay {
  readonly origins: readonly string[];
  readonly authorities: readonly string[];
  /** Who judges; set once they run. */
  servers: Readonly<Record<string, string>>;
  /** By signing runtime, then by server. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, Score>>;
  /** How often each kind of tampering was tried. */
  readonly tried: ReadonlyMap<string, number>;
  /** Every wrong verdict. */
  readonly problems: readonly string[];
  close(): void;
}

/** How many kinds of tampering each request gets at each server; over two hundred requests, every kind has its turns. */
const KINDS_A_REQUEST = 6;

const CORS: Readonly<Record<string, string>> = { 'access-control-allow-origin': '*', 'access-control-expose-headers': VERDICT };

/** Starts the relay. */
export async function startRelay(): Promise<Relay> {
  const scores = new Map<string, Map<string, Score>>();
  const tried = new Map<string, number>();
  const problems: string[] = [];
  const agent = new Agent({ keepAlive: true });
  const listeners: Server[] = [];

  const judge = async (wire: WireRequest): Promise<readonly string[]> => {
    const who = /keyid="([^".]*)/.exec(fieldOf(wire, 'signature-input') ?? '')?.[1] ?? 'unsigned';
    const row = scores.get(who) ?? new Map<string, Score>();
    scores.set(who, row);
    const names = Object.keys(tamperings);
    // By the number of the request, so that every run does the same.
    const number = Number(/^\/(\d+)/.exec(wire.target)?.[1] ?? 0);
    const kinds = Array.from({ length: KINDS_A_REQUEST }, (_, index) => names[(number + index * 5) % names.length]!);
    const found = await Promise.all(Object.entries(relay.servers).map(([name, origin]) => judgeAt(name, origin, wire, kinds, row)));
    for (const kind of kinds) tried.set(kind, (tried.get(kind) ?? 0) + 1);
    const wrong = found.flat().map((text) => `${who} -> ${text}`);
    problems.push(...wrong);
    return wrong;
  };

  const judgeAt = async (
    name: string,
    origin: string,
    wire: WireRequest,
    kinds: readonly string[],
    row: Map<string, Score>,
  ): Promise<readonly string[]> => {
    const score = row.get(name) ?? { honest: 0, honestRefused: 0, tampered: 0, tamperedAccepted: 0, replayed: 0, replayedAccepted: 0 };
    row.set(name, score);
    const wrong: string[] = [];
    const told = (what: string, verdict: string) =>
      void wrong.push(`${name}: ${what} was answered ${verdict} (${wire.method} ${wire.target.slice(0, 200)})`);
    for (const kind of kinds) {
      const changed = tamperings[kind]!(wire, otherAuthority(wire, relay.authorities));
      if (changed === undefined) continue;
      score.tampered++;
      const { status, verdict } = await forward(origin, changed, agent);
      if (status < 400) score.tamperedAccepted++;
      if (status < 400 || status >= 500) told(kind, `${status} ${verdict}`);
    }
    const first = await forward(origin, wire, agent);
    score.honest++;
    if (first.status !== 200 || first.seen !== seenText(wire.method, wire.target.replace(/^([^?]*)\?$/, '$1'), wire.body)) {
      score.honestRefused++;
      told('an honest request', `${first.status} ${first.verdict} ${first.seen}`);
    }
    const second = await forward(origin, wire, agent);
    score.replayed++;
    if (second.status < 400) score.replayedAccepted++;
    if (second.verdict !== 'nonce_replayed') told('a replayed request', `${second.status} ${second.verdict}`);
    return wrong;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const preflight = preflightAnswer(request.method ?? '', (name) => request.headers[name] as string | undefined);
    if (preflight) return void response.writeHead(preflight.status, { ...preflight.headers }).end();
    const wire = { method: request.method ?? '', target: request.url ?? '', rawHeaders: request.rawHeaders, body: await buffer(request) };
    const wrong = await judge(wire).catch((error: unknown) => [String(error)]);
    response
      .writeHead(wrong.length === 0 ? 200 : 409, {
        ...CORS,
        [VERDICT]:
          wrong.length === 0
            ? 'ok'
            : wrong
                .join('; ')
                .replace(/[^ -~]/g, '?')
                .slice(0, 2000),
      })
      .end();
  };

  const listen = async (address: string, port: number): Promise<number | undefined> => {
    const server = createServer((request, response) => void answer(request, response));
    // A slow engine must not meet a connection that is just being closed.
    server.keepAliveTimeout = 600_000;
    const bound = await new Promise<boolean>((resolve) =>
      server.once('error', () => resolve(false)).listen(port, address, () => resolve(true)),
    );
    if (!bound) return undefined;
    listeners.push(server);
    return (server.address() as AddressInfo).port;
  };

  const first = await listen('127.0.0.1', 0);
  const second = await listen('127.0.0.1', 0);
  // Not on every system; where they are missing, there are fewer hosts.
  const other = await listen('127.0.0.2', 0);
  const six = await listen('::1', first!);
  const authorities = [
    `127.0.0.1:${first}`,
    `localhost:${first}`,
    `127.0.0.1:${second}`,
    ...(other ? [`127.0.0.2:${other}`] : []),
    ...(six ? [`[::1]:${six}`] : []),
  ];
  const relay: Relay = {
    origins: authorities.map((authority) => `http://${authority}`),
    authorities,
    servers: {},
    scores,
    tried,
    problems,
    close: () => {
      agent.destroy();
      for (const server of listeners) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
  return relay;
}

function fieldOf({ rawHeaders }: WireRequest, name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
}

function otherAuthority(wire: WireRequest, authorities: readonly string[]): string {
  const host = fieldOf(wire, 'host');
  return authorities.find((authority) => authority !== host)!;
}

interface Forwarded {
  readonly status: number;
  readonly verdict: string;
  readonly seen: string;
}

/** Connections are a matter of each hop (RFC 9110, section 7.6.1). */
function ownFields(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_text, index) => !/^(connection|keep-alive)$/i.test(rawHeaders[index - (index % 2)]!));
}

/** Sends a request exactly as it is: its target, its field lines, its bytes. */
function forward(origin: string, wire: WireRequest, agent: Agent): Promise<Forwarded> {
  const { method, target, rawHeaders, body } = wire;
  const { hostname, port } = new URL(origin);
  const headers = ownFields(rawHeaders) as unknown as Record<string, string>;
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = send({ agent, hostname, port, method, path: target, setHost: false, headers }, (response) => {
      response.resume();
      const field = (name: string) => String(response.headers[name] ?? '');
      response.once('end', () => resolve({ status: response.statusCode ?? 0, verdict: field(VERDICT), seen: field(SEEN) }));
      response.once('error', reject);
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      // Slow engines leave connections idle; the server may close one just when it is used again.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(forward(origin, wire, agent));
      else reject(error);
    });
    outgoing.end(body);
  });
}

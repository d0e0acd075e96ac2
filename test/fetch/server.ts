/** Real servers on loopback that remember what came over the wire, and a verifier's view of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageFromNode } from '../../src/adapter/node.ts';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import type { Fetch } from '../../src/fetch/options.ts';
import { createVerifier } from '../../src/http/verifier.ts';
import type { VerifierOptions } from '../../src/http/verifier-options.ts';
import type { ReplayStore } from '../../src/replay/store.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import type { VerifiedRequest } from '../../src/signature/verified/verified-request.ts';

export const SECRET = 'thirty-two bytes of a text secret, at least';
export const signer: Signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });

/** One request as it arrived. */
export interface Arrival {
  readonly message: RequestMessage & { readonly body: Uint8Array };
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Recorder {
  readonly origin: string;
  readonly host: string;
  readonly arrivals: Arrival[];
  /** Decides what the next requests get; 200 by default. */
  answer(handler: (arrival: Arrival, response: ServerResponse) => unknown): void;
  close(): Promise<void>;
}

export async function openRecorder(): Promise<Recorder> {
  let handle: (arrival: Arrival, response: ServerResponse) => unknown = (_, response) => response.end('ok');
  const arrivals: Arrival[] = [];
  const server: Server = createServer((request, response) => {
    void readAll(request)
      .then(async (body) => {
        const arrival = {
          message: { ...messageFromNode({ ...raw(request), rawBody: body }), body },
          method: request.method ?? '',
          url: request.url ?? '',
          headers: request.headers,
          text: Buffer.from(body).toString('latin1'),
        };
        arrivals.push(arrival);
        await handle(arrival, response);
      })
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin: `http://${host}`,
    host,
    arrivals,
    answer: (handler) => {
      handle = handler;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function raw(request: IncomingMessage) {
  const { method, url, rawHeaders } = request;
  return { method, url, rawHeaders, [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() };
}

async function readAll(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return new Uint8Array(Buffer.concat(chunks));
}

/** A store for tests of one server: remembers nonces, nothing else. */
function rememberingStore(): ReplayStore {
  const seen = new Set<string>();
  return {
    consume: ({ scope, nonce }) => {
      if (seen.has(scope + nonce)) return 'replayed';
      seen.add(scope + nonce);
      return 'consumed';
    },
  };
}

/** Verifies arrivals as a server would, with a store that lives as long as the function. */
export function verifying(authority: string, options: Partial<VerifierOptions> = {}): (arrival: Arrival) => Promise<VerifiedRequest> {
  const verifier = createVerifier({
    authority,
    resolveKey: (keyid) => (keyid === 'jdoe' ? hmacKey(SECRET) : undefined),
    replayStore: rememberingStore(),
    ...options,
  } as VerifierOptions);
  return ({ message }) => verifier.verifyRequest(message);
}

/** An answer of plain JSON. */
function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(JSON.stringify(body));
}

/** A refusal as ours are. */
export function refuse(response: ServerResponse, status: number, code: string, now: number, headers: Record<string, string> = {}): void {
  json(response, status, { type: `urn:countersign:problem:${code}`, title: code, status, code, now }, headers);
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not reject');
}

/** A `fetch` of a function that wants one `Request`. */
export function asRequest(handle: (request: Request) => Promise<Response>): Fetch {
  return (input, init) => handle(input instanceof Request && !init ? input : new Request(input, init));
}

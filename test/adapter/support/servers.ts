/** Real servers of node:http and node:http2 on loopback, and signed requests to them. */
import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request as sendHttp1 } from 'node:http';
import {
  type ClientHttp2Session,
  connect,
  createServer as createHttp2,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import type { NodeResponseLike } from '../../../src/adapter/node.ts';
import { hmacKey, hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../../src/http/sign-request.ts';
import { createVerifier, type Verifier, type VerifierOptions } from '../../../src/http/verifier.ts';
import { encodeUtf8 } from '../../../src/internal/utf8.ts';
import { memoryReplayStore } from '../../../src/replay/memory-store.ts';

const SECRET = 'thirty-two bytes of a text secret, at least';
const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });

export function verifierOf(options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({
    insecurelyTrustHost: true,
    resolveKey: () => hmacKey(SECRET),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    ...options,
  } as VerifierOptions);
}

/** Of either protocol: what listeners have in common. */
export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = NodeResponseLike;
export type Listener = (request: AnyRequest, response: AnyResponse) => unknown;

export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Outgoing {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Headers;
  readonly body?: Uint8Array;
}

export interface TestServer {
  readonly host: string;
  readonly port: number;
  /** Sends as it is. */
  send(outgoing: Outgoing): Promise<Answer>;
  close(): Promise<void>;
}

/** The fields of a signed request. */
export async function signed(host: string, { method = 'POST', target = '/coins', headers = {}, body }: Outgoing): Promise<Headers> {
  const message = { method, scheme: 'http', authority: host, target, fields: Object.entries(headers), body };
  const { fields } = await signRequest(message, { signer });
  return { ...headers, ...Object.fromEntries(fields) };
}

export const json = (value: unknown): Outgoing => ({
  headers: { 'content-type': 'application/json' },
  body: encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)),
});

/** Sends a request with a signature. */
export async function sendSigned(server: TestServer, outgoing: Outgoing): Promise<Answer> {
  return server.send({ ...outgoing, headers: await signed(server.host, outgoing) });
}

async function openHttp1(listener: Listener): Promise<TestServer> {
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = ({ method = 'POST', target = '/coins', headers = {}, body }: Outgoing): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      sendHttp1({ host: '127.0.0.1', port, agent, method, path: target, headers: { host, ...length, ...headers } })
        .on('response', (response) => {
          text(response).then((content) => resolve({ status: response.statusCode!, headers: response.headers, text: content }), reject);
        })
        .on('error', reject)
        .end(body);
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      agent.destroy();
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { host, port, send, close };
}

async function openHttp2(listener: Listener): Promise<TestServer> {
  const server = createHttp2((request, response) => void listener(request, response));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const client: ClientHttp2Session = connect(`http://${host}`);
  client.on('error', () => undefined);
  const send = ({ method = 'POST', target = '/coins', headers = {}, body }: Outgoing): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const stream = client.request(
        { ':method': method, ':path': target, ':authority': host, ...length, ...headers },
        { endStream: body === undefined },
      );
      stream.on('error', reject);
      stream.on('response', ({ ':status': status = 0, ...others }) => {
        buffer(stream).then((content) => resolve({ status, headers: others, text: String(content) }), reject);
      });
      if (body !== undefined) stream.end(body);
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      client.destroy();
      for (const session of sessions) session.destroy();
      server.close(() => resolve());
    });
  return { host, port, send, close };
}

export const PROTOCOLS = { http: openHttp1, http2: openHttp2 } as const;

/** Writes bytes to a server and gives back the socket. */
export async function rawConnection({ port }: TestServer, head: string): Promise<Socket> {
  const { createConnection } = await import('node:net');
  const socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(head);
  return socket;
}

/**
 * What the demo's servers share.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one route; what it throws becomes a refusal. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const MAX_BYTES = 64 * 1024;

/** A port that cannot be had. */
export class PortError extends Error {
  /** One to try instead. */
  readonly another: number;

  constructor(port: number, reason: string) {
    super(`Port ${port} ${reason}.`);
    this.another = port < 1024 ? 8080 : port === 65_535 ? 65_534 : port + 1;
  }
}

const REASONS = new Map([
  ['EADDRINUSE', 'is taken: another program listens there, perhaps an earlier demo'],
  ['EACCES', 'is reserved: opening it needs rights that this user does not have'],
]);

/**
 * Listens on loopback; the origin.
 *
 * @throws {PortError} If the port is taken, or not for this user.
 */
export async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = REASONS.get(error.code ?? '');
      reject(reason === undefined ? error : new PortError(port, reason));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stops listening; connections that are kept alive are not waited for. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A body as text, up to a limit. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new RangeError('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(JSON.stringify(value));
}

/**
 * A server for as long as it is wanted: it ends when it is told to, after whatever was asked before is answered.
 *
 * @module
 */

import { createServer, type RequestListener } from 'node:http';
import { UsageError } from '../command.ts';

/** Where to listen: a port of an address, or a Unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** @throws {UsageError} If it is neither `host:port` nor `unix:/path`. */
export function readListenAddress(text: string): ListenAddress {
  const path = /^unix:(.+)$/.exec(text)?.[1];
  if (path !== undefined) return { path };
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) throw new UsageError('--listen must be an address with a port (127.0.0.1:9421), or unix:/path');
  return { host, port };
}

/** Whether only processes of this machine reach it. */
export function isLocal(address: ListenAddress): boolean {
  return 'path' in address || /^(?:localhost|::1|127(?:\.\d{1,3}){3})$/i.test(address.host);
}

/** Seconds that requests may take to be answered once the server is to end. */
const GRACE = 10;

/**
 * Serves until `signal` aborts. `onListening` is told where.
 *
 * @throws {Error} If it cannot listen there.
 */
export async function serveUntil(
  signal: AbortSignal,
  address: ListenAddress,
  listener: RequestListener,
  onListening: (where: string) => void,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  onListening(whereOf(server.address()));
  await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), GRACE * 1000);
  await closed;
  clearTimeout(late);
}

function whereOf(address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  if (typeof address === 'string' || address === null) return `unix:${address}`;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

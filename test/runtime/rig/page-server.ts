/**
 * Serves the page that runs the suite, and takes its result.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SuiteConfig, SuiteResult } from '../suite/config.ts';
import { RUN_SECONDS } from './limits.ts';

/** A page that waits to be opened. */
export interface SuitePage {
  readonly port: number;
  /** What the page posts. */
  result(): Promise<SuiteResult>;
  close(): void;
}

const HTML =
  '<!doctype html><meta charset="utf-8"><title>countersign</title><link rel="icon" href="data:,"><script type="module" src="/page.mjs"></script>';

/** Serves the page on one address of this machine. */
export async function servePage(file: string, config: SuiteConfig, address: string): Promise<SuitePage> {
  let settle: (posted: string) => void;
  const posted = new Promise<string>((resolve) => void (settle = resolve));
  const script = await readFile(file);
  const answer = async (request: IncomingMessage): Promise<readonly [type: string, body: string | Uint8Array]> => {
    if (request.url === '/page.mjs') return ['text/javascript', script];
    if (request.url === '/config') return ['application/json', JSON.stringify(config)];
    if (request.url === '/result') settle(await text(request));
    return ['text/html', HTML];
  };
  const server = createServer(async (request, response) => {
    const [type, body] = await answer(request);
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    result: async () => readResult(await posted),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function readResult(posted: string): SuiteResult {
  const result = JSON.parse(posted) as SuiteResult | { readonly failed: string };
  if ('failed' in result) throw new Error(`the page failed: ${result.failed}`);
  return result;
}

/** A promise that gives up after what a run may take. */
export function withinLimit<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} gave no result within ${RUN_SECONDS} s`)), RUN_SECONDS * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

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
import { RUN_SECONDS, SILENT_SECONDS } from './limits.ts';

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
  let heard = performance.now();
  const answer = async (request: IncomingMessage): Promise<readonly [type: string, body: string | Uint8Array]> => {
    if (request.url === '/page.mjs') return ['text/javascript', script];
    if (request.url === '/config') return ['application/json', JSON.stringify(config)];
    if (request.url === '/result') settle(await text(request));
    return ['text/html', HTML];
  };
  const server = createServer(async (request, response) => {
    heard = performance.now();
    const [type, body] = await answer(request);
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    result: async () => readResult(await whileAlive(posted, () => (performance.now() - heard) / 1000)),
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

/** Gives up after what a run may take, and before that if the page has gone silent: browsers do not tell when one crashes. */
async function whileAlive<T>(posted: Promise<T>, silentFor: () => number): Promise<T> {
  let watch: NodeJS.Timeout | undefined;
  const start = performance.now();
  const gone = new Promise<never>((_resolve, reject) => {
    watch = setInterval(() => {
      if (silentFor() > SILENT_SECONDS) reject(new Error(`the page crashed or hangs: nothing heard of it for ${SILENT_SECONDS} s`));
      else if (performance.now() - start > RUN_SECONDS * 1000) reject(new Error(`the page gave no result within ${RUN_SECONDS} s`));
    }, 1000);
  });
  return Promise.race([posted, gone]).finally(() => clearInterval(watch));
}

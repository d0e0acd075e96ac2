/**
 * A bank that verifies requests, beside the page and the scripts that send them, all of one origin.
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Verifier } from 'countersign';

/** The key that the bank knows. */
export const KEY = { keyid: 'jdoe', secret: 'a secret of at least thirty-two bytes' } as const;

/** What is served: by path, the text. */
export type Files = Readonly<Record<string, string>>;

/** A running bank. */
export interface BrowserBank {
  readonly origin: string;
  /** What the page reports. */
  readonly report: Promise<unknown>;
  /** Paths of files that were asked for after the deployment. */
  readonly missed: readonly string[];
  close(): void;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The package as it is installed. */
interface Installed {
  readonly countersign: typeof import('countersign');
  readonly node: typeof import('countersign/node');
}

/** Loads the package that a project has installed. */
export async function loadInstalled(project: string): Promise<Installed> {
  const load = (entry: string) => import(/* @vite-ignore */ join(project, 'node_modules/countersign/dist', `${entry}.js`));
  return { countersign: await load('index'), node: await load('node') };
}

/**
 * Starts a bank. It sends `/moved` elsewhere and is busy once at `/busy`; a POST to `/deploy` takes all files away, as a new
 * version does.
 */
export async function startBrowserBank(files: Files, installed: Installed): Promise<BrowserBank> {
  const missed: string[] = [];
  let settle: (report: unknown) => void;
  const report = new Promise<unknown>((resolve) => void (settle = resolve));
  const state = { deployed: false, busy: true };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `localhost:${(server.address() as AddressInfo).port}`;
  const verify = verifying(authority, installed);
  const answers: Readonly<Record<string, Answer>> = {
    '/coins': verify,
    '/moved': (_request, response) => response.writeHead(302, { location: '/coins' }).end(),
    '/busy': (request, response) => {
      if (!state.busy) return verify(request, response);
      state.busy = false;
      return response.writeHead(429, { 'retry-after': '1' }).end();
    },
    '/deploy': (_request, response) => {
      state.deployed = true;
      response.end();
    },
    '/report': async (request, response) => {
      settle(JSON.parse(await text(request)));
      response.end();
    },
  };
  const serveFile: Answer = ({ url = '' }, response) => {
    if (state.deployed) missed.push(url);
    const file = state.deployed ? undefined : files[url];
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' }).end(file);
  };
  server.on('request', async (request, response) => (answers[request.url ?? ''] ?? serveFile)(request, response));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://${authority}`, report, missed, close };
}

function verifying(authority: string, { countersign, node }: Installed): Answer {
  const { createVerifier, hmacKey, isVerificationError, memoryReplayStore } = countersign;
  const verifier: Verifier = createVerifier({
    authority,
    resolveKey: (keyid) => (keyid === KEY.keyid ? hmacKey(KEY.secret) : undefined),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  });
  return async (request, response) => {
    try {
      const { keyid } = await verifier.verifyRequest(node.messageFromNode(request));
      response.end(`signed by ${keyid}`);
    } catch (error) {
      if (!isVerificationError(error)) throw error;
      const { status, headers, body } = error.toProblem();
      response.writeHead(status, { ...headers }).end(body);
    }
  };
}

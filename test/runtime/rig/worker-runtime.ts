/**
 * workerd, through Miniflare: what Cloudflare Workers run on.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import type { SuiteConfig, SuiteResult } from '../suite/config.ts';
import { RUN_SECONDS } from './limits.ts';
import type { Runtime, ServerConfig, SuiteBundle, VerifyingServer } from './runtime.ts';
import { versionOf } from './versions.ts';

/** What tells one worker from another. */
export interface WorkerOptions {
  readonly name: string;
  readonly title: string;
  readonly compatibilityFlags: readonly string[];
  /** Whether it is one of the servers of the cross matrix. */
  readonly server?: boolean | undefined;
}

const COMPATIBILITY_DATE = '2026-07-30';

interface Workerd {
  readonly ready: Promise<URL>;
  dispatchFetch(
    url: string,
    init: { readonly method: string; readonly body: string; readonly signal: AbortSignal },
  ): Promise<{ readonly status: number; text(): Promise<string> }>;
  dispose(): Promise<void>;
}

/** Makes a runtime of workerd with these flags. */
export function workerRuntime({ name, title, compatibilityFlags, server = false }: WorkerOptions): Runtime {
  const start = async (file: string, port = 0, env: Readonly<Record<string, string>> = {}): Promise<Workerd> => {
    // Loaded here, since it is not there before `install.ts` has run.
    const { Miniflare } = await import('miniflare');
    return new Miniflare({
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents: await readFile(file, 'utf8') }],
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: [...compatibilityFlags],
      bindings: env,
      host: '127.0.0.1',
      port,
      // It reports every connection that a client has closed.
      handleRuntimeStdio: (stdout, stderr) => void [stdout, stderr].map((stream) => stream.resume()),
    });
  };
  return {
    name,
    title,
    version: () => versionOf('workerd'),
    async run(bundle: SuiteBundle, config: SuiteConfig): Promise<SuiteResult> {
      const worker = await start(bundle.worker);
      try {
        const response = await worker.dispatchFetch('http://suite.test/', {
          method: 'POST',
          body: JSON.stringify(config),
          signal: AbortSignal.timeout(RUN_SECONDS * 1000),
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`workerd answered ${response.status}: ${text.slice(0, 2000)}`);
        return JSON.parse(text) as SuiteResult;
      } finally {
        await worker.dispose();
      }
    },
    ...(server && {
      serve: async (bundle: SuiteBundle, { authorities }: ServerConfig): Promise<VerifyingServer> => {
        // A worker cannot ask for its own port, so it is told.
        const port = await freePort();
        const CONFIG = JSON.stringify({ authorities: [...authorities, `127.0.0.1:${port}`] } satisfies ServerConfig);
        return serve(await start(bundle.servers.worker, port, { CONFIG }));
      },
    }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function serve(worker: Workerd): Promise<VerifyingServer> {
  try {
    return { origin: (await worker.ready).origin, close: () => worker.dispose() };
  } catch (error) {
    await worker.dispose();
    throw error;
  }
}

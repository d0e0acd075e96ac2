/** Starts workerd with D1 and Durable Objects, through Miniflare. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../../scripts/run-command.ts';

interface RequestLike {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A worker that was started. */
export interface Worker {
  fetch(path: string, init?: RequestLike): Promise<string>;
  stop(): Promise<void>;
}

interface MiniflareLike {
  dispatchFetch(url: string, init?: RequestLike): Promise<{ text(): Promise<string> }>;
  dispose(): Promise<void>;
}

interface MiniflareModule {
  readonly Miniflare: new (options: object) => MiniflareLike;
}

/** It is installed with the other runtimes. */
const { Miniflare } = createRequire(join(root, 'test/runtime/package.json'))('miniflare') as MiniflareModule;

/** Starts one, its data in a folder, so that another one finds them. */
export async function startWorker(contents: string, folder: string, bindings: Readonly<Record<string, string>> = {}): Promise<Worker> {
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: '2026-07-30',
    bindings,
    d1Databases: { DB: 'bank' },
    d1Persist: join(folder, 'd1'),
    durableObjects: { NONCES: { className: 'Nonces', useSQLite: true } },
    durableObjectsPersist: join(folder, 'objects'),
    handleRuntimeStdio: (stdout: { resume(): void }, stderr: { resume(): void }) => void [stdout, stderr].map((stream) => stream.resume()),
  });
  return {
    fetch: async (path, init) => (await worker.dispatchFetch(`https://bank.example${path}`, init)).text(),
    stop: () => worker.dispose(),
  };
}

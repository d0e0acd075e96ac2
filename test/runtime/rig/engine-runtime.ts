/**
 * Engines that run inside Node, each in a process of its own: some of them keep a thread busy for minutes.
 *
 * @module
 */

import { join } from 'node:path';
import type { SuiteConfig, SuiteResult } from '../suite/config.ts';
import { startChild } from './child.ts';
import { RESULT_MARK, RUN_SECONDS } from './limits.ts';
import type { Runtime, SuiteBundle } from './runtime.ts';
import { versionOf } from './versions.ts';

/** What tells one engine from another. */
export interface EngineOptions {
  readonly name: string;
  readonly title: string;
  /** The package whose version counts. */
  readonly package: string;
  /** The script of `hosts/` that holds the engine. */
  readonly host: string;
  readonly bundle: 'edge' | 'bare';
}

/** Makes a runtime of an engine inside Node. */
export function engineRuntime({ name, title, host, bundle: kind, package: packageName }: EngineOptions): Runtime {
  return {
    name,
    title,
    version: () => versionOf(packageName),
    async run(bundle: SuiteBundle, config: SuiteConfig): Promise<SuiteResult> {
      const child = startChild(process.execPath, [join(import.meta.dirname, '..', 'hosts', host), bundle[kind]]);
      child.write(`${JSON.stringify(config)}\n`);
      try {
        return JSON.parse(await child.line(RESULT_MARK, RUN_SECONDS)) as SuiteResult;
      } finally {
        await child.kill();
      }
    },
  };
}

/**
 * Runtimes that are programs: Node, Deno and Bun. The suite imports the package from `node_modules`, as users do.
 *
 * @module
 */

import type { SuiteConfig, SuiteResult } from '../suite/config.ts';
import { type Child, readOutput, startChild } from './child.ts';
import { RESULT_MARK, RUN_SECONDS } from './limits.ts';
import type { Runtime, ServerConfig, SuiteBundle, VerifyingServer } from './runtime.ts';

/** What tells one program from another. */
export interface ProcessOptions {
  readonly name: string;
  readonly title: string;
  /** The program, as an absolute path. */
  readonly program: string;
  /** What stands before the script. */
  readonly flags?: readonly string[] | undefined;
  /** Which of the server bundles it runs, if it is one of the servers of the cross matrix. */
  readonly server?: 'node' | 'deno' | 'bun' | undefined;
}

/** Makes a runtime of a program. */
export function processRuntime({ name, title, program, flags = [], server }: ProcessOptions): Runtime {
  const start = (bundle: SuiteBundle, script: string, input: unknown): Child => {
    const child = startChild(program, [...flags, script], { cwd: bundle.folder });
    child.write(`${JSON.stringify(input)}\n`);
    return child;
  };
  return {
    name,
    title,
    version: async () => /\d+\.\d+\.\d+/.exec((await readOutput(program, ['--version'])) ?? '')?.[0],
    async run(bundle: SuiteBundle, config: SuiteConfig): Promise<SuiteResult> {
      const child = start(bundle, bundle.process, config);
      try {
        return JSON.parse(await child.line(RESULT_MARK, RUN_SECONDS)) as SuiteResult;
      } finally {
        await child.kill();
      }
    },
    ...(server && { serve: (bundle: SuiteBundle, config: ServerConfig) => awaitServer(start(bundle, bundle.servers[server], config)) }),
  };
}

/** Waits for the origin that a server prints. */
export async function awaitServer(child: Child): Promise<VerifyingServer> {
  try {
    const origin = await child.line(RESULT_MARK, 30);
    return { origin, close: () => child.kill() };
  } catch (error) {
    await child.kill();
    throw error;
  }
}

/**
 * The command line with all its commands, inside the test, in a folder of its own.
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { runProgram } from '../../../src/cli/run.ts';
import { contextOf, type GivenContext } from './context.ts';

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What stdout has, as JSON. */
  json<T = Record<string, unknown>>(): T;
}

/** A folder to work in. */
export interface Workplace {
  readonly folder: string;
  /** Runs a command line there. */
  run(argv: readonly string[], given?: GivenContext): Promise<Ended>;
  /** Puts a file there; only its owner reads it. */
  put(name: string, content: string | Uint8Array): string;
  read(name: string): string;
}

/** Makes a folder, which is gone after the tests of the file. */
export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    run: async (argv, given = {}) => {
      const context = contextOf({ cwd: folder, ...given, argv });
      const code = await runProgram({ version: '1.2.3', commands }, context);
      const out = context.stdout.text();
      return { code, out, err: context.stderr.text(), json: () => JSON.parse(out) };
    },
    put: (name, content) => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return name;
    },
    read: (name) => readFileSync(join(folder, name), 'utf8'),
  };
}

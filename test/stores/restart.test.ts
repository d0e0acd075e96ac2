/** SQLite in every runtime that has it, and by libsql where there is none: killed and started again, nothing counts twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/run-command.ts';
import { bundleFor } from './support/bundle.ts';
import { temporaryFile } from './support/places.ts';

const installed = (...path: readonly string[]) => join(root, 'test/runtime/node_modules', ...path);
const libsql = pathToFileURL(createRequire(join(root, 'package.json')).resolve('libsql')).href;

interface Runtime {
  readonly program: string;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
}

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'Node 24': { program: process.execPath, flags: ['--disable-warning=ExperimentalWarning'] },
  'Node 22': { program: installed('node-22', 'bin', 'node'), flags: ['--disable-warning=ExperimentalWarning'] },
  'Node 20 with libsql': { program: installed('node-20', 'bin', 'node'), args: ['libsql', libsql] },
  Deno: { program: installed('.bin', 'deno'), flags: ['run', '--no-prompt', '--no-lock', '--allow-read', '--allow-write', '--allow-env'] },
  Bun: { program: installed('.bin', 'bun'), flags: ['run'] },
};

const script = join(mkdtempSync(join(tmpdir(), 'countersign-restart-')), 'program', 'restart.mjs');
beforeAll(async () => {
  mkdirSync(dirname(script));
  writeFileSync(script, await bundleFor('node', join(import.meta.dirname, 'support/restart-program.ts')));
});

async function start({ program, flags = [], args = [] }: Runtime, path: string) {
  const child: ChildProcess = spawn(program, [...flags, script, path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  expect(await line()).toBe('ready');
  return {
    consume: (nonce: string, created: number, now = created) => {
      child.stdin!.write(`${nonce} ${created} ${now}\n`);
      return line();
    },
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

describe.each(Object.entries(RUNTIMES))('a process of %s over a SQLite file', (_, runtime) => {
  it('refuses after it was killed what it accepted before, and is cold for a while', async () => {
    const path = temporaryFile();
    const now = 1_700_000_000;
    const first = await start(runtime, path);
    expect([await first.consume('a', now), await first.consume('a', now + 7)]).toEqual(['cold', 'consumed']);
    expect(await first.consume('a', now + 7, now + 8)).toBe('replayed');
    await first.kill();
    const second = await start(runtime, path);
    expect([await second.consume('a', now + 7, now + 9), await second.consume('b', now + 9)]).toEqual(['replayed', 'cold']);
    expect([await second.consume('b', now + 16), await second.consume('b', now + 16)]).toEqual(['consumed', 'replayed']);
    await second.kill();
  });
});

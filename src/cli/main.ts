#!/usr/bin/env node
/**
 * The program `countersign`: the command line, in the world of Node.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseJsonStrict } from '../canonical/strict-json.ts';
import { commands } from './commands.ts';
import { runProgram } from './run.ts';

const { version } = parseJsonStrict(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

const ending = new AbortController();
// Once: the second signal ends the process, whatever it is doing.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
// Whoever reads may stop reading (`countersign … | head`).
for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });

process.exitCode = await runProgram(
  { version, commands },
  {
    argv: process.argv.slice(2),
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    signal: ending.signal,
  },
);
// What was left off may still be waiting for something.
if (ending.signal.aborted) process.exit();

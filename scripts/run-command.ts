/**
 * Runs a program and keeps what it says.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the repository. By the URL of this module: `import.meta.dirname` is another one where tsup bundles its configuration. */
export const root: string = resolve(fileURLToPath(import.meta.url), '../..');

/** How to run a program. */
export interface CommandOptions {
  /** Default: the top folder. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Show the output while it comes, rather than only if the program fails. */
  readonly live?: boolean | undefined;
  /** After so many minutes it is killed, and has failed. */
  readonly minutes?: number | undefined;
}

/** How a program ended. */
export interface CommandResult {
  readonly ok: boolean;
  /** stdout and stderr, as they came. */
  readonly output: string;
}

/** Runs a program to its end; the tools in `node_modules/.bin` are found first. Never rejects. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd = root, env, live = false, minutes = 10 } = options;
  const child = spawn(command, args, { cwd, env: { ...toolEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
    if (live) process.stdout.write(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((settle) => {
    const late = setTimeout(() => {
      keep(Buffer.from(`\n${command}: killed after ${minutes} minutes\n`));
      child.kill('SIGKILL');
    }, minutes * 60_000);
    const end = (ok: boolean): void => {
      clearTimeout(late);
      if (!ok && !live) process.stdout.write(output);
      settle({ ok, output });
    };
    child.on('error', (error) => {
      keep(Buffer.from(`${command}: ${error.message}\n`));
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function toolEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${resolve(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}` };
  // What `npm test` says about this package must not steer an npm that works in another folder.
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle)_|^npm_config_local_prefix$|^INIT_CWD$/.test(name)) delete env[name];
  return env;
}

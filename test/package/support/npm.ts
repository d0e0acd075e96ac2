/**
 * npm, for another project than the one whose npm runs the tests.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';

/** The environment without what the npm that runs the tests has told its children about this package. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_|^npm_config_local_prefix$|^INIT_CWD$/.test(name)),
  );
}

/** Runs it in a folder; what it prints to stdout. */
export function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', ['--loglevel=error', '--no-fund', '--no-audit', ...args], {
    cwd,
    env: cleanEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

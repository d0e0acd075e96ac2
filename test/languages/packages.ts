/**
 * The interpreters and compilers that the checks need: listed first, installed where that is ours to do.
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Language, languages } from './protocol.ts';

const isThere = ([command, ...args]: readonly [string, ...string[]]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Prints what is needed, installs what is missing as root on Debian, and answers the languages that can be run. */
export function ensureLanguages(wanted: readonly Language[] = languages): readonly Language[] {
  const missing = new Set<string>();
  for (const { name, needs } of wanted) {
    for (const { debian, probe } of needs) {
      const found = isThere(probe);
      if (!found) missing.add(debian);
      console.log(`${found ? 'found  ' : 'missing'} ${debian} (${name})`);
    }
  }
  if (missing.size > 0) install([...missing]);
  return wanted.filter(({ needs }) => needs.every(({ probe }) => isThere(probe)));
}

function install(packages: readonly string[]): void {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    console.log(`not root on Debian: install ${packages.join(' ')} yourself to run everything`);
    return;
  }
  console.log(`apt-get install ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], env });
}

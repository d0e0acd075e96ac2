/**
 * Gets the runtimes that are missing: those of npm by the lock file of this folder, the browsers from Debian.
 *
 *   node test/runtime/install.ts
 *
 * @module
 */

import { ensureSystemPackages } from '../../scripts/debian.ts';
import { ensureInstalled } from '../../scripts/install.ts';
import type { Runtime } from './rig/runtime.ts';

/** Installs what can be installed here, saying so first, and answers which of the runtimes are still missing. */
export async function installRuntimes(runtimes: readonly Runtime[]): Promise<readonly Runtime[]> {
  if ((await missingOf(runtimes)).length === 0) return [];
  await ensureInstalled('test/runtime');
  await ensureSystemPackages();
  return missingOf(runtimes);
}

async function missingOf(runtimes: readonly Runtime[]): Promise<readonly Runtime[]> {
  const versions = await Promise.all(runtimes.map((runtime) => runtime.version()));
  return runtimes.filter((_runtime, index) => versions[index] === undefined);
}

/** Whether this file is the program that runs. */
if (process.argv[1] === import.meta.filename) {
  const { runtimes } = await import('./runtimes/all.ts');
  const missing = await installRuntimes(runtimes);
  for (const { title } of missing) console.log(`missing: ${title}`);
  if (missing.length > 0) process.exitCode = 1;
}

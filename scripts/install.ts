/**
 * Installs what only tests need, each set in its own folder with its own lock file.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, runCommand } from './run-command.ts';

/** Installs what the folder's lock file says, unless it is installed already. */
export async function ensureInstalled(folder: string): Promise<boolean> {
  const home = join(root, folder);
  const lock = readFileSync(join(home, 'package-lock.json'), 'utf8');
  const stamp = join(home, 'node_modules', '.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) {
    console.log(`${folder}: installed`);
    return true;
  }
  console.log(`${folder}: npm ci`);
  const { ok } = await runCommand('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: home, minutes: 15 });
  if (ok) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, lock);
  }
  return ok;
}

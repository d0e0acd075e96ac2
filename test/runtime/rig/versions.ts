/**
 * Versions of what npm installed for the matrix.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { installed } from './installed.ts';

/** The version of a package of `test/runtime/node_modules`; `undefined` if it is not there. */
export async function versionOf(name: string): Promise<string | undefined> {
  try {
    const { version } = JSON.parse(await readFile(installed(name, 'package.json'), 'utf8')) as { readonly version: string };
    return version;
  } catch {
    return undefined;
  }
}

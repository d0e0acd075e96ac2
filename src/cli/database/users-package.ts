/**
 * Packages that the user brings: found from the folder he works in, not from where this program is installed.
 *
 * @module
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A package of the project in that folder; `undefined` if it is not installed there. @throws What the package throws when it is loaded. */
export function loadFrom<T>(folder: string, name: string): T | undefined {
  const load = createRequire(join(folder, 'package.json'));
  try {
    load.resolve(name);
  } catch {
    return undefined;
  }
  return load(name) as T;
}

/**
 * Where the runtimes of npm are.
 *
 * @module
 */

import { join } from 'node:path';

/** A file of `test/runtime/node_modules`. */
export function installed(...path: readonly string[]): string {
  return join(import.meta.dirname, '..', 'node_modules', ...path);
}

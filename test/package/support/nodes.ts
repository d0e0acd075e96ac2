/**
 * The Nodes that the package promises to work on, the oldest included.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** One Node. */
export interface NodeBinary {
  readonly name: string;
  readonly program: string;
}

const installed = (suite: string, name: string): NodeBinary => ({
  name,
  program: resolve(import.meta.dirname, '../..', suite, 'node_modules', name, 'bin', 'node'),
});

const all: readonly NodeBinary[] = [
  installed('package', 'node-20.19.0'),
  installed('runtime', 'node-20'),
  installed('runtime', 'node-22'),
  { name: 'node-24', program: process.execPath },
  installed('runtime', 'node-26'),
];

/** Those that are here. */
export const nodes: readonly NodeBinary[] = all.filter(({ program }) => existsSync(program));

/** Names of those that are not. */
export const missingNodes: readonly string[] = all.filter((node) => !nodes.includes(node)).map(({ name }) => name);

/**
 * The package.json of the library.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The top folder of the repository. */
export const root: string = resolve(import.meta.dirname, '../../..');

interface Manifest {
  readonly files: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as Manifest;

/** What users import: `countersign`, `countersign/node`, … */
export const subPaths: readonly string[] = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => `countersign${path.slice(1)}`);

/**
 * The declarations in `dist/types`: one readable file a module, with a map to its source.
 *
 * @module
 */

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runCommand } from './run-command.ts';

const FOLDER = join(root, 'dist/types');

/** A module's relative import; the compiler leaves specifiers as the source has them. */
const SPECIFIER = /(\bfrom |\bimport\()'(\.[^']+)\.ts'/g;

/**
 * Writes the declarations of every module.
 *
 * @throws {Error} if the sources do not compile.
 */
export async function writeDeclarations(): Promise<void> {
  const options = ['--noEmit', 'false', '--emitDeclarationOnly', '--declarationMap', '--rootDir', 'src', '--outDir', FOLDER];
  if (!(await runCommand('tsc', ['-p', 'tsconfig.json', ...options])).ok) throw new Error('the declarations do not compile');
  for (const file of globSync('**/*.d.ts', { cwd: FOLDER })) {
    const path = join(FOLDER, file);
    // Of the same length, so that the map stays true.
    writeFileSync(path, readFileSync(path, 'utf8').replace(SPECIFIER, "$1'$2.js'"));
  }
}

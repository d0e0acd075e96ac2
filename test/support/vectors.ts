/**
 * The official test vectors. They stand beside the repository, or where COUNTERSIGN_VECTORS says; where they are absent
 * their suites skip, loudly, and under CI they fail.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';

export const vectorsRoot: string = resolve(process.env['COUNTERSIGN_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'));

export const vectorsAvailable: boolean = existsSync(vectorsRoot);

/** The text of a file, by its path within the vectors. */
export function readVector(path: string): string {
  return readFileSync(join(vectorsRoot, path), 'utf8');
}

/** A JSON file, by its path within the vectors. */
export function readVectorJson<T>(path: string): T {
  return JSON.parse(readVector(path)) as T;
}

/** A suite over the vectors. Its body runs only where they are. */
export function describeWithVectors(name: string, suite: () => void): void {
  if (vectorsAvailable) {
    describe(name, suite);
    return;
  }
  if (process.env['CI']) throw new Error(`${name}: no test vectors at ${vectorsRoot}`);
  console.warn(`\n!!! ${name}: SKIPPED, no test vectors at ${vectorsRoot} (set COUNTERSIGN_VECTORS)\n`);
  describe.skipIf(true)(name, () => it('needs the test vectors', () => undefined));
}

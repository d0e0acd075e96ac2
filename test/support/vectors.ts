/**
 * The official test vectors. They stand beside the repository; where they are absent, their suites skip, loudly, and
 * under CI they fail.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';

export const vectorsRoot: string = resolve(process.env['COUNTERSIGN_VECTORS'] ?? '../shared/vectors');
export const vectorsAvailable: boolean = existsSync(vectorsRoot);

export function readVector(path: string): string {
  return readFileSync(join(vectorsRoot, path), 'utf8');
}

export function readVectorJson<T>(path: string): T {
  return JSON.parse(readVector(path)) as T;
}

/** A suite over the vectors. */
export function describeWithVectors(name: string, suite: () => void): void {
  if (vectorsAvailable) return describe(name, suite);
  if (process.env['CI']) throw new Error(`${name}: no test vectors at ${vectorsRoot}`);
  console.warn(`\n!!! ${name}: SKIPPED, no test vectors at ${vectorsRoot} (set COUNTERSIGN_VECTORS)\n`);
  describe.skip(name, () => it('needs the test vectors', () => undefined));
}

/**
 * Runs a program whose complaints are what a test looks at.
 *
 * @module
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What it prints on stdout, whether it ends well or not. Rejects if it did not come that far. */
export async function outputOf(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '') return error.stdout;
    throw error;
  }
}

/**
 * A world for commands that run inside the test: what they write is kept.
 *
 * @module
 */

import type { CommandContext, Output } from '../../../src/cli/command.ts';

/** Keeps what is written. */
export interface KeptOutput extends Output {
  text(): string;
}

function keep(): KeptOutput {
  const written: string[] = [];
  return { write: (text) => written.push(text), text: () => written.join('') };
}

/** A context whose outputs are kept; what is not given is empty. */
export function contextOf(given: Partial<Omit<CommandContext, 'stdout' | 'stderr'>> & { readonly input?: string | undefined } = {}) {
  const { input = '', ...context } = given;
  async function* stdin(): AsyncGenerator<string> {
    if (input !== '') yield input;
  }
  return {
    argv: [],
    env: {},
    stdin: stdin(),
    cwd: process.cwd(),
    signal: new AbortController().signal,
    ...context,
    stdout: keep(),
    stderr: keep(),
  };
}

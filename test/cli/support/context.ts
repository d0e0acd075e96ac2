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

function keep(isTTY: boolean): KeptOutput {
  const written: string[] = [];
  // Other programs write bytes through a command.
  const asText = (chunk: unknown) => (typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString());
  return { write: (text) => written.push(asText(text)), text: () => written.join(''), isTTY };
}

/** What a test says of the world; the rest is empty. */
export type GivenContext = Partial<Omit<CommandContext, 'stdout' | 'stderr'>> & {
  /** What stdin has. */
  readonly input?: string | Uint8Array | undefined;
  /** Whether stdout and stderr are a terminal. */
  readonly isTTY?: boolean | undefined;
};

/** A context whose outputs are kept; what is not given is empty. */
export function contextOf(given: GivenContext = {}) {
  const { input = '', isTTY = false, ...context } = given;
  async function* stdin(): AsyncGenerator<string | Uint8Array> {
    if (input.length > 0) yield input;
  }
  return {
    argv: [],
    env: {},
    stdin: stdin(),
    cwd: process.cwd(),
    signal: new AbortController().signal,
    ...context,
    stdout: keep(isTTY),
    stderr: keep(isTTY),
  };
}

/**
 * A command of the command line: what it is called, what it says of itself, and how it runs, with the world handed to it.
 *
 * @module
 */

import type { ParseArgsOptionsConfig } from 'node:util';

/** How options are declared: `{ profile: { type: 'string' } }`. */
export type OptionTable = ParseArgsOptionsConfig;

/** How a command ends; the numbers are documented, and scripts rely on them. */
export const EXIT = {
  /** It did what was asked, or the answer is yes. */
  ok: 0,
  /** The answer is no: a signature that does not hold, a key that is not there. */
  no: 1,
  /** It was called in a way that it does not know. */
  usage: 2,
  /** Something outside of it failed: a file, a database, a port. */
  failed: 3,
} as const;

/** One of those numbers. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command writes. */
export interface Output {
  /** Appends text, as it is. */
  write(text: string): unknown;
  /** Whether a person sees it at once. */
  readonly isTTY?: boolean | undefined;
}

/** Where a command reads: text or bytes, in pieces. */
export interface Input extends AsyncIterable<string | Uint8Array> {
  /** Whether a person types it. */
  readonly isTTY?: boolean | undefined;
  /** Of a terminal: whether each key counts at once, and is not shown. */
  setRawMode?(raw: boolean): unknown;
}

/** What a command knows of the world. Tests hand over another one. */
export interface CommandContext {
  /** The arguments behind the name of the command. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The folder that relative paths mean. */
  readonly cwd: string;
  /** Aborts when the command is to end: SIGTERM, SIGINT. */
  readonly signal: AbortSignal;
}

/** One command. */
export interface Command {
  /** As on the command line. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** The page that `--help` prints: usage, options, examples, exit codes. */
  readonly help: string;
  /** The options it knows, for completion; each stands on its page. */
  readonly options?: OptionTable | undefined;
  /** Commands within it: `keys issue`. */
  readonly commands?: readonly Command[] | undefined;
  /** Its options belong to another program: `--help` is ours as the first argument only, and `--json` is not ours. Default: false. */
  readonly passesOptionsOn?: boolean | undefined;
  /** It ends by itself when it is told to. Default: false, then what it does is left off. */
  readonly endsBySignal?: boolean | undefined;
  /**
   * Runs it. With `--json`, what it writes to stdout is JSON.
   *
   * @throws {UsageError} If it was called wrongly: the exit code is then 2.
   * @throws {Refusal} If the answer is no: 1. Whatever else it throws is 3.
   */
  run(context: CommandContext): Promise<ExitCode>;
}

/** A command was called wrongly. The message names the option, and never shows its value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The answer is no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** What programs tell it by. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Something outside failed: a file, a database, another program. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

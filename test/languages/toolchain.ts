/**
 * Builds and runs the programs.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './peer.ts';
import { type Language, type ProgramName, programs } from './protocol.ts';

/** How a program ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A command and its first arguments. */
export type Command = readonly [command: string, ...args: string[]];
type Env = Readonly<Record<string, string>>;

/** Everything a program may need of the environment, and nothing else: Go must do without modules and network. */
const BARE: Env = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: process.env['HOME'] ?? '/',
  LC_ALL: 'C.UTF-8',
  PYTHONDONTWRITEBYTECODE: '1',
  GO111MODULE: 'off',
  GOPROXY: 'off',
  GOFLAGS: '',
  CGO_ENABLED: '0',
};

/** Runs a command to its end. */
export function execute([command, ...args]: Command, env: Env, input: string | Buffer = ''): Promise<Ended> {
  const child = spawn(command, args, { env: { ...BARE, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program may refuse before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(late);
      resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** A language made ready: built, with a folder for its nonces. */
export class Toolchain {
  readonly language: Language;
  readonly #env: Env;
  readonly #home: string;
  readonly #output: string;

  private constructor(language: Language, home: string, env: Env) {
    this.language = language;
    this.#home = home;
    this.#output = join(home, 'build');
    this.#env = env;
  }

  /** Builds a language's programs, once. */
  static async prepare(language: Language, env: Env): Promise<Toolchain> {
    const home = mkdtempSync(join(tmpdir(), `countersign-${language.name}-`));
    const output = join(home, 'build');
    const nonces = join(home, 'nonces');
    for (const folder of [output, nonces]) mkdirSync(folder);
    for (const command of language.build?.(join(programs, language.name), output) ?? []) {
      const { status, stdout, stderr } = await execute(command, {});
      if (status !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`);
    }
    return new Toolchain(language, home, { ...env, COUNTERSIGN_NONCES: nonces });
  }

  /** Removes what was built and remembered. */
  clear(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** The same programs where nobody has configured a key. */
  unconfigured(): Toolchain {
    return new Toolchain(this.language, this.#home, { ...this.#env, COUNTERSIGN_KEYID: '', COUNTERSIGN_SECRET: '' });
  }

  /** The command and environment of a program, for whoever starts it otherwise. */
  launch(program: ProgramName): { readonly command: Command; readonly env: Env } {
    return { command: this.language.command(program, this.#output), env: { ...BARE, ...this.#env } };
  }

  /** Runs a program; a refusal is thrown as one. */
  async run(program: ProgramName, args: readonly string[], input: string | Buffer = ''): Promise<Buffer> {
    const [command, ...first] = this.language.command(program, this.#output);
    const { status, stdout, stderr } = await execute([command, ...first, ...args], this.#env, input);
    if (status === 0) {
      if (stderr !== '') throw new Error(`${this.language.name} ${program} says: ${stderr}`);
      return stdout;
    }
    const refused = /refused: ([a-z_]+)/.exec(stderr);
    if (refused) throw new Refusal(refused[1]!);
    throw new Error(`${this.language.name} ${program} ended with ${status}: ${stderr}`);
  }
}

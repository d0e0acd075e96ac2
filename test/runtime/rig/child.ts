/**
 * Child processes that cannot be left behind: each leads a process group, which is killed when its work is done, when
 * it takes too long, and when we exit.
 *
 * @module
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

/** How to start a child. */
export interface ChildOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A running child. */
export interface Child {
  /** The first line of stdout that begins with the mark, without it. */
  line(mark: string, seconds: number): Promise<string>;
  write(text: string): void;
  kill(): Promise<void>;
}

const groups = new Set<number>();

function killGroup(pid: number): void {
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

process.on('exit', () => {
  for (const pid of groups) killGroup(pid);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

/** Starts a program in a process group of its own. */
export function startChild(command: string, args: readonly string[], { cwd, env }: ChildOptions = {}): Child {
  const child = spawn(command, args, { cwd, detached: true, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  if (child.pid !== undefined) groups.add(child.pid);
  const output = collect(child);
  return {
    line: (mark, seconds) => awaitLine(child, output, mark, seconds),
    // Left open: a server ends when it sees us gone.
    write: (text) => void child.stdin?.write(text),
    kill: async () => {
      if (child.pid === undefined) return;
      const ended =
        child.exitCode !== null || child.signalCode !== null ? undefined : new Promise((resolve) => child.once('exit', resolve));
      killGroup(child.pid);
      await ended;
    },
  };
}

interface Output {
  stdout: string;
  stderr: string;
}

function collect(child: ChildProcess): Output {
  const output: Output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  // Programs talk a lot; the end of it is where the reason stands.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (output.stderr = (output.stderr + text).slice(-4000)));
  child.stdin?.on('error', () => undefined);
  return output;
}

function awaitLine(child: ChildProcess, output: Output, mark: string, seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new Error(`${child.spawnfile} ${reason}\n${output.stdout.slice(-2000)}\n${output.stderr}`.trim()));
    const timer = setTimeout(() => fail(`gave no answer within ${seconds} s`), seconds * 1000);
    const look = (): boolean => {
      const start = `\n${output.stdout}`.indexOf(`\n${mark}`);
      const end = start < 0 ? -1 : output.stdout.indexOf('\n', start);
      if (end < 0) return false;
      clearTimeout(timer);
      resolve(output.stdout.slice(start + mark.length, end));
      return true;
    };
    if (look()) return;
    child.stdout?.on('data', () => void look());
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (!look()) fail(`ended with ${code ?? signal}`);
    });
  });
}

/** What a program prints, trimmed; `undefined` if it is not there or fails. */
export async function readOutput(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: 30_000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

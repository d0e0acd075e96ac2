/**
 * Secrets, from where a process may have them: the environment or a file. Never from the command line, which every user of the machine can read.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fromBase64, fromBase64url } from '../internal/base64.ts';
import { type CommandContext, UsageError } from './command.ts';

/** Where a secret is: the name of an environment variable, or a file. */
export interface SecretPlace {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/**
 * The text of a secret, without the line break that editors put behind it; `undefined` if no place is given. `option` is what the options are
 * called, before `-env` and `-file`.
 *
 * @throws {UsageError} If both places are given, or the variable is not set or empty.
 * @throws {Error} If the file cannot be read.
 */
export async function readSecret(
  { env: name, file }: SecretPlace,
  option: string,
  { env, cwd }: Pick<CommandContext, 'env' | 'cwd'>,
): Promise<string | undefined> {
  if (name !== undefined && file !== undefined) throw new UsageError(`--${option}-env and --${option}-file exclude each other`);
  if (file !== undefined) return (await readFile(resolve(cwd, file), 'utf8')).replace(/\r?\n$/, '');
  if (name === undefined) return undefined;
  const value = env[name];
  // What was given may be the secret itself, by mistake.
  if (!value) throw new UsageError(`--${option}-env must name an environment variable that is set`);
  return value;
}

/** Master keys by name. The first seals, the others only open. */
export interface MasterKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/**
 * Reads master keys: `2027=<base64>,2026=<base64>`, the current one first, each of 32 bytes.
 *
 * @throws {UsageError} If they are written in another way.
 */
export function readMasterKeys(text: string, option: string): MasterKeys {
  const pairs = text.split(/[,\n]/).map((part) => /^\s*([\w-]+)=(\S+)\s*$/.exec(part));
  const keys = pairs.map((pair) => (pair === null ? undefined : ([pair[1]!, bytesOf(pair[2]!)] as const)));
  const isWhole = (pair: (typeof keys)[number]): pair is readonly [string, Uint8Array] => pair?.[1]?.length === 32;
  if (!keys.every(isWhole))
    throw new UsageError(`the master keys of --${option} must be written 2027=<base64 of 32 bytes>,…, the current one first`);
  return { current: keys[0]![0], keys: Object.fromEntries(keys) };
}

function bytesOf(text: string): Uint8Array | undefined {
  return fromBase64(text) ?? fromBase64url(text);
}

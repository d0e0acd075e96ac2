/**
 * Reading what a command is given: files, and stdin.
 *
 * @module
 */

import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseJsonStrict } from '../../canonical/strict-json.ts';
import { concatBytes } from '../../internal/bytes.ts';
import { decodeUtf8, encodeUtf8 } from '../../internal/utf8.ts';
import { type CommandContext, Failure } from '../command.ts';

type World = Pick<CommandContext, 'stdin' | 'cwd'>;

/** What a file holds; of `-`, what stdin has until it ends. @throws {Failure} If it cannot be read. */
export async function readBytes({ stdin, cwd }: World, file: string): Promise<Uint8Array> {
  if (file === '-') return readAll(stdin);
  try {
    return new Uint8Array(await readFile(resolve(cwd, file)));
  } catch (error) {
    throw fileFailure('read', file, error);
  }
}

async function readAll(stdin: CommandContext['stdin']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? encodeUtf8(chunk) : new Uint8Array(chunk));
  return concatBytes(...chunks);
}

/** The same as text. @throws {Failure} If it cannot be read, or is no UTF-8. */
export async function readText(world: World, file: string): Promise<string> {
  const text = decodeUtf8(await readBytes(world, file));
  if (text === undefined) throw new Failure(`${nameOf(file)} is no UTF-8 text`);
  return text;
}

/** The same as JSON, in which nothing is said twice. @throws {Failure} If it cannot be read, or is none. */
export async function readJson(world: World, file: string): Promise<unknown> {
  const text = await readText(world, file);
  try {
    return parseJsonStrict(text);
  } catch (error) {
    throw new Failure(`${nameOf(file)} is not the JSON that is read here: ${error instanceof Error ? error.message : 'malformed'}`, {
      cause: error,
    });
  }
}

/** Whether others than its owner may read a file. */
export async function isOpenToOthers({ cwd }: World, file: string): Promise<boolean> {
  if (file === '-' || process.platform === 'win32') return false;
  const { mode } = await stat(resolve(cwd, file)).catch(() => ({ mode: 0 }));
  return (mode & 0o077) !== 0;
}

/** A file as messages call it. */
export function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'it is there already',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a folder in its path is a file',
  EPERM: 'permission denied',
  EROFS: 'the disk cannot be written to',
};

/** What is said of a file that could not be read or written. */
export function fileFailure(verb: 'read' | 'write', file: string, error: unknown): Failure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : code || 'it failed';
  return new Failure(`cannot ${verb} ${nameOf(file)}: ${reason}`, { cause: error });
}

/**
 * The files of a tree, in a settled order; not what belongs to tools, and nothing behind a link.
 *
 * @module
 */

import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CommandContext, Failure } from '../command.ts';
import { fileFailure } from '../input/read.ts';

/** Folders that hold what others wrote. */
const SKIPPED: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', 'node_modules']);

/** Told of a folder or file that cannot be read. */
export type OnUnreadable = (failure: Failure) => void;

/** The files under a path, by the names that people know them by; of a file, itself. @throws {Failure} If the path is not there. */
export async function* walk({ cwd }: Pick<CommandContext, 'cwd'>, path: string, onUnreadable: OnUnreadable): AsyncGenerator<string> {
  const entry = await lstat(resolve(cwd, path)).catch((error: unknown) => {
    throw fileFailure('read', path, error);
  });
  if (entry.isDirectory()) yield* walkFolder(cwd, path, onUnreadable);
  else if (entry.isFile()) yield path;
}

async function* walkFolder(cwd: string, top: string, onUnreadable: OnUnreadable): AsyncGenerator<string> {
  // A list of what is still to be looked at: a tree may be deeper than any stack.
  const waiting = [top];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const name = folder;
    const entries = await readdir(resolve(cwd, name), { withFileTypes: true }).catch((error: unknown) => {
      onUnreadable(fileFailure('read', name, error));
      return [];
    });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) if (entry.isFile()) yield under(name, entry.name);
    const folders = entries.filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name));
    waiting.push(...folders.map((entry) => under(name, entry.name)).reverse());
  }
}

function under(folder: string, name: string): string {
  return folder === '.' ? name : join(folder, name);
}

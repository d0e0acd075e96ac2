/**
 * A file that only its owner reads, for a secret that is shown once. It is made before there is anything to write, so that no secret is
 * lost because it could not be.
 *
 * @module
 */

import { type FileHandle, open, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandContext } from '../command.ts';
import { fileFailure } from '../input/read.ts';

/** A new file, mode 0600 whatever the umask says. A file that is there, or a link, is never written to. @throws {Failure} */
async function createSecretFile({ cwd }: Pick<CommandContext, 'cwd'>, file: string): Promise<FileHandle> {
  try {
    const handle = await open(resolve(cwd, file), 'wx', 0o600);
    await handle.chmod(0o600);
    return handle;
  } catch (error) {
    throw fileFailure('write', file, error);
  }
}

/**
 * Makes a file, and writes what `make` answers into it; removes it if that throws.
 *
 * @throws {Failure} If it cannot be written.
 * @throws What `make` throws.
 */
export async function writeSecretFile<T>(
  context: Pick<CommandContext, 'cwd'>,
  file: string,
  make: () => Promise<readonly [text: string, made: T]>,
): Promise<T> {
  const handle = await createSecretFile(context, file);
  try {
    const [text, made] = await make();
    await handle.writeFile(text);
    await handle.sync();
    return made;
  } catch (error) {
    await unlink(resolve(context.cwd, file)).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

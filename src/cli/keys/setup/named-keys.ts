/**
 * Master keys and peppers: bytes by name, as a file or a variable holds them.
 *
 *     2028:Hq0v…   the first seals what is new
 *     2027:mU3y…   the others open what is old
 *
 * @module
 */

import { fromBase64, fromBase64url } from '../../../internal/base64.ts';
import { type CommandContext, Failure } from '../../command.ts';
import { nameOf } from '../../input/read.ts';
import { findSecret } from '../../input/secret.ts';

/** Keys by name; `current` is the first. */
export interface NamedKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** Where they are. */
export interface NamedKeysPlace {
  readonly what: string;
  readonly file: string | undefined;
  readonly fileOption: string;
  readonly usual: string;
}

/** Reads them; `undefined` if nothing says where they are. @throws {Failure} If what is there is something else. */
export async function findNamedKeys(context: CommandContext, place: NamedKeysPlace): Promise<NamedKeys | undefined> {
  const text = await findSecret(context, place);
  if (text === undefined) return undefined;
  const where = place.file === undefined ? place.usual : nameOf(place.file);
  const entries = text.split(/[\s,]+/).filter((line) => line !== '');
  const keys = new Map(entries.map((entry) => readEntry(entry, where)));
  const [current] = keys.keys();
  if (current === undefined || keys.size !== entries.length)
    throw new Failure(`${where} must hold ${place.what}, each once: <name>:<base64 of 32 bytes>, the current one first`);
  return { current, keys: Object.fromEntries(keys) };
}

function readEntry(entry: string, where: string): readonly [name: string, bytes: Uint8Array] {
  const [, name, text = ''] = /^([\w-]{1,64}):([\w+/=-]+)$/.exec(entry) ?? [];
  const bytes = fromBase64url(text) ?? fromBase64(text);
  if (name === undefined || bytes?.length !== 32) throw new Failure(`${where} must have <name>:<base64 of 32 bytes>, a line each`);
  return [name, bytes];
}

/**
 * Where secrets come from: a file, a variable of the environment, or the prompt. Never an argument.
 *
 * @module
 */

import { type CommandContext, Failure, UsageError } from '../command.ts';
import { askSecret, canAsk } from './prompt.ts';
import { isOpenToOthers, readText } from './read.ts';

/** The places of one secret. */
export interface SecretPlaces {
  /** What it is, in messages: `the secret`. */
  readonly what: string;
  /** A file, `-` for stdin; and the option that named it. */
  readonly file?: string | undefined;
  readonly fileOption: string;
  /** The name of a variable; and the option that named it. */
  readonly variable?: string | undefined;
  readonly variableOption?: string | undefined;
  /** The variable that is looked at where nothing is said. */
  readonly usual?: string | undefined;
  /** Whether a person may be asked. Default: false. */
  readonly ask?: boolean | undefined;
}

/** The secret, without the line feed that ends a file; `undefined` if nothing says where it is. */
export async function findSecret(context: CommandContext, places: SecretPlaces): Promise<string | undefined> {
  const { what, file, variable, usual, ask = false } = places;
  if (file !== undefined && variable !== undefined)
    throw new UsageError(`--${places.fileOption} and --${places.variableOption} exclude each other`);
  if (file !== undefined) return readSecretFile(context, file);
  if (variable !== undefined) {
    const text = context.env[variable];
    if (text === undefined || text === '') throw new Failure(`the variable that --${places.variableOption} names is not set`);
    return text;
  }
  const found = usual === undefined ? undefined : context.env[usual];
  if (found !== undefined && found !== '') return found;
  return ask && canAsk(context) ? askSecret(context, what) : undefined;
}

/** The same. @throws {UsageError} If nothing says where it is, and nobody can be asked. */
export async function requireSecret(context: CommandContext, places: SecretPlaces): Promise<string> {
  const found = await findSecret(context, places);
  if (found !== undefined) return found;
  const ways = [
    `--${places.fileOption}`,
    ...(places.variableOption === undefined ? [] : [`--${places.variableOption}`]),
    ...(places.usual === undefined ? [] : [places.usual]),
  ];
  throw new UsageError(`${places.what} is missing: give it by ${ways.join(' or ')}`);
}

/** A file with a secret in it; a warning if others can read it. */
async function readSecretFile(context: CommandContext, file: string): Promise<string> {
  const text = await readText(context, file);
  await warnIfOpen(context, file);
  return text.replace(/\r?\n$/, '');
}

/** Tells a person that others can read his secret. */
export async function warnIfOpen(context: CommandContext, file: string): Promise<void> {
  if (await isOpenToOthers(context, file)) context.stderr.write(`countersign: other users can read ${file}: chmod 600 it\n`);
}

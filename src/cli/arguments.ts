/**
 * The arguments of a command, read by `node:util`: what is not known is refused, with the nearest name that is.
 *
 * @module
 */

import { parseArgs } from 'node:util';
import { nearest } from '../internal/nearest.ts';
import { NO_SECRET_HERE, namesSecret } from './argument-secrets.ts';
import { type OptionTable, UsageError } from './command.ts';

/** What every command takes. */
export const COMMON = {
  /** Answers JSON on stdout. */
  json: { type: 'boolean' },
  /** Shows where an error comes from. */
  debug: { type: 'boolean' },
} as const satisfies OptionTable;

/** What was given. */
export type Arguments<T extends OptionTable> = ReturnType<typeof parseStrictly<typeof COMMON & T>>;

/**
 * Reads the arguments of a command.
 *
 * @throws {UsageError} If an option is unknown, lacks its value, or has one that it does not take.
 */
export function readArguments<T extends OptionTable>(argv: readonly string[], options: T): Arguments<T> {
  const all = { ...COMMON, ...options };
  try {
    return parseStrictly(argv, all);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(explain(error, argv, all), { cause: error });
  }
}

function parseStrictly<T extends OptionTable>(argv: readonly string[], options: T) {
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
}

/**
 * The arguments that are no options, by their names on the page.
 *
 * @throws {UsageError} If one is missing, or there are more. None is shown: it may be a secret that does not belong there.
 */
export function requirePositionals(given: readonly string[], ...names: readonly string[]): readonly string[] {
  const missing = names[given.length];
  if (missing !== undefined) throw new UsageError(`<${missing}> is missing`);
  if (given.length > names.length) throw new UsageError(`there is an argument too many: ${names.length} behind the options are known`);
  return given;
}

/** What is wrong, without the values: one of them may be a secret that does not belong there. */
function explain(error: TypeError, argv: readonly string[], options: OptionTable): string {
  const named = argv.map((argument) => /^--?([^=]+)/.exec(argument)?.[1]).filter((name) => name !== undefined);
  const unknown = named.find((name) => !Object.hasOwn(options, name) && !isShort(name, options));
  if (unknown === undefined) return error.message.split(/[.\n]/, 1)[0]!;
  if (namesSecret(unknown)) return `there is no option --${unknown}: ${NO_SECRET_HERE}`;
  const known = Object.keys(options);
  const near = known.find((name) => name.startsWith(`${unknown}-`)) ?? nearest(unknown, known);
  const dashes = unknown.length === 1 ? '-' : '--';
  return `there is no option ${dashes}${unknown.slice(0, 40)}${near === undefined ? '' : `; did you mean --${near}?`}`;
}

function isShort(name: string, options: OptionTable): boolean {
  return Object.values(options).some(({ short }) => short === name);
}

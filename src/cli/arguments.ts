/**
 * The arguments of a command, read by `node:util`: what is not known is refused, with the nearest name that is.
 *
 * @module
 */

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearest } from '../internal/nearest.ts';
import { UsageError } from './command.ts';

/** How options are declared: `{ profile: { type: 'string' }, json: { type: 'boolean' } }`. */
export type OptionTable = ParseArgsOptionsConfig;

/** What was given. */
export type Arguments<T extends OptionTable> = ReturnType<typeof parseStrictly<T>>;

/**
 * Reads the arguments of a command.
 *
 * @throws {UsageError} If an option is unknown, lacks its value, or has one that it does not take.
 */
export function readArguments<T extends OptionTable>(argv: readonly string[], options: T): Arguments<T> {
  try {
    return parseStrictly(argv, options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(explain(error, argv, options), { cause: error });
  }
}

function parseStrictly<T extends OptionTable>(argv: readonly string[], options: T) {
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
}

/** What is wrong, without the values: one of them may be a secret that does not belong there. */
function explain(error: TypeError, argv: readonly string[], options: OptionTable): string {
  const named = argv.map((argument) => /^--?([^=]+)/.exec(argument)?.[1]).filter((name) => name !== undefined);
  const unknown = named.find((name) => !Object.hasOwn(options, name) && !isShort(name, options));
  if (unknown !== undefined) {
    const known = Object.keys(options);
    const near = known.find((name) => name.startsWith(`${unknown}-`)) ?? nearest(unknown, known);
    return `there is no option --${unknown.slice(0, 40)}${near === undefined ? '' : `; did you mean --${near}?`}`;
  }
  return error.message.split(/[.\n]/, 1)[0]!;
}

function isShort(name: string, options: OptionTable): boolean {
  return Object.values(options).some(({ short }) => short === name);
}

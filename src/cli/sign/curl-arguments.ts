/**
 * A command line of curl, read: what it asks curl to send, and what it asks of curl besides.
 *
 * @module
 */

import { nearest } from '../../internal/nearest.ts';
import { UsageError } from '../command.ts';
import { type CurlOption, curlNames, curlOption, longName } from './curl-options.ts';

/** One thing that makes the request, in the order of the command line. */
export interface CurlPart {
  /** The long name of the option; `url` for what stands alone. */
  readonly name: string;
  readonly value: string;
}

/** A command line, taken apart. */
export interface CurlArguments {
  /** Ours, as `--name` and value. */
  readonly ours: readonly string[];
  /** What makes the request. */
  readonly parts: readonly CurlPart[];
  /** What is handed on. */
  readonly passed: readonly string[];
}

interface Collected {
  readonly ours: string[];
  readonly parts: CurlPart[];
  readonly passed: string[];
}

/**
 * Takes a command line apart.
 *
 * @param ours our own options, by name; those that take no value are flags
 * @throws {UsageError} If an option of curl is not known here, or would send what is not signed.
 */
export function readCurlArguments(argv: readonly string[], ours: ReadonlySet<string>): CurlArguments {
  const found: Collected = { ours: [], parts: [], passed: [] };
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') for (const url of rest.splice(0)) found.parts.push({ name: 'url', value: url });
    else if (argument.startsWith('--')) readLong(argument, rest, ours, found);
    else if (argument.length > 1 && argument.startsWith('-')) readLetters(argument.slice(1), rest, found);
    else found.parts.push({ name: 'url', value: argument });
  }
  return found;
}

function readLong(argument: string, rest: string[], ours: ReadonlySet<string>, found: Collected): void {
  const [name = '', inline] = splitOnce(argument.slice(2), '=');
  if (ours.has(name)) {
    found.ours.push(`--${name}`, inline ?? nextOf(rest, `--${name}`));
    return;
  }
  const option = known(argument.slice(2));
  take(argument.slice(2), option, option.takesValue ? nextOf(rest, argument) : undefined, found);
}

/** `-sSf`, `-XPOST`, `-d @file`. */
function readLetters(letters: string, rest: string[], found: Collected): void {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!;
    const name = longName(letter);
    if (name === undefined) throw new UsageError(`countersign curl does not know the option -${letter} of curl`);
    const option = known(name);
    if (option.takesValue) {
      take(name, option, at + 1 < letters.length ? letters.slice(at + 1) : nextOf(rest, `-${letter}`), found);
      return;
    }
    take(name, option, undefined, found);
  }
}

type Taken = Exclude<CurlOption, { readonly kind: 'refuse' }>;

function known(name: string): Taken {
  const option = curlOption(name);
  if (option === undefined) {
    const near = nearest(name, curlNames);
    throw new UsageError(
      `countersign curl does not know the option --${name.slice(0, 40)} of curl${near === undefined ? '' : `; did you mean --${near}?`}`,
    );
  }
  if (option.kind === 'refuse') throw new UsageError(`--${name}: ${option.why}`);
  return option;
}

function take(name: string, { kind }: Taken, value: string | undefined, { parts, passed }: Collected): void {
  if (kind === 'read') parts.push({ name, value: value ?? '' });
  else passed.push(`--${name}`, ...(value === undefined ? [] : [value]));
}

function nextOf(rest: string[], option: string): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`${option} needs a value`);
  return value;
}

function splitOnce(text: string, mark: string): readonly [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

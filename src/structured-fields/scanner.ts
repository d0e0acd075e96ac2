/**
 * The place of a parser in a structured field, and what every production of RFC 9651 needs: looking, taking, failing.
 *
 * Every step moves forward, so that a parse costs time linear in its text.
 *
 * @module
 */

import { endOfRun } from './characters.ts';

/** A text is not the structured field it should be, or exceeds a limit. */
export class StructuredFieldError extends SyntaxError {
  override readonly name = 'StructuredFieldError';
  /** The index in the text at which it went wrong. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at index ${position}`);
    this.position = position;
  }
}

/** How a structured field is parsed. The default limits are the least that RFC 9651 wants every parser to take. */
export interface ParseOptions {
  /**
   * Told of a key that occurs again. RFC 9651 lets the last value win, in the place of the first; who cannot have that
   * throws here.
   */
  readonly onDuplicate?: ((kind: 'member' | 'parameter', key: string) => void) | undefined;
  /** Characters of the text. Default: 65536. */
  readonly maxLength?: number | undefined;
  /** Members of a List or Dictionary. Default: 1024. */
  readonly maxMembers?: number | undefined;
  /** Items of one inner list. Default: 256. */
  readonly maxItems?: number | undefined;
  /** Parameters of one item or inner list. Default: 256. */
  readonly maxParameters?: number | undefined;
}

/** A text, how far it is read, and the options. */
export interface Scanner {
  readonly text: string;
  at: number;
  readonly options: ParseOptions;
}

/** Fails at the present place. */
export function fail(scanner: Scanner, message: string): never {
  throw new StructuredFieldError(message, scanner.at);
}

/** Whether this character is next. */
export function sees({ text, at }: Scanner, character: string): boolean {
  return at < text.length && text.charCodeAt(at) === character.charCodeAt(0);
}

/** Takes this character, if it is next. */
export function take(scanner: Scanner, character: string): boolean {
  const seen = sees(scanner, character);
  if (seen) scanner.at++;
  return seen;
}

/** Takes the run of characters of a class that stands here; `''` if there is none. */
export function takeRun(scanner: Scanner, rest: number, first?: number): string {
  const { text, at } = scanner;
  scanner.at = endOfRun(text, at, rest, first);
  return text.slice(at, scanner.at);
}

/** Takes the text before the next such character, and the character; `undefined` if there is none. */
export function takeUntil(scanner: Scanner, character: string): string | undefined {
  const { text, at } = scanner;
  const end = text.indexOf(character, at);
  if (end < 0) return undefined;
  scanner.at = end + 1;
  return text.slice(at, end);
}

/** Skips spaces. */
export function skipSpaces(scanner: Scanner): void {
  while (take(scanner, ' '));
}

/** Skips spaces and tabs. */
export function skipBlanks(scanner: Scanner): void {
  while (take(scanner, ' ') || take(scanner, '\t'));
}

/**
 * The place of a parser in a structured field, and what every production of RFC 9651 needs.
 *
 * @module
 */

import { type Scan, takes } from '../internal/scan.ts';

/** How a structured field is parsed. The default limits are the least that RFC 9651 wants every parser to take. */
export interface ParseOptions {
  /** Refuses a key that occurs again. RFC 9651 lets the last value win, in the place of the first. */
  readonly unique?: boolean | undefined;
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
export interface Scanner extends Scan {
  readonly options: ParseOptions;
}

/** Fails at the present place. @throws {SyntaxError} That names it, and nothing of the text. */
export function fail({ at }: Scan, message: string): never {
  throw new SyntaxError(`${message} at index ${at}`);
}

/** Skips spaces. */
export function skipSpaces(scanner: Scan): void {
  while (takes(scanner, ' '));
}

/** Skips spaces and tabs. */
export function skipBlanks(scanner: Scan): void {
  while (takes(scanner, ' ') || takes(scanner, '\t'));
}

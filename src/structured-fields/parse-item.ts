/**
 * The place of a parser in a structured field, and what every production of RFC 9651 needs.
 *
 * @module
 */

import { fromBase64 } from '../internal/base64.ts';
import { ComponentError } from '../internal/component-error.ts';
import { type Scan, sees, take, takes } from '../internal/scan.ts';
import { BOOLEAN, BYTES, DATE, DECIMAL, DISPLAY_STRING, INTEGER, KEY, STRING, TOKEN } from './grammar.ts';
import { type BareItem, Decimal, DisplayString, type Parameters, SfDate, Token } from './value.ts';

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

/** Fails at the present place. @throws {ComponentError} That names it, and nothing of the text. */
export function fail({ at }: Scan, message: string): never {
  throw new ComponentError('signature_malformed', `${message} at index ${at}`);
}

/** Skips spaces. */
export function skipSpaces(scanner: Scan): void {
  while (takes(scanner, ' '));
}

/** Skips spaces and tabs. */
export function skipBlanks(scanner: Scan): void {
  while (takes(scanner, ' ') || takes(scanner, '\t'));
}

// Parsing of bare items: the values without their parameters.
//
// @see RFC 9651, section 4.2.3.1

interface Kind {
  readonly form: RegExp;
  /** What a text of this form means; `undefined` if nothing. */
  read(text: string): BareItem | undefined;
}

/** Those that occur most come first. */
const KINDS: readonly Kind[] = [
  // What escapes there may be mean the same in JSON.
  { form: STRING, read: (text) => (text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)) },
  { form: INTEGER, read: toNumber },
  // Strictly: of the spellings that lenient decoders take for the same bytes (padding left out, pad bits set) only the
  // canonical one is accepted, or a signature could be respelled.
  { form: BYTES, read: (text) => fromBase64(text.slice(1, -1)) },
  { form: TOKEN, read: (text) => new Token(text) },
  { form: BOOLEAN, read: (text) => text === '?1' },
  { form: DECIMAL, read: (text) => new Decimal(toNumber(text)) },
  { form: DATE, read: (text) => new SfDate(toNumber(text.slice(1))) },
  { form: DISPLAY_STRING, read: toDisplayString },
];

/** Reads one bare item. */
export function readBareItem(scanner: Scanner): BareItem {
  for (const { form, read } of KINDS) {
    const text = take(scanner, form);
    if (text !== '') return read(text) ?? fail(scanner, 'bad item');
  }
  return fail(scanner, 'bad item');
}

/** Adding 0 makes 0 of -0: the RFC has one zero. */
function toNumber(text: string): number {
  return Number(text) + 0;
}

function toDisplayString(text: string): DisplayString | undefined {
  try {
    return new DisplayString(decodeURIComponent(text.slice(2, -1)));
  } catch {
    // Not UTF-8.
    return undefined;
  }
}

// Parsing of parameters: what stands behind an item or an inner list.
//
// @see RFC 9651, section 4.2.3.2

const NO_PARAMETERS: Parameters = /* @__PURE__ */ new Map();

/** Parses parameters that stand alone, without blanks around: `;created=1;keyid="k"`. @throws {ComponentError} */
export function parseParameters(text: string, options: ParseOptions = {}): Parameters {
  const scanner: Scanner = { text, at: 0, options };
  const params = readParameters(scanner);
  if (scanner.at < text.length) fail(scanner, 'expected the end');
  return params;
}

/** Reads parameters, if there are any. */
export function readParameters(scanner: Scanner): Parameters {
  if (!sees(scanner, ';')) return NO_PARAMETERS;
  const { maxParameters = 256, unique } = scanner.options;
  const params = new Map<string, BareItem>();
  for (let count = 0; takes(scanner, ';'); count++) {
    if (count >= maxParameters) fail(scanner, 'too many parameters');
    skipSpaces(scanner);
    const key = readKey(scanner);
    if (unique && params.has(key)) fail(scanner, 'a parameter twice');
    params.set(key, takes(scanner, '=') ? readBareItem(scanner) : true);
  }
  return params;
}

/** Reads a key (section 4.2.3.3). */
export function readKey(scanner: Scanner): string {
  return take(scanner, KEY) || fail(scanner, 'expected a key');
}

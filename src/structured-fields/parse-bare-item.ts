/**
 * Parsing of bare items: the values without their parameters.
 *
 * @see RFC 9651, section 4.2.3.1
 * @module
 */

import { decodeBase64 } from '../internal/decode-base64.ts';
import { take } from '../internal/scan.ts';
import { BOOLEAN, BYTES, DATE, DECIMAL, DISPLAY_STRING, INTEGER, STRING, TOKEN } from './grammar.ts';
import { fail, type Scanner } from './scanner.ts';
import { type BareItem, Decimal, DisplayString, SfDate, Token } from './value.ts';

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
  { form: BYTES, read: (text) => decodeBase64(text.slice(1, -1)) },
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

/**
 * Parsing of bare items: the values without their parameters.
 *
 * @see RFC 9651, section 4.2.3.1
 * @module
 */

import { decodeBase64 } from '../internal/decode-base64.ts';
import { DIGIT, PLAIN, TOKEN, TOKEN_START } from './characters.ts';
import { fail, type Scanner, take, takeRun, takeUntil } from './scanner.ts';
import { type BareItem, Decimal, DisplayString, SfDate, Token } from './value.ts';

/** Reads one bare item: its first character says of which kind it is. */
export function readBareItem(scanner: Scanner): BareItem {
  if (take(scanner, '"')) return readString(scanner);
  if (take(scanner, ':')) return readByteSequence(scanner);
  if (take(scanner, '?')) return readBoolean(scanner);
  if (take(scanner, '@')) return readDate(scanner);
  if (take(scanner, '%')) return readDisplayString(scanner);
  const token = takeRun(scanner, TOKEN, TOKEN_START);
  return token === '' ? readNumber(scanner) : new Token(token);
}

/** Section 4.2.4: at most 15 digits, or 12 before and 3 after the point. */
function readNumber(scanner: Scanner): number | Decimal {
  const start = scanner.at;
  take(scanner, '-');
  const whole = takeRun(scanner, DIGIT).length;
  const decimal = take(scanner, '.');
  const fraction = takeRun(scanner, DIGIT).length;
  if (whole < 1 || whole > (decimal ? 12 : 15) || fraction > 3 || (decimal && fraction < 1)) fail(scanner, 'bad number');
  // Adding 0 makes 0 of -0: the RFC has one zero.
  const value = Number(scanner.text.slice(start, scanner.at)) + 0;
  return decimal ? new Decimal(value) : value;
}

/** Section 4.2.5. */
function readString(scanner: Scanner): string {
  let value = takeRun(scanner, PLAIN);
  while (!take(scanner, '"')) {
    const escaped = take(scanner, '\\') && (take(scanner, '"') || take(scanner, '\\'));
    if (!escaped) fail(scanner, 'bad string');
    value += scanner.text[scanner.at - 1] + takeRun(scanner, PLAIN);
  }
  return value;
}

/**
 * Section 4.2.7, strictly: of the spellings that lenient decoders take for the same bytes (padding left out, pad bits
 * set) only the canonical one is accepted, or a signature could be respelled.
 */
function readByteSequence(scanner: Scanner): Uint8Array {
  const text = takeUntil(scanner, ':');
  return (text !== undefined && decodeBase64(text)) || fail(scanner, 'bad byte sequence');
}

/** Section 4.2.8. */
function readBoolean(scanner: Scanner): boolean {
  return take(scanner, '1') || (!take(scanner, '0') && fail(scanner, 'bad boolean'));
}

/** Section 4.2.9. */
function readDate(scanner: Scanner): SfDate {
  const seconds = readNumber(scanner);
  return typeof seconds === 'number' ? new SfDate(seconds) : fail(scanner, 'bad date');
}

/** Section 4.2.10: UTF-8, escaped as in a URI but with lower-case digits. */
function readDisplayString(scanner: Scanner): DisplayString {
  const text = take(scanner, '"') ? takeUntil(scanner, '"') : undefined;
  try {
    if (text !== undefined && !/[^ -~]|%.?[A-F]/.test(text)) return new DisplayString(decodeURIComponent(text));
  } catch {
    // Not UTF-8, or a `%` without two digits.
  }
  return fail(scanner, 'bad display string');
}

/**
 * Parsing of bare items: the values without their parameters.
 *
 * @see RFC 9651, section 4.2.3.1
 * @module
 */

import { decodeBase64 } from '../internal/base64.ts';
import { decodeUtf8, encodeLatin1 } from '../internal/bytes.ts';
import { fail, peek, readRun, type Scanner, TOKEN, TOKEN_START } from './scanner.ts';
import { type BareItem, Decimal, DisplayString, SfDate, Token } from './value.ts';

/** Reads one bare item: its first character says of which kind it is. */
export function readBareItem(scanner: Scanner): BareItem {
  const code = peek(scanner);
  if (code === 0x22) return readString(scanner);
  if (isDigit(code) || code === 0x2d) return readNumber(scanner);
  if (code === 0x3a) return readByteSequence(scanner);
  if (code === 0x3f) return readBoolean(scanner);
  if (code === 0x40) return readDate(scanner);
  if (code === 0x25) return readDisplayString(scanner);
  const token = readRun(scanner, TOKEN_START, TOKEN);
  return token === undefined ? fail(scanner, 'expected an item') : new Token(token);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Section 4.2.4: at most 15 digits, or 12 before and 3 after the point. */
function readNumber(scanner: Scanner): number | Decimal {
  const start = scanner.at;
  const negative = peek(scanner) === 0x2d;
  if (negative) scanner.at++;
  const first = scanner.at;
  const whole = readDigits(scanner);
  const length = scanner.at - first;
  if (length === 0) fail(scanner, 'expected a digit');
  if (peek(scanner) !== 0x2e) {
    if (length > 15) fail(scanner, 'too many digits');
    // Not -0: the RFC has one zero.
    return negative ? 0 - whole : whole;
  }
  const point = scanner.at++;
  readDigits(scanner);
  const decimals = scanner.at - point - 1;
  if (length > 12 || decimals < 1 || decimals > 3) fail(scanner, 'bad decimal');
  return new Decimal(Number(scanner.text.slice(start, scanner.at)) + 0);
}

/** The value of a run of digits; beyond 15 of them it is not exact, and refused. */
function readDigits(scanner: Scanner): number {
  let value = 0;
  for (let code = peek(scanner); isDigit(code); code = peek(scanner)) {
    value = value * 10 + code - 0x30;
    scanner.at++;
  }
  return value;
}

/** Section 4.2.5. */
function readString(scanner: Scanner): string {
  const { text } = scanner;
  let value = '';
  let from = ++scanner.at;
  for (;;) {
    const code = peek(scanner);
    if (code === 0x22) return value + text.slice(from, scanner.at++);
    if (code < 0x20 || code > 0x7e) fail(scanner, 'bad string');
    if (code === 0x5c) {
      value += text.slice(from, scanner.at++);
      const escaped = peek(scanner);
      if (escaped !== 0x22 && escaped !== 0x5c) fail(scanner, 'bad escape');
      from = scanner.at;
    }
    scanner.at++;
  }
}

/**
 * Section 4.2.7, strictly: of the spellings that lenient decoders take for the same bytes (padding left out, pad bits
 * set) only the canonical one is accepted, or a signature could be respelled.
 */
function readByteSequence(scanner: Scanner): Uint8Array {
  const { text, at } = scanner;
  const end = text.indexOf(':', at + 1);
  const bytes = end < 0 ? undefined : decodeBase64(text.slice(at + 1, end));
  if (bytes === undefined) fail(scanner, 'bad byte sequence');
  scanner.at = end + 1;
  return bytes;
}

/** Section 4.2.8. */
function readBoolean(scanner: Scanner): boolean {
  scanner.at++;
  const code = peek(scanner);
  if (code !== 0x30 && code !== 0x31) fail(scanner, 'bad boolean');
  scanner.at++;
  return code === 0x31;
}

/** Section 4.2.9. */
function readDate(scanner: Scanner): SfDate {
  scanner.at++;
  const seconds = readNumber(scanner);
  return typeof seconds === 'number' ? new SfDate(seconds) : fail(scanner, 'bad date');
}

/** Section 4.2.10: bytes of UTF-8, escaped as `%` and two lower-case digits where they are not printable ASCII. */
function readDisplayString(scanner: Scanner): DisplayString {
  const { text } = scanner;
  if (text[++scanner.at] !== '"') fail(scanner, 'bad display string');
  let bytes = '';
  let from = ++scanner.at;
  for (;;) {
    const code = peek(scanner);
    if (code < 0x20 || code > 0x7e) fail(scanner, 'bad display string');
    if (code === 0x22 || code === 0x25) bytes += text.slice(from, scanner.at);
    scanner.at++;
    if (code === 0x22) break;
    if (code !== 0x25) continue;
    const digits = text.slice(scanner.at, scanner.at + 2);
    if (!/^[0-9a-f]{2}$/.test(digits)) fail(scanner, 'bad escape');
    bytes += String.fromCharCode(Number.parseInt(digits, 16));
    from = scanner.at += 2;
  }
  const value = decodeUtf8(encodeLatin1(bytes));
  return value === undefined ? fail(scanner, 'not UTF-8') : new DisplayString(value);
}

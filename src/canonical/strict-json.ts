/**
 * Parsing of JSON that two parsers could read differently, or that would lose something: such text is refused.
 *
 * One pass of our own: `JSON.parse` shows neither duplicate members nor lost digits, and V8's of version 13 on can take
 * one escaped name for another (nodejs/node issue 63785).
 *
 * @see RFC 8259; RFC 7493 (I-JSON); WIRE, "Body carrier"
 * @module
 */

import { type Scan, take, takes } from '../internal/scan.ts';
import { isWellFormed } from '../internal/utf8.ts';
import { JsonError, type JsonErrorCode } from './pointer.ts';

/** How deep objects and arrays may nest. */
export const MAX_DEPTH = 64;

/**
 * Parses JSON strictly. Objects have no duplicate members (after unescaping) and no `__proto__`; numbers are exact
 * (see `isExactNumber`) and `-0` is `0`; strings have no lone surrogates; no byte order mark. The value is frozen.
 *
 * @throws {JsonError} With a code `payload_…` that says what is wrong, and the JSON Pointer (RFC 6901) of the place.
 */
export function parseJsonStrict(text: string): unknown {
  return parse({ text, at: 0, path: [], isLossy: false });
}

/**
 * Parses JSON like `parseJsonStrict`, but takes the last of doubled members, and rounds numbers to the nearest that JavaScript has.
 *
 * @throws {JsonError} For what is no JSON, for `__proto__`, lone surrogates, numbers beyond all bounds, and too deep nesting.
 */
export function parseJsonLossy(text: string): unknown {
  return parse({ text, at: 0, path: [], isLossy: true });
}

function parse(scan: JsonScan): unknown {
  const value = readValue(scan);
  if (next(scan) !== undefined) throw refusal(scan, 'payload_malformed');
  return value;
}

/** Between tokens. */
const BLANKS = /[ \n\r\t]+/y;

/** What a string holds as it is. */
const PLAIN = /[ !#-[\]-\uffff]+/y;

/** Some at a time: engines remember each repetition of a group. */
const ESCAPES = /(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})){1,64}/y;

const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)(?![-+.\w])/y;

interface JsonScan extends Scan {
  /** Names and indices down to the value being read: as many as there are open objects and arrays. */
  readonly path: (string | number)[];
  /** Whether what would lose something is taken all the same. */
  readonly isLossy: boolean;
}

function readValue(scan: JsonScan): unknown {
  const first = next(scan);
  if (first === '{') return readObject(scan);
  if (first === '[') return readArray(scan);
  return first === '"' ? readString(scan) : readScalar(scan);
}

function readObject(scan: JsonScan): object {
  const members = new Map<string, unknown>();
  open(scan);
  if (!skips(scan, '}')) {
    do {
      if (next(scan) !== '"') throw refusal(scan, 'payload_malformed');
      const name = readString(scan);
      scan.path.push(name);
      if (name === '__proto__') throw refusal(scan, 'payload_proto_member');
      if (!scan.isLossy && members.has(name)) throw refusal(scan, 'payload_duplicate_member');
      expect(scan, ':');
      members.set(name, readValue(scan));
      scan.path.pop();
    } while (skips(scan, ','));
    expect(scan, '}');
  }
  return Object.freeze(Object.fromEntries(members));
}

function readArray(scan: JsonScan): object {
  const array: unknown[] = [];
  open(scan);
  if (!skips(scan, ']')) {
    do {
      scan.path.push(array.length);
      array.push(readValue(scan));
      scan.path.pop();
    } while (skips(scan, ','));
    expect(scan, ']');
  }
  return Object.freeze(array);
}

function open(scan: JsonScan): void {
  if (scan.path.length >= MAX_DEPTH) throw refusal(scan, 'payload_too_deep');
  scan.at++;
}

function readString(scan: JsonScan): string {
  scan.at++;
  let text = '';
  while (!takes(scan, '"')) text += take(scan, PLAIN) || readEscapes(scan);
  if (!isWellFormed(text)) throw refusal(scan, 'payload_lone_surrogate');
  return text;
}

function readEscapes(scan: JsonScan): string {
  const escapes = take(scan, ESCAPES);
  if (escapes === '') throw refusal(scan, 'payload_malformed');
  return JSON.parse(`"${escapes}"`) as string;
}

/** A number, or a word. */
function readScalar(scan: JsonScan): unknown {
  const text = take(scan, SCALAR);
  if (text === '') throw refusal(scan, 'payload_malformed');
  if (text > 'a') return JSON.parse(text);
  const value = Number(text);
  if (scan.isLossy ? !Number.isFinite(value) : !isExactNumber(text, value)) throw refusal(scan, 'payload_number_inexact');
  // -0 is 0.
  return value + 0;
}

/** The next character that is not blank; `undefined` at the end. */
function next(scan: JsonScan): string | undefined {
  if (scan.text[scan.at]! <= ' ') take(scan, BLANKS);
  return scan.text[scan.at];
}

function skips(scan: JsonScan, character: string): boolean {
  next(scan);
  return takes(scan, character);
}

function expect(scan: JsonScan, character: string): void {
  if (!skips(scan, character)) throw refusal(scan, 'payload_malformed');
}

function refusal({ path, text, at }: JsonScan, code: JsonErrorCode): JsonError {
  return new JsonError(code, path, code === 'payload_malformed' ? problemOf(text, at) : undefined);
}

/** What is not JSON, as far as it can be told. */
function problemOf(text: string, at: number): string | undefined {
  if (text === '') return 'an empty text';
  if (text.startsWith('\ufeff')) return 'a byte order mark';
  return at >= text.length ? 'a text that breaks off' : undefined;
}

// Which decimal texts every party reads as the same number.
//
// @see RFC 8785, section 3.2.2.3; RFC 7493, section 2.2

/**
 * Whether a JSON number denotes exactly the decimal number that RFC 8785 writes for it, and, if whole, lies within
 * ±(2^53 - 1).
 *
 * So `1`, `1.0`, `10e-1` and `0.1` are exact. `9007199254740992` and `1e21` are beyond, `1e400` overflows, `1e-400`
 * vanishes, and `0.10000000000000001` would be written `0.1`: somebody counted on a digit that is lost.
 *
 * @param value - What the language makes of the text.
 */
export function isExactNumber(text: string, value: number): boolean {
  // So large a number is whole, or infinite. Written so that NaN is not exact.
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false;
  const written = String(value);
  return written === text || decimalOf(written) === decimalOf(text);
}

/** Sign, significant digits and exponent: the same for all texts of one decimal number. */
function decimalOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.split(/e/i);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^(-?)0+/, '$1');
  // No /0+$/: it would try again at each zero of a long run.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  // Zero has one form, whatever its exponent or sign.
  return Number(digits) ? `${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}` : '0';
}

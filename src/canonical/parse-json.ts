/**
 * Parsing of JSON that two parsers could read differently, or that would lose something: such text is refused.
 *
 * One pass of our own: `JSON.parse` shows neither duplicate members nor lost digits, and V8's of version 13 on can take
 * one escaped name for another (nodejs/node issue 63785).
 *
 * @see RFC 8259; RFC 7493 (I-JSON); WIRE, "Body carrier"
 * @module
 */

import { VerificationError, type VerificationErrorCode } from '../errors.ts';
import { isWellFormed } from '../internal/bytes.ts';
import { type Scan, take, takes } from '../internal/scan.ts';
import { isExactNumber } from './exact-number.ts';
import { quotePointer } from './pointer.ts';

/** How deep objects and arrays may nest. */
export const MAX_DEPTH = 64;

/**
 * Parses JSON strictly. Objects have no duplicate members (after unescaping) and no `__proto__`; numbers are exact
 * (see `isExactNumber`) and `-0` is `0`; strings have no lone surrogates; no byte order mark. The value is frozen.
 *
 * @throws {VerificationError} `payload_…`, which says what is wrong, with the JSON Pointer (RFC 6901) of the place.
 */
export function parseJsonStrict(text: string): unknown {
  const scan: JsonScan = { text, at: 0, path: [] };
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
      if (members.has(name)) throw refusal(scan, 'payload_duplicate_member');
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
  if (!isExactNumber(text, value)) throw refusal(scan, 'payload_number_inexact');
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

function refusal({ path }: JsonScan, code: VerificationErrorCode): VerificationError {
  return new VerificationError(code, `at ${quotePointer(path)}`);
}

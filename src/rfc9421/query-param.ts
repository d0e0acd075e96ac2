/**
 * Query parameters by name: decoded once a message, however many components ask for one.
 *
 * Decoding of application/x-www-form-urlencoded text (WHATWG URL, section 5.1) is by hand: engines without `URLSearchParams` need it too.
 *
 * @see RFC 9421, section 2.2.8
 * @module
 */

import { encodeUtf8 } from '../internal/utf8.ts';

/** Answers the value of a parameter, encoded anew; `undefined` if it is not there, `'twice'` in a box if it occurs more than once. */
export type QueryParams = (name: string) => string | typeof TWICE | undefined;

/** A parameter that occurs more than once, which must not be covered. */
export const TWICE: unique symbol = /* @__PURE__ */ Symbol('twice');

/** Indexes the parameters of a query (with its `?`), by the encoded form of their names, when one is first asked for. */
export function indexQuery(query: string): QueryParams {
  let index: Map<string, string | typeof TWICE> | undefined;
  return (name) => {
    index ??= readPairs(query);
    return index.get(name);
  };
}

function readPairs(query: string): Map<string, string | typeof TWICE> {
  const index = new Map<string, string | typeof TWICE>();
  for (const pair of query.slice(1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = respell(equals < 0 ? pair : pair.slice(0, equals));
    index.set(name, index.has(name) ? TWICE : respell(equals < 0 ? '' : pair.slice(equals + 1)));
  }
  return index;
}

/** Nothing to decode and nothing to encode: as nearly all names and values are. */
const PLAIN = /^[A-Za-z0-9*\-._]*$/;

/** A form text decoded and encoded again, in the one spelling of section 2.2.8. */
function respell(text: string): string {
  return PLAIN.test(text) ? text : formEncode(formDecode(text));
}

/** The application/x-www-form-urlencoded percent-encode set, with a space as %20. */
function formEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += PLAIN.test(character) ? character : `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  return text;
}

/** The bytes a form text stands for, bytes that are not UTF-8 replaced by U+FFFD as decoders do. */
export function formDecode(text: string): Uint8Array {
  return replaceInvalid(percentDecode(encodeUtf8(text)));
}

function percentDecode(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!;
    const high = hexDigit(bytes[index + 1]);
    const low = hexDigit(bytes[index + 2]);
    if (byte === 0x25 && high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      index += 2;
    } else {
      out[length++] = byte === 0x2b ? 0x20 : byte;
    }
  }
  return out.subarray(0, length);
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** U+FFFD in UTF-8. */
const REPLACEMENT: readonly number[] = [0xef, 0xbf, 0xbd];

/** WHATWG Encoding's UTF-8 decoder: each maximal invalid part becomes one U+FFFD. */
function replaceInvalid(bytes: Uint8Array): Uint8Array {
  // At most three bytes for each that is invalid.
  const out = new Uint8Array(3 * bytes.length);
  let end = 0;
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    if (length > 0) for (let count = 0; count < length; count++) out[end++] = bytes[index + count]!;
    else for (const byte of REPLACEMENT) out[end++] = byte;
    index += Math.abs(length);
  }
  return out.subarray(0, end);
}

/** The length of the well-formed sequence at an index, or minus the length of the invalid part. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const total = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let count = 1; count < total; count++) {
    const byte = bytes[index + count];
    if (byte === undefined || byte < low || byte > high) return -count;
    low = 0x80;
    high = 0xbf;
  }
  return total;
}

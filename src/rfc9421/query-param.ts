/**
 * Decoding of application/x-www-form-urlencoded text (WHATWG URL, section 5.1), by hand: engines without
 * `URLSearchParams` need it too.
 *
 * @module
 */

import { encodeUtf8 } from '../internal/utf8.ts';

const REPLACEMENT = [0xef, 0xbf, 0xbd];

/** The bytes a form text stands for, bytes that are not UTF-8 replaced by U+FFFD as decoders do. */
export function formDecode(text: string): Uint8Array {
  return replaceInvalid(percentDecode(encodeUtf8(text)));
}

function percentDecode(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!;
    const high = hexDigit(bytes[index + 1]);
    const low = hexDigit(bytes[index + 2]);
    if (byte === 0x25 && high >= 0 && low >= 0) {
      out.push(high * 16 + low);
      index += 2;
    } else {
      out.push(byte === 0x2b ? 0x20 : byte);
    }
  }
  return Uint8Array.from(out);
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** WHATWG Encoding's UTF-8 decoder: each maximal invalid part becomes one U+FFFD. */
function replaceInvalid(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    if (length > 0) for (let count = 0; count < length; count++) out.push(bytes[index + count]!);
    else out.push(...REPLACEMENT);
    index += Math.abs(length);
  }
  return Uint8Array.from(out);
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

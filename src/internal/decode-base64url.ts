/**
 * Base64 (RFC 4648) as bytes, strict: a text decodes only if encoding the result gives the text back.
 *
 * Lenient decoders make one signature spellable in many ways, which defeats whoever keys a store on the text.
 *
 * @module
 */

import { URL_SAFE } from './base64.ts';

/** The values of an alphabet's characters; 255 marks what is none. */
export function reverse(alphabet: string): Uint8Array {
  const table = new Uint8Array(128).fill(255);
  for (let index = 0; index < 64; index++) table[alphabet.charCodeAt(index)] = index;
  return table;
}

const URL_SAFE_VALUES = /* @__PURE__ */ reverse(URL_SAFE);

/** The bytes of the first characters of a text; `undefined` if they are not the one way to write them. */
export function decode(text: string, length: number, values: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const rest = length % 4;
  if (rest === 1) return undefined;
  const out = new Uint8Array((length * 3) >> 2);
  let offset = 0;
  let group = 0;
  let bits = 0;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    const value = code < 128 ? values[code]! : 255;
    if (value === 255) return undefined;
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[offset++] = group >> bits;
    }
  }
  // The bits that fill up the last character must be zero, or two texts would mean the same bytes.
  return (group & ((1 << bits) - 1)) === 0 ? out : undefined;
}

/** The bytes of canonical Base64url without padding; `undefined` for anything else. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(text, text.length, URL_SAFE_VALUES);
}

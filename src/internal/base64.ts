/**
 * Base64 (RFC 4648), strict: a text decodes only if encoding the result gives the text back.
 *
 * Lenient decoders make one signature spellable in many ways, which defeats whoever keys a store on the text.
 *
 * @module
 */

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

/** 255 marks a character outside the alphabet. */
function reverse(alphabet: string): Uint8Array {
  const table = new Uint8Array(128).fill(255);
  for (let index = 0; index < 64; index++) table[alphabet.charCodeAt(index)] = index;
  return table;
}

const STANDARD_VALUES = /* @__PURE__ */ reverse(STANDARD);
const URL_SAFE_VALUES = /* @__PURE__ */ reverse(URL_SAFE);

function encode(bytes: Uint8Array, alphabet: string, pad: string): string {
  let text = '';
  const whole = bytes.length - (bytes.length % 3);
  for (let index = 0; index < whole; index += 3) {
    const group = (bytes[index]! << 16) | (bytes[index + 1]! << 8) | bytes[index + 2]!;
    text += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]! + alphabet[(group >> 6) & 63]! + alphabet[group & 63]!;
  }
  if (bytes.length - whole === 1) {
    const last = bytes[whole]!;
    text += alphabet[last >> 2]! + alphabet[(last & 3) << 4]! + pad + pad;
  } else if (bytes.length - whole === 2) {
    const last = (bytes[whole]! << 8) | bytes[whole + 1]!;
    text += alphabet[last >> 10]! + alphabet[(last >> 4) & 63]! + alphabet[(last & 15) << 2]! + pad;
  }
  return text;
}

function decode(text: string, length: number, values: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
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

/** Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD, '=');
}

/** Base64url without padding (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE, '');
}

/** The bytes of canonical, padded Base64; `undefined` for anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  let length = text.length;
  if (length > 0 && text[length - 1] === '=') length -= text[length - 2] === '=' ? 2 : 1;
  return decode(text, length, STANDARD_VALUES);
}

/** The bytes of canonical Base64url without padding; `undefined` for anything else. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(text, text.length, URL_SAFE_VALUES);
}

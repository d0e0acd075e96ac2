/**
 * Bytes as Base64 (RFC 4648).
 *
 * @module
 */

/** The alphabet of section 4. */
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The alphabet of section 5. */
const URL_SAFE: string = /* @__PURE__ */ STANDARD.replace('+/', '-_');

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  let group = 0;
  let bits = 0;
  for (let index = 0; index < bytes.length; index++) {
    group = ((group & 0xff) << 8) | bytes[index]!;
    for (bits += 8; bits >= 6; ) {
      bits -= 6;
      text += alphabet[(group >> bits) & 63]!;
    }
  }
  return bits > 0 ? text + alphabet[(group << (6 - bits)) & 63]! : text;
}

/** Base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD) + ['', '==', '='][bytes.length % 3]!;
}

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE);
}

// Base64 (RFC 4648) as bytes, strict: a text decodes only if encoding the result gives the text back.
//
// Lenient decoders make one signature spellable in many ways, which defeats whoever keys a store on the text.

/** The value of a character of either alphabet. */
function sextetOf(code: number): number {
  if (code > 0x60) return code - 71;
  if (code > 0x40) return code === 0x5f ? 63 : code - 65;
  if (code > 0x2f) return code + 4;
  return code === 0x2f ? 63 : 62;
}

/** The bytes of characters that are all of one alphabet. */
function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let group = 0;
  let bits = 0;
  for (let index = 0, offset = 0; index < text.length; index++) {
    group = ((group & 0xff) << 6) | sextetOf(text.charCodeAt(index));
    bits += 6;
    if (bits >= 8) bytes[offset++] = group >> (bits -= 8);
  }
  // What fills up the last character must be zero, or two texts would mean the same bytes; nor may it be a whole one.
  return bits < 6 && (group & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/** The bytes of canonical, padded Base64; `undefined` for anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text) ? decode(text.split('=')[0]!) : undefined;
}

/** The bytes of canonical Base64url without padding; `undefined` for anything else. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return /^[-\w]*$/.test(text) ? decode(text) : undefined;
}

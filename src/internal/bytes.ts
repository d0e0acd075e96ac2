/**
 * Text and bytes, the same in every engine, also in those without TextEncoder.
 *
 * @module
 */

/** Whether a string is free of lone surrogates, which have no UTF-8 form. */
export function isWellFormed(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(index + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    index++;
  }
  return true;
}

let encoder: TextEncoder | undefined;

/** UTF-8 bytes of a well-formed string. Lone surrogates become U+FFFD: refuse them first where that matters. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder === 'undefined') return encodeUtf8ByHand(text);
  encoder ??= new TextEncoder();
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

function encodeUtf8ByHand(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) {
      out[length++] = code;
      continue;
    }
    const tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    out[length++] = [0xc0, 0xe0, 0xf0][tail - 1]! | (code >> (6 * tail));
    for (let shift = 6 * (tail - 1); shift >= 0; shift -= 6) out[length++] = 0x80 | ((code >> shift) & 0x3f);
  }
  return out.slice(0, length);
}

let decoder: TextDecoder | undefined;

/** The text of UTF-8 bytes, a byte order mark included; `undefined` if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    if (typeof TextDecoder === 'undefined') return decodeUtf8ByHand(bytes);
    decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeUtf8ByHand(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; ) {
    const lead = bytes[index++]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const tail = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || index + tail > bytes.length) throw new RangeError('not UTF-8');
    let code = lead & (0x3f >> tail);
    for (let count = tail; count > 0; count--) {
      const next = bytes[index++]!;
      if (next >> 6 !== 2) throw new RangeError('not UTF-8');
      code = (code << 6) | (next & 0x3f);
    }
    // The shortest form only, and nothing that UTF-16 reserves.
    if (code < [0x80, 0x800, 0x10000][tail - 1]! || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new RangeError('not UTF-8');
    text += String.fromCodePoint(code);
  }
  return text;
}

/** One byte a character, for text whose characters are all below U+0100 (field text, signature bases). */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) out[index] = text.charCodeAt(index);
  return out;
}

/** All the given bytes, one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** The bytes of hexadecimal text of either case; `undefined` if it is anything else. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) return undefined;
  const out = new Uint8Array(text.length / 2);
  for (let index = 0; index < out.length; index++) out[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return out;
}

/** Whether a value is a Uint8Array (also one of another realm). */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}

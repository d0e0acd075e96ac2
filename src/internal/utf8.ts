/**
 * Text and bytes, the same in every engine, also in those without TextEncoder.
 *
 * @module
 */

/** Lone surrogates: read by code points, pairs are none. */
const LONE = /[\ud800-\udfff]/gu;

/** Whether a string is free of lone surrogates, which have no UTF-8 form. */
export function isWellFormed(text: string): boolean {
  return text.search(LONE) < 0;
}

let encoder: TextEncoder | undefined;

/** UTF-8 bytes of a well-formed string. Lone surrogates become U+FFFD: refuse them first where that matters. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder === 'undefined') return encodeUtf8ByHand(text);
  encoder ??= new TextEncoder();
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** By way of percent-encoding: engines so small that they have no TextEncoder have `unescape`. */
function encodeUtf8ByHand(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(unescape(encodeURIComponent(text.replace(LONE, '\ufffd'))), (character) => character.charCodeAt(0));
}

// Bytes as text, the same in every engine, also in those without TextDecoder.

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

/** By way of percent-encoding, which is decoded as strictly: engines so small that they have no TextDecoder have `escape`. */
function decodeUtf8ByHand(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return decodeURIComponent(escape(text));
}

/** One byte a character, for text whose characters are all below U+0100 (field text, signature bases). */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) out[index] = text.charCodeAt(index);
  return out;
}

/**
 * Text and bytes, the same in every engine, also in those without TextEncoder.
 *
 * @module
 */

import { encodeLatin1 } from './latin1.ts';

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

/** By way of percent-encoding, which every engine has. */
function encodeUtf8ByHand(text: string): Uint8Array<ArrayBuffer> {
  const encoded = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  return encodeLatin1(encoded.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))));
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

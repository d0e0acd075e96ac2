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

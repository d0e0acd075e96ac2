/**
 * The bytes of a signature base, cut from a larger piece of memory: for so few bytes, getting memory costs more than
 * writing to it. Each base has a part of its own, which is never written again.
 *
 * @module
 */

import { encodeLatin1 } from '../internal/latin1.ts';

const PIECE = 16 * 1024;
const LONGEST = 1024;

let encoder: TextEncoder | undefined;
let piece: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
let used = 0;

/** The bytes of a signature base, which is ASCII. */
export function baseBytes(text: string): Uint8Array {
  const { length } = text;
  if (typeof TextEncoder === 'undefined') return encodeLatin1(text);
  encoder ??= new TextEncoder();
  if (length > LONGEST) return encoder.encode(text);
  if (used + length > piece.length) {
    piece = new Uint8Array(PIECE);
    used = 0;
  }
  const bytes = piece.subarray(used, used + length);
  used += length;
  // A key may have transferred the memory to another thread; some engines have no encodeInto.
  const written = encoder.encodeInto?.(text, bytes).written;
  return written === length ? bytes : encoder.encode(text);
}

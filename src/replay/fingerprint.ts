/**
 * Fingerprints: 128 bits that stand for a scope and a nonce in a table.
 *
 * The key is drawn at the first use and never leaves this module: nobody can choose a nonce that collides with another.
 *
 * @module
 */

import { drawBytes, type RandomBytes } from '../crypto/random.ts';
import { siphash128 } from './siphash.ts';

/** The fingerprint of a nonce: four words, the first not zero. Without `out` they are valid until the next call without it. */
export type Fingerprint = (scope: string, nonce: string, out?: Int32Array) => Int32Array;

/** Makes the fingerprint function of one store. */
export function createFingerprint(randomBytes: RandomBytes): Fingerprint {
  const words = new Int32Array(4);
  let bytes = new Uint8Array(512);
  let key: Int32Array | undefined;
  return (scope, nonce, out = words) => {
    // A copy, at an offset that words can be read from.
    key ??= new Int32Array(new Uint8Array(drawBytes(randomBytes, 16)).buffer);
    const most = 4 + 3 * (scope.length + nonce.length);
    if (bytes.length < most) bytes = new Uint8Array(most);
    // The length keeps the two apart: no other pair gives these bytes.
    for (let index = 0; index < 4; index++) bytes[index] = scope.length >>> (8 * index);
    const length = write(bytes, nonce, write(bytes, scope, 4));
    siphash128(key, bytes, length, out);
    out[0] ||= 1;
    return out;
  };
}

/** One byte for ASCII, an escape and two for the rest: unlike UTF-8, different also for texts with lone surrogates. */
function write(bytes: Uint8Array, text: string, start: number): number {
  let end = start;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[end++] = unit;
      continue;
    }
    bytes[end++] = 0x80;
    bytes[end++] = unit >>> 8;
    bytes[end++] = unit;
  }
  return end;
}

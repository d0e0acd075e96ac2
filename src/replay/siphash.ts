/**
 * SipHash-2-4 with 128 bits of output: a keyed hash for tables that strangers fill.
 *
 * Who does not know the key cannot aim for a collision, nor for a crowded part of a table. The 64-bit words are pairs
 * of 32-bit halves in local variables: BigInt would be many times slower.
 *
 * @see Aumasson and Bernstein, SipHash: a fast short-input PRF (2012); the 128-bit variant is in their reference code
 * @module
 */

/** Four bytes from `at`, little endian; what lies at or beyond `length` counts as zero. */
function wordAt(bytes: Uint8Array, at: number, length: number): number {
  if (at + 4 <= length) return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  let word = 0;
  for (let index = at; index < length; index++) word |= bytes[index]! << (8 * (index - at));
  return word;
}

/** Whether a 32-bit sum overflowed: then it is smaller than what was added to. */
function carry(sum: number, summand: number): number {
  return sum >>> 0 < summand >>> 0 ? 1 : 0;
}

/** Hashes the first `length` bytes; `key` and `out` are four 32-bit words, little endian. */
export function siphash128(key: Int32Array, bytes: Uint8Array, length: number, out: Int32Array): void {
  // v0 to v3: "somepseudorandomlygeneratedbytes". Each 0xee and the 0xdd below make the 128-bit variant.
  let a = key[0]! ^ 0x70736575;
  let aHigh = key[1]! ^ 0x736f6d65;
  let b = key[2]! ^ 0x6e646f6d ^ 0xee;
  let bHigh = key[3]! ^ 0x646f7261;
  let c = key[0]! ^ 0x6e657261;
  let cHigh = key[1]! ^ 0x6c796765;
  let d = key[2]! ^ 0x79746573;
  let dHigh = key[3]! ^ 0x74656462;
  // The last block holds what is left over and the length; the final rounds, four for each half, are four empty blocks.
  const last = length >>> 3;
  for (let block = 0; block <= last + 4; block++) {
    const low = wordAt(bytes, block * 8, length);
    const high = wordAt(bytes, block * 8 + 4, length) | (block === last ? length << 24 : 0);
    if (block === last + 1) c ^= 0xee;
    if (block === last + 3) {
      out[0] = a ^ b ^ c ^ d;
      out[1] = aHigh ^ bHigh ^ cHigh ^ dHigh;
      b ^= 0xdd;
    }
    d ^= low;
    dHigh ^= high;
    for (let round = 0; round < 2; round++) {
      let sum = (a + b) | 0;
      const sumHigh = (aHigh + bHigh + carry(sum, a)) | 0;
      let turned = (b << 13) | (bHigh >>> 19);
      bHigh = ((bHigh << 13) | (b >>> 19)) ^ sumHigh;
      b = turned ^ sum;
      aHigh = sum;
      sum = (c + d) | 0;
      cHigh = (cHigh + dHigh + carry(sum, c)) | 0;
      turned = (d << 16) | (dHigh >>> 16);
      dHigh = ((dHigh << 16) | (d >>> 16)) ^ cHigh;
      d = turned ^ sum;
      c = sum;
      sum = (sumHigh + d) | 0;
      aHigh = (aHigh + dHigh + carry(sum, d)) | 0;
      turned = (d << 21) | (dHigh >>> 11);
      dHigh = ((dHigh << 21) | (d >>> 11)) ^ aHigh;
      d = turned ^ sum;
      a = sum;
      sum = (c + b) | 0;
      c = (cHigh + bHigh + carry(sum, b)) | 0;
      turned = (b << 17) | (bHigh >>> 15);
      bHigh = ((bHigh << 17) | (b >>> 15)) ^ c;
      b = turned ^ sum;
      cHigh = sum;
    }
    a ^= low;
    aHigh ^= high;
  }
  out[2] = a ^ b ^ c ^ d;
  out[3] = aHigh ^ bHigh ^ cHigh ^ dHigh;
}

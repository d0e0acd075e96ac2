/**
 * The gate: what is no Ed25519 signature or key, whatever the runtime beneath would say.
 *
 * No two implementations agree on hostile inputs: whether a point of small order counts, or one encoded in a second
 * way, or a scalar beyond the group order. Refusing those first, by their bytes, leaves only inputs on which all agree.
 *
 * @see RFC 8032, sections 5.1.3 and 5.1.7; "Taming the many EdDSAs" (eprint 2020/1244)
 * @module
 */

import { decodeHex } from '../internal/hex.ts';

const SIGNATURE_BYTES = 64;

/** The order of the group, L, little-endian like all numbers here. */
const L = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';
/** The field prime, p = 2^255 - 19. */
const P = 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f';
/** The y of every point of small order, below p: of order 1, 4, 8, 8 and 2. The sign bit changes nothing. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

const bytesOf = (hex: string): Uint8Array => decodeHex(hex)!;
const ORDER = /* @__PURE__ */ bytesOf(L);
const PRIME = /* @__PURE__ */ bytesOf(P);
const SMALL = /* @__PURE__ */ SMALL_ORDER.map(bytesOf);

/** How the 32 bytes at `offset` compare with a number, the highest bit masked by `mask`: negative, zero or positive. */
function compare(bytes: Uint8Array, offset: number, mask: number, number: Uint8Array): number {
  let difference = (bytes[offset + 31]! & mask) - number[31]!;
  for (let index = 30; difference === 0 && index >= 0; index--) difference = bytes[offset + index]! - number[index]!;
  return difference;
}

/** Whether 32 bytes from `offset` encode y canonically (y < p) and no point of small order. */
function isPoint(bytes: Uint8Array, offset: number): boolean {
  return compare(bytes, offset, 0x7f, PRIME) < 0 && SMALL.every((small) => compare(bytes, offset, 0x7f, small) !== 0);
}

/** Whether these bytes may be a public key. (That they lie on the curve shows in the verification.) */
export function isAcceptableKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && isPoint(bytes, 0);
}

/** Whether these bytes, R and S, may be a signature. Nothing here is secret, so nothing need take constant time. */
export function isAcceptableSignature(signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && isPoint(signature, 0) && compare(signature, 32, 0xff, ORDER) < 0;
}

/**
 * Ed25519 in JavaScript, for runtimes without it: imported lazily, a chunk of its own.
 *
 * Verification is ours, on noble's points: cofactorless, `encode(sB - kA) === R`, as native implementations compute it.
 * noble's own `verify` multiplies by the cofactor, and would accept signatures that every native one refuses.
 *
 * @see RFC 8032, section 5.1.7
 * @module
 */

import { etc, getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { concatBytes } from '../internal/concat-bytes.ts';
import { equalBytes } from '../internal/equal.ts';
import type { Ed25519KeyPair, Ed25519Verify, Encode } from './ed25519-backend.ts';
import { sha512 } from './noble-hash.ts';

/** L, the order of the group. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${etc.bytesToHex(new Uint8Array(bytes).reverse())}`);
}

function decodePoint(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

/** Prepares a public key that has passed the gate. One that is not on the curve verifies nothing. */
export function preparePublic(bytes: Uint8Array): Ed25519Verify {
  const minusA = decodePoint(bytes)?.negate();
  return (base, signature) => {
    const r = signature.subarray(0, 32);
    const k = littleEndian(sha512(concatBytes(r, bytes, base))) % ORDER;
    const expected = minusA && Point.BASE.multiply(littleEndian(signature.subarray(32)), false).add(minusA.multiply(k, false));
    return expected !== undefined && equalBytes(expected.toBytes(), r);
  };
}

/** Prepares a seed. noble derives the public key from it at every signature: no other one can be slipped in. */
export function preparePrivate(seed: Uint8Array, encode: Encode): Ed25519KeyPair {
  hashes.sha512 ??= sha512;
  return { x: encode(getPublicKey(seed)), sign: (base) => sign(base, seed) };
}

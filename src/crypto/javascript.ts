/**
 * Cryptography in JavaScript, by noble: for runtimes that have neither node:crypto nor `crypto.subtle`, or no sound Ed25519.
 *
 * The one dynamic import of the package leads here (`loadJavaScript`), so that pages whose browser has all of that do not load it.
 *
 * Ed25519 verification is ours, on noble's points: cofactorless, `encode(sB - kA) === R`, as native implementations compute it.
 * noble's own `verify` multiplies by the cofactor, and would accept signatures that every native one refuses.
 *
 * @see RFC 8032, section 5.1.7; RFC 2104; FIPS 180-4
 * @module
 */

import { etc, getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { toBase64url } from '../internal/base64.ts';
import { concatBytes, equalBytes } from '../internal/bytes.ts';
import type { Ed25519KeyPair, Ed25519Verify } from './ed25519/backend.ts';

interface HashFunction {
  (bytes: Uint8Array): Uint8Array;
  create(): { update(chunk: Uint8Array): unknown; digest(): Uint8Array };
}

/** Hash functions, each by its registered name. */
export const hashFunctions: Readonly<Record<'sha-256' | 'sha-512', HashFunction>> = { 'sha-256': sha256, 'sha-512': sha512 };

/** HMAC-SHA256 with a secret: the inner and outer state it keys are computed once, and every call starts from a copy of them. */
export function prepareMac(secret: Uint8Array): (base: Uint8Array) => Uint8Array {
  const keyed = hmac.create(sha256, secret);
  // One working copy for all calls; a call leaves nothing in it, and no two run at once.
  const work = keyed.clone();
  return (base) => keyed._cloneInto(work).update(base).digest();
}

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
export function preparePrivate(seed: Uint8Array): Ed25519KeyPair {
  hashes.sha512 ??= sha512;
  return { x: toBase64url(getPublicKey(seed)), sign: (base) => sign(base, seed) };
}

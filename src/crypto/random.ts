/**
 * Randomness. The runtime's is drawn in pools: 16 bytes at a time cost as much as an HMAC.
 *
 * A pool belongs to the signer whose nonces it gives, so that no module has a state that two applications share, and nothing is
 * drawn before the first message.
 *
 * @see WIRE: a nonce is 16 random bytes, base64url
 * @module
 */

import { assertFunction } from '../internal/assert.ts';
import { toBase64url } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';

/** Gives so many bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;

const NONCE_BYTES = 16;

/** A signer that is made for one message draws one nonce; one that lives draws 256 of them at a time. */
const MAX_POOL_BYTES = 4096;

/** The runtime's own source. */
export function systemRandomBytes(length: number): Uint8Array {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (crypto === undefined) throw new TypeError('randomBytes must be given: this runtime has no crypto.getRandomValues');
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Draws bytes and checks that the source gave what it was asked for. */
export function drawBytes(randomBytes: RandomBytes, length: number): Uint8Array {
  assertFunction(randomBytes, 'randomBytes');
  const bytes = randomBytes(length);
  if (!isBytes(bytes) || bytes.length !== length) throw new TypeError(`randomBytes must return a Uint8Array of ${length} bytes`);
  return bytes;
}

/** Where a signer of ours keeps its pool. */
const DRAW: unique symbol = /* @__PURE__ */ Symbol('countersign.drawNonce');

/** Bytes of one nonce after the other, each used once, from a pool that grows while it is used. */
function createPool(): () => Uint8Array {
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = systemRandomBytes(Math.min(Math.max(NONCE_BYTES, 4 * pool.length), MAX_POOL_BYTES));
      used = 0;
    }
    return pool.subarray(used, (used += NONCE_BYTES));
  };
}

/** Gives a signer a pool of its own, and freezes it. */
export function withNoncePool<T extends object>(signer: T): Readonly<T> {
  return Object.freeze(Object.defineProperty(signer, DRAW, { value: createPool() }));
}

/**
 * A nonce: 128 random bits, base64url (22 characters).
 *
 * @param signer who signs with it: its pool is drawn from, if it has one
 * @param randomBytes where they come from instead, drawn one nonce at a time
 */
export function randomNonce(signer: object, randomBytes?: RandomBytes): string {
  if (randomBytes !== undefined) return toBase64url(drawBytes(randomBytes, NONCE_BYTES));
  const draw = (signer as { readonly [DRAW]?: () => Uint8Array })[DRAW];
  return toBase64url(draw === undefined ? systemRandomBytes(NONCE_BYTES) : draw());
}

/**
 * Randomness. The runtime's is drawn in pools: 16 bytes at a time cost as much as an HMAC.
 *
 * @see WIRE: a nonce is 16 random bytes, base64url
 * @module
 */

import { encodeBase64url } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';

/** Gives so many bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;

const POOL_BYTES = 4096;

const NONCE_BYTES = 16;

/** The runtime's own source. */
export function systemRandomBytes(length: number): Uint8Array {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (crypto === undefined) throw new TypeError('randomBytes must be given: this runtime has no crypto.getRandomValues');
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Draws bytes and checks that the source gave what it was asked for. */
export function drawBytes(randomBytes: RandomBytes, length: number): Uint8Array {
  const bytes = randomBytes(length);
  if (!isBytes(bytes) || bytes.length !== length) throw new TypeError(`randomBytes must return a Uint8Array of ${length} bytes`);
  return bytes;
}

/** What was drawn last, and how much of it was given away. */
let pool: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

let used = 0;

/** Bytes of one nonce after the other; each is used once. */
function drawPooled(): Uint8Array {
  if (used === pool.length) {
    pool = systemRandomBytes(POOL_BYTES);
    used = 0;
  }
  return pool.subarray(used, (used += NONCE_BYTES));
}

/**
 * A nonce: 128 random bits, base64url (22 characters).
 *
 * @param randomBytes where they come from, drawn one nonce at a time; default: the runtime's `crypto`, in pools.
 */
export function randomNonce(randomBytes?: RandomBytes): string {
  return encodeBase64url(randomBytes ? drawBytes(randomBytes, NONCE_BYTES) : drawPooled());
}

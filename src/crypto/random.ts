/**
 * Randomness, drawn in pools: 16 bytes at a time cost as much as an HMAC.
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

function createPool(randomBytes: RandomBytes): () => string {
  let pool = new Uint8Array(0);
  let used = 0;
  return () => {
    if (used === pool.length) {
      // A copy: the source may reuse its buffer.
      pool = new Uint8Array(drawBytes(randomBytes, POOL_BYTES));
      used = 0;
    }
    return encodeBase64url(pool.subarray(used, (used += NONCE_BYTES)));
  };
}

/** One pool a source, filled at its first use, gone with the source. */
const pools = /* @__PURE__ */ new WeakMap<RandomBytes, () => string>();

/**
 * A nonce: 128 random bits, base64url (22 characters).
 *
 * @param randomBytes where they come from; default: the runtime's `crypto`. Bytes of one source are never used for another.
 */
export function randomNonce(randomBytes: RandomBytes = systemRandomBytes): string {
  let next = pools.get(randomBytes);
  if (next === undefined) {
    next = createPool(randomBytes);
    pools.set(randomBytes, next);
  }
  return next();
}

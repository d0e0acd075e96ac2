/**
 * Hash functions in JavaScript, for runtimes that have none.
 *
 * The only file besides HMAC that imports them, and always imported lazily: the build gives it its own copy. Shared with
 * HMAC they would lie in one chunk, and every page that signs with a secret would load SHA-512 with it.
 *
 * @module
 */

import { sha256, sha512 } from '@noble/hashes/sha2.js';

interface NobleHash {
  (bytes: Uint8Array): Uint8Array;
  create(): { update(chunk: Uint8Array): unknown; digest(): Uint8Array };
}

/** Each by its registered name. */
export const hashers: Readonly<Record<'sha-256' | 'sha-512', NobleHash>> = { 'sha-256': sha256, 'sha-512': sha512 };

export { sha512 };

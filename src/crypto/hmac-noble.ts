/**
 * HMAC-SHA256 in JavaScript.
 *
 * @module
 */

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Mac } from './hmac-node.ts';

/** Prepares a secret: the inner and outer state it keys are computed once, and every call starts from a copy of them. */
export function nobleMac(secret: Uint8Array): Mac {
  const keyed = hmac.create(sha256, secret);
  // One working copy for all calls; a call leaves nothing in it, and no two run at once.
  const work = keyed.clone();
  return (base) => keyed._cloneInto(work).update(base).digest();
}

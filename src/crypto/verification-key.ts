/**
 * What checks signatures.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { Algorithm } from './algorithm.ts';

/**
 * A key bound to one algorithm that checks signatures: an imported `PublicKey`, an `hmacKey`, or your own (a KMS).
 *
 * `verify` answers `false` for whatever is not a signature by this key, however malformed; it throws only when it
 * cannot tell.
 */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  verify(base: Uint8Array, signature: Uint8Array): Awaitable<boolean>;
}

/**
 * What anybody may have: a public key bound to one algorithm.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { Algorithm } from './algorithm.ts';
import type { Jwk } from './jwk.ts';
import type { VerificationKey } from './verification-key.ts';

/** A public key, ready to verify. Made by `importPublicKey…` and `generateKeyPair`. */
export class PublicKey implements VerificationKey {
  readonly algorithm: Algorithm;
  /** The key as JWK: exactly the members a thumbprint hashes (RFC 7638). */
  readonly jwk: Jwk;
  readonly #verify: VerificationKey['verify'];

  constructor(algorithm: Algorithm, jwk: Jwk, verify: VerificationKey['verify']) {
    this.algorithm = algorithm;
    this.jwk = Object.freeze(jwk);
    this.#verify = verify;
    Object.freeze(this);
  }

  /** Whether this key made the signature; `false` for anything that is none. */
  verify(base: Uint8Array, signature: Uint8Array): Awaitable<boolean> {
    return this.#verify(base, signature);
  }
}

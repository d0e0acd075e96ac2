/**
 * What a key form says, before a key is made of it: plain data and functions, so that the readers of forms and the keys
 * themselves need not know each other.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { Algorithm } from './algorithm.ts';
import type { Jwk } from './jwk.ts';

/** An Ed25519 public key by its bytes, or one that WebCrypto has taken. */
export type PublicParts =
  | { readonly point: Uint8Array }
  | { readonly algorithm: Algorithm; readonly jwk: Jwk; readonly verify: (base: Uint8Array, signature: Uint8Array) => Awaitable<boolean> };

/**
 * An Ed25519 private key by its seed, with the public key that stood beside it; or one that WebCrypto has taken.
 * `jwk` is the whole private key, where the form shows it.
 */
export type PrivateParts =
  | { readonly seed: Uint8Array; readonly point: Uint8Array | undefined }
  | {
      readonly algorithm: Algorithm;
      readonly sign: (base: Uint8Array) => Awaitable<Uint8Array>;
      readonly publicParts: PublicParts | undefined;
      readonly jwk: Jwk | undefined;
    };

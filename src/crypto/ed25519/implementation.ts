/**
 * What an implementation of Ed25519 makes of a key. There are three: node:crypto, WebCrypto, and JavaScript.
 *
 * None of them decides alone: the gate has looked at every key and signature before.
 *
 * @module
 */

import type { Awaitable } from '../../internal/awaitable.ts';

/** Checks a signature that has passed the gate. */
export type Ed25519Verify = (base: Uint8Array, signature: Uint8Array) => Awaitable<boolean>;

/** A private key in use, and the public key that belongs to it. */
export interface Ed25519KeyPair {
  /** The public key as base64url, always derived from the seed: one given from outside could be made to leak the seed. */
  readonly x: string;
  sign(base: Uint8Array): Awaitable<Uint8Array>;
}

/** Computes the HMAC-SHA256 of a signature base with a secret that was prepared. */
export type Mac = (base: Uint8Array) => Uint8Array;

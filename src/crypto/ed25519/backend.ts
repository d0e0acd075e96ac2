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

// The DER around keys, in which the native ones take them: a constant prefix (RFC 8410, sections 4 and 7).

const PKCS8 = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** The PKCS #8 form of a seed. */
export function pkcs8OfSeed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...PKCS8, ...seed]);
}

const SPKI = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];

/** The SubjectPublicKeyInfo form of a public key (RFC 8410, section 4): a constant prefix. */
export function spkiOfPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...SPKI, ...point]);
}

/**
 * What an implementation of Ed25519 makes of a key. There are three: node:crypto, WebCrypto, and JavaScript.
 *
 * None of them decides alone: the gate has looked at every key and signature before.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { NodeCrypto } from './runtime.ts';

/** Checks a signature that has passed the gate. */
export type Ed25519Verify = (base: Uint8Array, signature: Uint8Array) => Awaitable<boolean>;

/** A private key in use, and the public key that belongs to it. */
export interface Ed25519KeyPair {
  /** The public key as base64url, always derived from the seed: one given from outside could be made to leak the seed. */
  readonly x: string;
  sign(base: Uint8Array): Awaitable<Uint8Array>;
}

/** An implementation that is loaded when it is needed. It is given what it would otherwise share with what is loaded already. */
export interface Ed25519Backend {
  /** Prepares a public key that has passed the gate. */
  preparePublic(bytes: Uint8Array, encode: Encode, node?: NodeCrypto): Ed25519Verify;
  /** Prepares a seed. */
  preparePrivate(seed: Uint8Array, encode: Encode, node?: NodeCrypto): Ed25519KeyPair;
}

/** `encodeBase64url`. */
export type Encode = (bytes: Uint8Array) => string;

/**
 * The signature base as keys take it: ours as the text that it is, an application's own as bytes that nobody else has.
 *
 * It is ASCII. Getting memory for its bytes, and collecting that again, costs a message half as much as the HMAC.
 *
 * @see RFC 9421, section 2.5
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import type { VerificationKey } from './key.ts';
import type { Signer } from './signer.ts';

/** A signature base: ASCII, or its bytes. */
export type SignatureBase = string | Uint8Array;

/** The bytes of a base. Those of a text belong to whoever gets them: no two share memory. */
export function bytesOfBase(base: SignatureBase): Uint8Array {
  return typeof base === 'string' ? encodeUtf8(base) : base;
}

/** Marks what takes a base as text too. */
const TAKES_TEXT: unique symbol = /* @__PURE__ */ Symbol('countersign.takesText');

/** Says of a key or a signer of ours that it takes a base as text too. */
export function takingText<T extends { readonly verify: unknown } | { readonly sign: unknown }>(key: T): T {
  return Object.defineProperty(key, TAKES_TEXT, { value: true });
}

function forKey(key: object, base: string): Uint8Array {
  // A key that takes text has said so itself; its type is what an application's own has.
  return Object.hasOwn(key, TAKES_TEXT) ? (base as unknown as Uint8Array) : bytesOfBase(base);
}

/** The signature of a base. */
export function signBase(signer: Signer, base: string): Awaitable<Uint8Array> {
  return signer.sign(forKey(signer, base));
}

/** Whether a signature is that of a base, and was made with the key. */
export function verifyBase(key: VerificationKey, base: string, signature: Uint8Array): Awaitable<boolean> {
  return key.verify(forKey(key, base), signature);
}

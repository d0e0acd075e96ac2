/**
 * Bytes that a caller has written down; `name` is what errors call them, which never show them.
 *
 * @module
 */

import { decodeBase64url } from './base64.ts';
import { decodeHex } from './hex.ts';

function decoded(bytes: Uint8Array<ArrayBuffer> | undefined, what: string): Uint8Array<ArrayBuffer> {
  if (bytes === undefined) throw new TypeError(what);
  return bytes;
}

/** @throws {TypeError} If it is anything but base64url without padding. */
export function fromBase64url(text: string, name: string): Uint8Array {
  return decoded(typeof text === 'string' ? decodeBase64url(text) : undefined, `${name} must be base64url without padding`);
}

/** @throws {TypeError} If it is anything but hexadecimal. */
export function fromHex(text: string, name: string): Uint8Array {
  return decoded(typeof text === 'string' ? decodeHex(text) : undefined, `${name} must be hexadecimal`);
}

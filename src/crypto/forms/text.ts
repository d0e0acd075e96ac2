/**
 * Bytes as the texts that keys and secrets are written in: base64url and hexadecimal, each by its own function. None is guessed.
 *
 * @see RFC 4648, sections 5 and 8
 * @module
 */

import { assertNoPromise } from '../../internal/assert.ts';
import { fromBase64url, toBase64url } from '../../internal/base64.ts';
import { isBytes } from '../../internal/bytes.ts';
import { fromHex, toHex } from '../../internal/hex.ts';

function requireBytes(bytes: unknown): asserts bytes is Uint8Array {
  assertNoPromise(bytes, 'bytes');
  if (!isBytes(bytes)) throw new TypeError('bytes must be a Uint8Array');
}

function decoded<T>(bytes: T | undefined, what: string, text: unknown): T {
  if (bytes !== undefined) return bytes;
  const isBlank = typeof text === 'string' && text !== text.trim();
  throw new TypeError(`text must be ${what}${isBlank ? ': trim its white space' : ''}`);
}

/**
 * Bytes as base64url without padding (RFC 4648, section 5).
 *
 * @throws {TypeError} If it is no Uint8Array.
 */
export function encodeBase64url(bytes: Uint8Array): string {
  requireBytes(bytes);
  return toBase64url(bytes);
}

/**
 * The bytes of base64url without padding, in the one spelling that encoding them gives back.
 *
 * @throws {TypeError} If it is anything else. The message never shows the text.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  assertNoPromise(text, 'text');
  return decoded(typeof text === 'string' ? fromBase64url(text) : undefined, 'base64url without padding', text);
}

/**
 * Bytes as lower-case hexadecimal.
 *
 * @throws {TypeError} If it is no Uint8Array.
 */
export function encodeHex(bytes: Uint8Array): string {
  requireBytes(bytes);
  return toHex(bytes);
}

/**
 * The bytes of hexadecimal text, of either case, two digits a byte and nothing between.
 *
 * @throws {TypeError} If it is anything else. The message never shows the text.
 */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  assertNoPromise(text, 'text');
  return decoded(typeof text === 'string' ? fromHex(text) : undefined, 'hexadecimal', text);
}

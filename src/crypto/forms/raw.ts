/**
 * Ed25519 keys from their 32 bytes.
 *
 * @module
 */

import { assertNoPromise } from '../../internal/assert.ts';
import { toBase64url } from '../../internal/base64.ts';
import { isBytes } from '../../internal/bytes.ts';
import type { PrivateKey, PublicKey } from '../key.ts';
import { createPrivateKey, createPublicKey } from '../key-pair.ts';
import { type ImportPrivateKeyOptions, readRawOptions } from './import-options.ts';

/** Base64url of 32 bytes. */
function member(bytes: unknown, name: string): string {
  assertNoPromise(bytes, name);
  if (typeof bytes === 'string') throw new TypeError(`${name} must be a Uint8Array: see decodeBase64url and decodeHex`);
  if (!isBytes(bytes)) throw new TypeError(`${name} must be a Uint8Array`);
  if (bytes.length !== 32) throw new RangeError(`${name} must be 32 bytes`);
  return toBase64url(bytes);
}

/**
 * Imports an Ed25519 public key of 32 bytes.
 *
 * @throws {TypeError} If it is no Uint8Array.
 * @throws {RangeError} If it has another length, or is of small order or not canonical.
 */
export async function importPublicKeyRaw(publicKey: Uint8Array): Promise<PublicKey> {
  return createPublicKey('ed25519', { kty: 'OKP', crv: 'Ed25519', x: member(publicKey, 'publicKey') });
}

/**
 * Imports an Ed25519 private key: the seed of 32 bytes (RFC 8032, section 5.1.5). Its public key is derived.
 *
 * @throws {TypeError} If it is no Uint8Array, or an option is unusable.
 * @throws {RangeError} If it has another length; 64 bytes are usually seed and public key: pass the first 32.
 */
export async function importPrivateKeyRaw(privateKey: Uint8Array, options?: ImportPrivateKeyOptions): Promise<PrivateKey> {
  return createPrivateKey('ed25519', { d: member(privateKey, 'privateKey') }, readRawOptions(options));
}

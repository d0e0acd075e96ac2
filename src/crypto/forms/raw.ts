/**
 * Ed25519 keys from their 32 bytes: bare, in base64url, in hex. Each encoding has its own function: none is guessed.
 *
 * @module
 */

import { fromBase64url, fromHex } from '../../internal/written-bytes.ts';
import { importEd25519Private, prepareEd25519Public } from '../ed25519/keys.ts';
import type { PrivateKey, PublicKey } from '../key.ts';
import type { ImportPrivateKeyOptions } from './import-options.ts';

/**
 * Imports an Ed25519 public key of 32 bytes.
 *
 * @throws {RangeError} for another length, a point of small order, or one that is not canonical
 */
export function importPublicKeyRaw(publicKey: Uint8Array): Promise<PublicKey> {
  return prepareEd25519Public(publicKey);
}

/** Imports an Ed25519 public key written in base64url without padding. */
export async function importPublicKeyBase64url(publicKey: string): Promise<PublicKey> {
  return prepareEd25519Public(fromBase64url(publicKey, 'publicKey'));
}

/** Imports an Ed25519 public key written in hexadecimal. */
export async function importPublicKeyHex(publicKey: string): Promise<PublicKey> {
  return prepareEd25519Public(fromHex(publicKey, 'publicKey'));
}

/**
 * Imports an Ed25519 private key: the seed of 32 bytes (RFC 8032, section 5.1.5). Its public key is derived.
 *
 * @throws {RangeError} for another length; 64 bytes are usually seed and public key: pass the first 32
 */
export function importPrivateKeyRaw(privateKey: Uint8Array, { extractable }: ImportPrivateKeyOptions = {}): Promise<PrivateKey> {
  return importEd25519Private(privateKey, extractable);
}

/** Imports an Ed25519 private key, its seed written in base64url without padding. */
export async function importPrivateKeyBase64url(privateKey: string, { extractable }: ImportPrivateKeyOptions = {}): Promise<PrivateKey> {
  return importEd25519Private(fromBase64url(privateKey, 'privateKey'), extractable);
}

/** Imports an Ed25519 private key, its seed written in hexadecimal. */
export async function importPrivateKeyHex(privateKey: string, { extractable }: ImportPrivateKeyOptions = {}): Promise<PrivateKey> {
  return importEd25519Private(fromHex(privateKey, 'privateKey'), extractable);
}

/**
 * Keys written down, each form by its own function; the import function of the same name reads it.
 *
 * Private keys show themselves only if imported or generated with `extractable: true`.
 *
 * @module
 */

import { encodeHex } from '../../internal/hex.ts';
import { type Jwk, memberBytes } from '../jwk.ts';
import { PrivateKey, PublicKey } from '../key.ts';
import { privatePem, publicPem } from './pem.ts';

/** The public members of either half. */
function publicJwkOf(key: PublicKey | PrivateKey): Jwk {
  const jwk = key instanceof PublicKey ? key.jwk : key instanceof PrivateKey ? key.publicJwk : undefined;
  if (jwk === undefined) throw new TypeError('key must be a PublicKey, or a PrivateKey whose public key is known');
  return jwk;
}

function privateJwkOf(key: PrivateKey): Jwk {
  if (!(key instanceof PrivateKey)) throw new TypeError('key must be a PrivateKey');
  return key.exportJwk();
}

function rawOf(jwk: Jwk, member: 'x' | 'd'): Uint8Array {
  if (jwk.kty !== 'OKP') throw new TypeError('only Ed25519 keys have a raw form');
  return memberBytes(jwk, member);
}

/** The public key as JWK: the members a thumbprint hashes. */
export function exportPublicKeyJwk(key: PublicKey | PrivateKey): Jwk {
  return { ...publicJwkOf(key) };
}

/** The 32 bytes of an Ed25519 public key. */
export function exportPublicKeyRaw(key: PublicKey | PrivateKey): Uint8Array {
  return rawOf(publicJwkOf(key), 'x');
}

/** An Ed25519 public key in base64url. */
export function exportPublicKeyBase64url(key: PublicKey | PrivateKey): string {
  exportPublicKeyRaw(key);
  return publicJwkOf(key).x!;
}

/** An Ed25519 public key in lower-case hexadecimal. */
export function exportPublicKeyHex(key: PublicKey | PrivateKey): string {
  return encodeHex(exportPublicKeyRaw(key));
}

/** The private key as JWK. */
export function exportPrivateKeyJwk(key: PrivateKey): Jwk {
  return privateJwkOf(key);
}

/** The 32 bytes of an Ed25519 seed. */
export function exportPrivateKeyRaw(key: PrivateKey): Uint8Array {
  return rawOf(privateJwkOf(key), 'd');
}

/** An Ed25519 seed in base64url. */
export function exportPrivateKeyBase64url(key: PrivateKey): string {
  exportPrivateKeyRaw(key);
  return privateJwkOf(key).d!;
}

/** An Ed25519 seed in lower-case hexadecimal. */
export function exportPrivateKeyHex(key: PrivateKey): string {
  return encodeHex(exportPrivateKeyRaw(key));
}

/** The public key as PEM (SubjectPublicKeyInfo). */
export async function exportPublicKeyPem(key: PublicKey | PrivateKey): Promise<string> {
  const jwk = publicJwkOf(key);
  return publicPem(key.algorithm, jwk);
}

/** The private key as PEM (PKCS #8, not encrypted). */
export async function exportPrivateKeyPem(key: PrivateKey): Promise<string> {
  const jwk = privateJwkOf(key);
  return privatePem(key.algorithm, jwk);
}

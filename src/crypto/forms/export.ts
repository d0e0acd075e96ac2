/**
 * Keys written down, each form by its own function; the import function of the same name reads it.
 *
 * Private keys show themselves only if imported or generated with `extractable: true`.
 *
 * @module
 */

import { assertNoPromise } from '../../internal/assert.ts';
import { algorithms } from '../algorithm.ts';
import { type Jwk, memberBytes } from '../jwk.ts';
import { PrivateKey, PublicKey } from '../key.ts';
import { writePkcs8, writeSpki } from './key-der.ts';
import { writePem } from './pem.ts';

/** The public members of either half. */
function publicJwkOf(key: PublicKey | PrivateKey): Jwk {
  assertNoPromise(key, 'key');
  const jwk = key instanceof PublicKey ? key.jwk : key instanceof PrivateKey ? key.publicJwk : undefined;
  if (jwk === undefined) throw new TypeError('key must be a PublicKey, or a PrivateKey whose public key is known');
  return jwk;
}

function privateJwkOf(key: PrivateKey): Jwk {
  assertNoPromise(key, 'key');
  if (!(key instanceof PrivateKey)) throw new TypeError('key must be a PrivateKey');
  return key.exportJwk();
}

function rawOf(jwk: Jwk, member: 'x' | 'd'): Uint8Array {
  if (jwk.kty !== 'OKP') throw new TypeError('only Ed25519 keys have a raw form');
  return memberBytes(jwk, member);
}

/**
 * The public key as JWK: the members a thumbprint hashes.
 *
 * @throws {TypeError} If `key` is no key, or a private key whose public one is not known.
 */
export function exportPublicKeyJwk(key: PublicKey | PrivateKey): Jwk {
  return { ...publicJwkOf(key) };
}

/**
 * The 32 bytes of an Ed25519 public key.
 *
 * @throws {TypeError} If `key` is no Ed25519 key, or a private key whose public one is not known.
 */
export function exportPublicKeyRaw(key: PublicKey | PrivateKey): Uint8Array {
  return rawOf(publicJwkOf(key), 'x');
}

/**
 * The private key as JWK, its public members included.
 *
 * @throws {TypeError} If `key` is no private key, or is not extractable.
 */
export function exportPrivateKeyJwk(key: PrivateKey): Jwk {
  return privateJwkOf(key);
}

/**
 * The 32 bytes of an Ed25519 seed.
 *
 * @throws {TypeError} If `key` is no Ed25519 private key, or is not extractable.
 */
export function exportPrivateKeyRaw(key: PrivateKey): Uint8Array {
  return rawOf(privateJwkOf(key), 'd');
}

/**
 * The public key as PEM (SubjectPublicKeyInfo).
 *
 * @throws {TypeError} If `key` is no key, or a private key whose public one is not known.
 */
export async function exportPublicKeyPem(key: PublicKey | PrivateKey): Promise<string> {
  const jwk = publicJwkOf(key);
  return writePem('PUBLIC KEY', writeSpki(algorithms[key.algorithm], jwk));
}

/**
 * The private key as PEM (PKCS #8, not encrypted).
 *
 * @throws {TypeError} If `key` is no private key, or is not extractable.
 */
export async function exportPrivateKeyPem(key: PrivateKey): Promise<string> {
  const jwk = privateJwkOf(key);
  return writePem('PRIVATE KEY', writePkcs8(algorithms[key.algorithm], jwk));
}

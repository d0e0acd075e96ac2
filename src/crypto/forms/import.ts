/**
 * Keys from the texts and objects that carry them: JWK and PEM, for every algorithm that has key pairs.
 *
 * @module
 */

import type { Jwk } from '../jwk.ts';
import type { PrivateKey, PublicKey } from '../key.ts';
import { createPrivateKey, createPublicKey } from '../key-pair.ts';
import { type ImportKeyOptions, type ImportPrivateKeyOptions, readPrivateOptions, readPublicOptions } from './import-options.ts';
import { readPrivateJwk, readPublicJwk } from './jwk.ts';
import { readPrivatePem, readPublicPem } from './pem.ts';

/**
 * Imports a public key from JWK.
 *
 * @throws {TypeError} If it is a private key, a secret, or no JWK, if a member is missing, or if the members, `alg`, `use`, `key_ops` and
 *   the `algorithm` asked for do not agree.
 * @throws {RangeError} If it is a point of small order, or an RSA key whose modulus is not odd and of 2,048 to 16,384 bits or whose
 *   exponent is not odd and from 3 to 2^32 - 1.
 */
export async function importPublicKeyJwk(jwk: Jwk, options?: ImportKeyOptions): Promise<PublicKey> {
  const read = readPublicJwk(jwk, readPublicOptions(options));
  return createPublicKey(read.algorithm, read.jwk);
}

/**
 * Imports a private key from JWK. Its public members are required (RFC 8037, section 2; RFC 7518, section 6).
 *
 * @throws {TypeError} As `importPublicKeyJwk`; also if private and public members do not belong together, which some runtimes let pass.
 * @throws {RangeError} As `importPublicKeyJwk`.
 */
export async function importPrivateKeyJwk(jwk: Jwk, options?: ImportKeyOptions & ImportPrivateKeyOptions): Promise<PrivateKey> {
  const { algorithm, extractable } = readPrivateOptions(options);
  const read = readPrivateJwk(jwk, algorithm);
  return createPrivateKey(read.algorithm, read.jwk, extractable);
}

/**
 * Imports a public key from PEM: `PUBLIC KEY` (SubjectPublicKeyInfo), or `RSA PUBLIC KEY` (PKCS #1).
 *
 * @throws {TypeError} If it is a private key, another form, or an RSA key without `algorithm`.
 * @throws {RangeError} As `importPublicKeyJwk`.
 */
export async function importPublicKeyPem(publicKey: string, options?: ImportKeyOptions): Promise<PublicKey> {
  const read = readPublicPem(publicKey, readPublicOptions(options));
  return createPublicKey(read.algorithm, read.jwk);
}

/**
 * Imports a private key from PEM, not encrypted: `PRIVATE KEY` (PKCS #8), `RSA PRIVATE KEY` (PKCS #1) or `EC PRIVATE KEY` (SEC 1).
 *
 * @throws {TypeError} If it is a public key, another form, an RSA key without `algorithm`, or if there is anything besides the key.
 * @throws {RangeError} As `importPublicKeyJwk`.
 */
export async function importPrivateKeyPem(privateKey: string, options?: ImportKeyOptions & ImportPrivateKeyOptions): Promise<PrivateKey> {
  const { algorithm, extractable } = readPrivateOptions(options);
  const read = await readPrivatePem(privateKey, algorithm);
  return createPrivateKey(read.algorithm, read.jwk, extractable);
}

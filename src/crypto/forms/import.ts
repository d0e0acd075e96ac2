/**
 * Keys from their standard forms: JWK, PEM and WebCrypto's own, for every algorithm that has key pairs.
 *
 * @module
 */

import type { Jwk } from '../jwk.ts';
import type { PrivateKey, PublicKey } from '../key.ts';
import { makePrivateKey, makePublicKey, publicHalf } from '../key-pair.ts';
import type { CryptoKeyLike } from '../runtime.ts';
import { readPrivateCryptoKey, readPublicCryptoKey } from './crypto-key.ts';
import type { ImportCryptoKeyOptions, ImportKeyOptions, ImportPrivateKeyOptions } from './import-options.ts';
import { readPrivateJwk, readPublicJwk } from './jwk.ts';
import { readPrivatePem, readPublicPem } from './pem.ts';

/**
 * Imports a public key from JWK.
 *
 * @throws {TypeError | RangeError} for a private key, a secret, a point of small order, an RSA key of under 2048 bits,
 *   and wherever the members, `alg`, `use`, `key_ops` and the `algorithm` asked for do not agree
 */
export async function importPublicKeyJwk(jwk: Jwk, options?: ImportKeyOptions): Promise<PublicKey> {
  return makePublicKey(await readPublicJwk(jwk, options));
}

/**
 * Imports a private key from JWK. Its public members are required (RFC 8037, section 2; RFC 7518, section 6).
 *
 * @throws {TypeError | RangeError} also if private and public members do not belong together, which some runtimes let pass
 */
export async function importPrivateKeyJwk(jwk: Jwk, options?: ImportKeyOptions & ImportPrivateKeyOptions): Promise<PrivateKey> {
  return makePrivateKey(await readPrivateJwk(jwk, options), options?.extractable);
}

/**
 * Imports a public key from PEM: `PUBLIC KEY`, or `RSA PUBLIC KEY`.
 *
 * @throws {TypeError | RangeError} for a private key, another form, and an RSA key of under 2048 bits or without `algorithm`
 */
export async function importPublicKeyPem(publicKey: string, options?: ImportKeyOptions): Promise<PublicKey> {
  return makePublicKey(await readPublicPem(publicKey, options));
}

/**
 * Imports a private key from PEM, not encrypted: `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
 *
 * @throws {TypeError | RangeError} for a public key, another form, and an RSA key of under 2048 bits or without `algorithm`
 */
export async function importPrivateKeyPem(privateKey: string, options?: ImportKeyOptions & ImportPrivateKeyOptions): Promise<PrivateKey> {
  return makePrivateKey(await readPrivatePem(privateKey, options), options?.extractable);
}

/**
 * Imports a public `CryptoKey`. It must be extractable, since its bytes are checked.
 *
 * @throws {TypeError} for a private key, and one of an algorithm or hash that is not supported
 */
export async function importPublicCryptoKey(publicKey: CryptoKeyLike): Promise<PublicKey> {
  return makePublicKey(await readPublicCryptoKey(publicKey));
}

/**
 * Imports a private `CryptoKey`, extractable or not; it is never exported.
 *
 * @throws {TypeError} for a public key, one that may not sign, or one that does not belong to `publicKey`
 */
export async function importPrivateCryptoKey(privateKey: CryptoKeyLike, options?: ImportCryptoKeyOptions): Promise<PrivateKey> {
  return makePrivateKey(await readPrivateCryptoKey(privateKey, options));
}

/**
 * The public half of a private key, ready to verify.
 *
 * @throws {TypeError} if it is not known: the key is a non-extractable `CryptoKey` that came alone
 */
export async function derivePublicKey(privateKey: PrivateKey): Promise<PublicKey> {
  return publicHalf(privateKey);
}

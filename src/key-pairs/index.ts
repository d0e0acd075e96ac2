/**
 * `countersign/key-pairs`: keys in every form they are written in, read and written: raw bytes, JWK, PEM and `CryptoKey`.
 *
 * Each form has functions of its own, and each text encoding too: what a text is, is never guessed. A key in hexadecimal is
 * `importPublicKeyRaw(decodeHex(text))`.
 *
 * @module
 */

export type { Algorithm } from '../crypto/algorithm.ts';
export { importPrivateCryptoKey, importPublicCryptoKey } from '../crypto/forms/crypto-key.ts';
export {
  exportPrivateKeyJwk,
  exportPrivateKeyPem,
  exportPrivateKeyRaw,
  exportPublicKeyJwk,
  exportPublicKeyPem,
  exportPublicKeyRaw,
} from '../crypto/forms/export.ts';
export { importPrivateKeyJwk, importPrivateKeyPem, importPublicKeyJwk, importPublicKeyPem } from '../crypto/forms/import.ts';
export type { ImportCryptoKeyOptions, ImportKeyOptions, ImportPrivateKeyOptions } from '../crypto/forms/import-options.ts';
export { importPrivateKeyRaw, importPublicKeyRaw } from '../crypto/forms/raw.ts';
export { secretFromJwk } from '../crypto/forms/secret-jwk.ts';
export { decodeBase64url, decodeHex, encodeBase64url, encodeHex } from '../crypto/forms/text.ts';
export type { Jwk } from '../crypto/jwk.ts';
export type { PrivateKey, PublicKey, VerificationKey } from '../crypto/key.ts';
export { derivePublicKey, type GenerateKeyPairOptions, generateKeyPair, type KeyPair } from '../crypto/key-pair.ts';
export type { RandomBytes } from '../crypto/random.ts';
export type { CryptoKeyLike } from '../crypto/runtime.ts';
export { createSigner, type Signer, type SignerOptions } from '../crypto/signer.ts';
export { jwkThumbprint } from '../crypto/thumbprint.ts';
export type { Awaitable } from '../internal/awaitable.ts';

/**
 * countersign: sign every HTTP request on the client, verify it exactly once on the server, never send the secret.
 *
 * @module
 */

export { canonicalizeFields } from './canonical/fields.ts';
export { type CanonicalizeJsonOptions, canonicalizeJson } from './canonical/json.ts';
export type { Algorithm } from './crypto/algorithm.ts';
export type { CryptoKeyLike } from './crypto/crypto-key.ts';
export {
  exportPrivateKeyBase64url,
  exportPrivateKeyHex,
  exportPrivateKeyJwk,
  exportPrivateKeyPem,
  exportPrivateKeyRaw,
  exportPublicKeyBase64url,
  exportPublicKeyHex,
  exportPublicKeyJwk,
  exportPublicKeyPem,
  exportPublicKeyRaw,
} from './crypto/export-key.ts';
export { type HmacSignerOptions, hmacKey, hmacSigner, type Secret } from './crypto/hmac.ts';
export {
  derivePublicKey,
  importPrivateCryptoKey,
  importPrivateKeyJwk,
  importPrivateKeyPem,
  importPublicCryptoKey,
  importPublicKeyJwk,
  importPublicKeyPem,
} from './crypto/import-key.ts';
export {
  importPrivateKeyBase64url,
  importPrivateKeyHex,
  importPrivateKeyRaw,
  importPublicKeyBase64url,
  importPublicKeyHex,
  importPublicKeyRaw,
} from './crypto/import-raw.ts';
export type { Jwk } from './crypto/jwk.ts';
export { jwkThumbprint } from './crypto/jwk-thumbprint.ts';
export type { ImportCryptoKeyOptions, ImportKeyOptions, ImportPrivateKeyOptions } from './crypto/key-options.ts';
export { type GenerateKeyPairOptions, generateKeyPair, type KeyPair } from './crypto/make-key-pair.ts';
export type { PrivateKey } from './crypto/private-key.ts';
export type { PublicKey } from './crypto/public-key.ts';
export type { RandomBytes } from './crypto/random.ts';
export {
  exportSecretBase64url,
  exportSecretHex,
  generateSecret,
  type SecretOptions,
  secretFromBase64url,
  secretFromHex,
  secretFromJwk,
} from './crypto/secret.ts';
export { createSigner, type Signer, type SignerOptions } from './crypto/signer.ts';
export type { VerificationKey } from './crypto/verification-key.ts';
export {
  isSignedFetchError,
  isVerificationError,
  type Problem,
  SignedFetchError,
  type SignedFetchErrorCode,
  VerificationError,
  type VerificationErrorCode,
  type VerificationErrorOptions,
} from './errors.ts';
export { createNegotiator } from './fetch/negotiate.ts';
export type { Fetch, Negotiator, RetryOptions, SignedFetchOptions } from './fetch/options.ts';
export { parseRefusal, type Refusal } from './fetch/refusal.ts';
export { createResponseVerifier, type ResponseVerifier, type ResponseVerifierOptions } from './fetch/response-verifier.ts';
export { createSignedFetch } from './fetch/signed-fetch.ts';
export type { FieldType, FieldTypes } from './http/field.ts';
export { createJwksResolver, type JwksResolverOptions } from './http/jwks-resolver.ts';
export type { Limits } from './http/limits.ts';
export {
  type Content,
  type FieldLines,
  type HeadersLike,
  messageFromRequest,
  messageFromResponse,
  type RequestMessage,
  type ResponseMessage,
} from './http/message.ts';
export { type SignRequestOptions, signRequest } from './http/sign.ts';
export type { SignedFields, SignOptions } from './http/sign-message.ts';
export { type SignResponseOptions, signResponse } from './http/sign-response.ts';
export { parseUnverifiedSignatures } from './http/unverified.ts';
export type { VerifiedRequest, VerifiedSignature } from './http/verified-request.ts';
export { createVerifier, type PolicyChoice, type Verifier, type VerifierOptions } from './http/verify.ts';
export type { QueryCarrier } from './http/verify-request.ts';
export { type VerifiedResponse, type VerifyResponseOptions, verifyResponse } from './http/verify-response.ts';
export type { Awaitable } from './internal/awaitable.ts';
export type { Component } from './signature/component.ts';
export type { KeyLookup, KeyRecord, ResolveKey } from './signature/key-record.ts';
export { type MemoryReplayStoreOptions, memoryReplayStore } from './signature/memory-replay-store.ts';
export type { Policy } from './signature/policy.ts';
export type { ConsumeRequest, Consumption, ReplayStore } from './signature/replay-store.ts';
export type { StandardResult, StandardSchema } from './signature/standard-schema.ts';
export type { UnverifiedSignature } from './signature/unverified-signature.ts';

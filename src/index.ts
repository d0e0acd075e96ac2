/**
 * countersign: sign every HTTP request on the client, verify it exactly once on the server, never send the secret.
 *
 * @module
 */

export { canonicalizeFields } from './canonical/fields.ts';
export { type CanonicalizeJsonOptions, canonicalizeJson } from './canonical/json.ts';
export type { Algorithm } from './crypto/algorithm.ts';
export { type HmacSignerOptions, hmacKey, hmacSigner, type Secret } from './crypto/hmac/hmac.ts';
export { type GenerateSecretOptions, generateSecret, type SecretOptions } from './crypto/hmac/secret.ts';
export type { Jwk } from './crypto/jwk.ts';
export type { PrivateKey, PublicKey, VerificationKey } from './crypto/key.ts';
export { type GenerateKeyPairOptions, generateKeyPair, type KeyPair } from './crypto/key-pair.ts';
export type { RandomBytes } from './crypto/random.ts';
export type { CryptoKeyLike } from './crypto/runtime.ts';
export { createSigner, type Signer, type SignerOptions } from './crypto/signer.ts';
export {
  isSignedFetchError,
  isVerificationError,
  type Problem,
  SignedFetchError,
  type SignedFetchErrorCode,
  type UnmetRequirement,
  VerificationError,
  type VerificationErrorCode,
  type VerificationErrorOptions,
} from './errors.ts';
export { createNegotiator, type Negotiator, type NegotiatorOptions } from './fetch/negotiate.ts';
export type { Fetch, SignedFetchOptions } from './fetch/options.ts';
export { type ParseRefusalOptions, parseRefusal, type Refusal } from './fetch/refusal.ts';
export { createResponseVerifier, type ResponseVerifier, type ResponseVerifierOptions } from './fetch/response-verifier.ts';
export type { RetryOptions } from './fetch/retry.ts';
export type { SignedEvent, SigningOptions } from './fetch/sign.ts';
export { createSignedFetch } from './fetch/signed-fetch.ts';
export type { Limits } from './http/limits.ts';
export { parseUnverifiedSignatures } from './http/parse-unverified.ts';
export type { PolicyChoice } from './http/policies.ts';
export { type BareSignRequestOptions, type SignRequestOptions, signRequest } from './http/sign-request.ts';
export { type BareSignResponseOptions, type SignResponseOptions, signResponse } from './http/sign-response.ts';
export { type Upload, type UploadOptions, verifyUpload } from './http/upload/verify-upload.ts';
export { createVerifier, type LaterVerifier, type UnconsumedRequest, type Verifier } from './http/verifier.ts';
export type { LaterVerifierOptions, VerifierOptions } from './http/verifier-options.ts';
export { type VerifiedResponse, type VerifyResponseOptions, verifyResponse } from './http/verify-response.ts';
export type { Awaitable } from './internal/awaitable.ts';
export type { JwksKeyRecord, JwksOrigin } from './jwks/key-sets.ts';
export type { JwksFetch, JwksResponse } from './jwks/load-jwks.ts';
export { createJwksResolver, type JwksAddress, type JwksResolverOptions } from './jwks/resolver.ts';
export { type MemoryReplayStoreOptions, memoryReplayStore } from './replay/memory-store.ts';
export type { BatchReplayStore, ConsumeRequest, Consumption, ReplayStore } from './replay/store.ts';
export type { Component } from './rfc9421/component.ts';
export type { CoveredComponent } from './rfc9421/coverage.ts';
export {
  type Content,
  type FieldLines,
  type HeadersLike,
  messageFromRequest,
  messageFromResponse,
  type RequestMessage,
  type ResponseMessage,
} from './rfc9421/message.ts';
export type { QuerySpelling } from './rfc9421/stable-url.ts';
export type { FieldType, FieldTypes } from './rfc9421/structured-field.ts';
export type { TargetForm } from './rfc9421/target.ts';
export type { UnverifiedSignature } from './rfc9421/unverified-signature.ts';
export type { Authority, AuthorityOptions, Scheme } from './signature/authority.ts';
export type { Consumer, Proof } from './signature/consumer.ts';
export { type HmacSecretsOptions, hmacSecrets, type SecretLookup, type SecretRecord } from './signature/hmac-secrets.ts';
export type { KeyLookup, KeylessSignature, KeyRecord, ResolveKey, ResolveKeyWithoutKeyid } from './signature/key-record.ts';
export type { Policy, ResponsePolicy } from './signature/policy.ts';
export type { FoundInQuery, QueryCarrier } from './signature/query-carrier.ts';
export type { BareSignedFields, OmittedParameter, SignedFields, SignOptions } from './signature/sign.ts';
export type { StandardResult, StandardSchema } from './signature/verified/schema.ts';
export type { ConsumeLater, Unconsumed } from './signature/verified/unconsumed.ts';
export type { VerifiedSignature, VerifiedSignatures } from './signature/verified/verified.ts';
export type { VerifiedRequest } from './signature/verified/verified-request.ts';

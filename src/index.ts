/**
 * countersign: sign every HTTP request on the client, verify it exactly once on the server, never send the secret.
 *
 * @module
 */

export { canonicalizeFields } from './canonical/fields.ts';
export { canonicalizeJson } from './canonical/json.ts';
export type { Algorithm } from './crypto/algorithm.ts';
export type { Signer } from './crypto/signer.ts';
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
export { createAcceptSignature, fulfillAcceptSignature, parseAcceptSignature, type RequestedSignature } from './http/accept-signature.ts';
export { createContentDigest, type DigestAlgorithm, readWantedDigest, verifyContentDigest } from './http/content-digest.ts';
export type { FieldType, FieldTypes } from './http/field.ts';
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
export { type SignedFields, type SignOptions, type SignRequestOptions, type SignResponseOptions, signRequest, signResponse } from './http/sign.ts';
export { parseUnverifiedSignatures } from './http/unverified.ts';
export type { VerifiedRequest, VerifiedSignature } from './http/verified-request.ts';
export { createVerifier, type PolicyChoice, type Verifier, type VerifierOptions } from './http/verify.ts';
export { type VerifiedResponse, type VerifyResponseOptions, verifyResponse } from './http/verify-response.ts';
export type { Awaitable } from './internal/awaitable.ts';
export type { Component } from './signature/component.ts';
export type { KeyLookup, KeyRecord, ResolveKey } from './signature/key-record.ts';
export type { Policy } from './signature/policy.ts';
export type { ConsumeRequest, Consumption, ReplayStore } from './signature/replay-store.ts';
export type { StandardResult, StandardSchema } from './signature/standard-schema.ts';
export type { UnverifiedSignature } from './signature/unverified-signature.ts';

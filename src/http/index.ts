/**
 * countersign/http: the fields beside the signature, for who makes or reads them by hand: Accept-Signature (RFC 9421,
 * section 5), Content-Digest and its kin (RFC 9530).
 *
 * @module
 */

export type { DigestAlgorithm } from '../crypto/digest.ts';
export { createContentDigest, readWantedDigest, verifyContentDigest } from '../signature/content-digest.ts';
export { createAcceptSignature, parseAcceptSignature, type RequestedSignature } from './accept-signature.ts';
export { fulfillAcceptSignature } from './fulfill-accept-signature.ts';

/**
 * countersign/http: the fields beside the signature, for who makes or reads them by hand: Accept-Signature (RFC 9421,
 * section 5), Content-Digest and its kin (RFC 9530).
 *
 * @module
 */

export { createAcceptSignature, parseAcceptSignature, type RequestedSignature } from './accept-signature.ts';
export { createContentDigest, type DigestAlgorithm, readWantedDigest, verifyContentDigest } from './content-digest.ts';
export { fulfillAcceptSignature } from './fulfill-accept-signature.ts';

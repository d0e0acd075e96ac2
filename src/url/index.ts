/**
 * `countersign/url`: requests that somebody else will make.
 *
 * @module
 */

export { type SignUrlOptions, signUrl } from './sign-url.ts';
export { type SignedUrlPolicy, signedUrls, type VerifyUrlOptions, verifyUrl } from './verify-url.ts';

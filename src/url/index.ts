/**
 * `countersign/url`: requests that somebody else will make.
 *
 * @module
 */

export { type SignUrlOptions, signUrl } from './sign-url.ts';
export {
  type LaterUrlOptions,
  type SignedUrlPolicy,
  signedUrls,
  type UnconsumedUrl,
  type VerifyUrlOptions,
  verifyUrl,
} from './verify-url.ts';

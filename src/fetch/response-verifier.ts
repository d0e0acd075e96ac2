/**
 * Responses that are verified before anybody sees them.
 *
 * @module
 */

import type { VerifyResponseOptions } from '../http/verify-response.ts';
import { assertFunction, assertObject } from '../internal/assert.ts';
import { verifyAnswer } from './verify-answer.ts';

/** How to verify responses. */
export interface ResponseVerifierOptions extends Omit<VerifyResponseOptions, 'nonce'> {
  /**
   * Hands the content over while it arrives, of any size: status, fields and digest are verified before, and the content
   * at its end, where reading fails if it is not what was signed. Use nothing of it before that.
   */
  readonly streaming?: boolean | undefined;
}

/** Verifies the answer to a request, and gives it back made anew of what was verified. `nonce` is the request's. */
export type ResponseVerifier = (response: Response, request: Request, nonce: string) => Promise<Response>;

/**
 * The `verifyResponse` of `createSignedFetch`: signature, status, content, and that it answers this very request. Handed
 * in, so that only pages that verify load what that needs.
 *
 * What it refuses rejects with `SignedFetchError` `response_refused`, with the `VerificationError` as `cause`.
 *
 * @throws {TypeError} If `resolveKey` is missing.
 */
export function createResponseVerifier(options: ResponseVerifierOptions): ResponseVerifier {
  assertObject(options, 'options');
  assertFunction(options.resolveKey, 'resolveKey');
  return async (response, request, nonce) => {
    return verifyAnswer(response, request, { ...options, nonce });
  };
}

/**
 * Responses that are verified before anybody sees them.
 *
 * @see RFC 9421, section 2.4; RFC 9530, section 2
 * @module
 */

import { isVerificationError, SignedFetchError } from '../errors.ts';
import { verifyContentDigest } from '../http/content-digest.ts';
import { DEFAULT_LIMITS } from '../http/limits.ts';
import { messageFromRequest, messageFromResponse } from '../http/message.ts';
import { type VerifyResponseOptions, verifyResponse } from '../http/verify-response.ts';
import { assertFunction, assertObject } from '../internal/assert.ts';
import { readBody } from './read-body.ts';

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
export function createResponseVerifier(options: Omit<VerifyResponseOptions, 'nonce'>): ResponseVerifier {
  assertObject(options, 'options');
  assertFunction(options.resolveKey, 'resolveKey');
  return (response, request, nonce) => verifyAnswer(response, request, { ...options, nonce });
}

async function verifyAnswer(response: Response, request: Request, options: VerifyResponseOptions): Promise<Response> {
  const limit = options.limits?.bodyBytes ?? DEFAULT_LIMITS.bodyBytes;
  const bytes = await readBody(response, limit, request.signal);
  if (bytes === undefined) throw refused(response, `is larger than limits.bodyBytes (${limit})`);
  try {
    if (isCoded(response)) await verifyCoded(response, bytes, request, options);
    else await verifyResponse(messageFromResponse(response, bytes), messageFromRequest(request), options);
  } catch (cause) {
    if (isVerificationError(cause)) throw refused(response, `is not accepted: ${cause.message}`, cause);
    throw cause;
  }
  return rebuilt(response, bytes);
}

/**
 * `fetch` has undone the content coding, but Content-Digest is of the coded bytes: nobody can check it here. What can
 * be is Unencoded-Digest, if it is signed.
 */
async function verifyCoded(response: Response, bytes: Uint8Array, request: Request, options: VerifyResponseOptions): Promise<void> {
  const digest = response.headers.get('unencoded-digest');
  if (digest === null) {
    throw refused(
      response,
      'has a content coding, which fetch undoes, so that its Content-Digest cannot be checked: have the server sign Unencoded-Digest, or send it without coding',
    );
  }
  const { policy = {} } = options;
  const ours = {
    ...policy,
    components: [...(policy.components ?? []), 'unencoded-digest'],
    insecurelyAllowUncovered: [...(policy.insecurelyAllowUncovered ?? []), 'content-digest'],
  };
  await verifyResponse(messageFromResponse(response, bytes), messageFromRequest(request), { ...options, policy: ours });
  await verifyContentDigest(digest, bytes);
}

function isCoded({ headers }: Response): boolean {
  return (headers.get('content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity';
}

function rebuilt(response: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const { status, statusText, headers, url } = response;
  const bodiless = status === 204 || status === 205 || status === 304;
  const made = new Response(bodiless ? null : bytes, { status, statusText, headers });
  // The constructor cannot set it.
  return Object.defineProperty(made, 'url', { value: url, enumerable: true, configurable: true });
}

function refused({ status }: Response, why: string, cause?: unknown): SignedFetchError {
  return new SignedFetchError('response_refused', `the response (${status}) ${why}`, { cause });
}

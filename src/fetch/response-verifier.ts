/**
 * Responses that are verified before anybody sees them.
 *
 * @module
 */

import { isVerificationError, SignedFetchError } from '../errors.ts';
import { createDigestStream } from '../http/digest-stream.ts';
import { DEFAULT_LIMITS } from '../http/limits.ts';
import { type VerifyResponseOptions, verifyResponse } from '../http/verify-response.ts';
import { assertFunction, assertObject } from '../internal/assert.ts';
import { messageFromRequest, messageFromResponse } from '../rfc9421/message.ts';
import { readBody } from '../runtime/read-stream.ts';
import { verifyContentDigest } from '../signature/content-digest.ts';

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

// Verifying the answer to a signed request, whole or while it flows, and making it anew of what was verified.
//
// @see RFC 9421, section 2.4; RFC 9530, section 2

type AnswerOptions = VerifyResponseOptions & { readonly streaming?: boolean | undefined };

/** The verified answer; what is refused rejects as `response_refused`. */
export async function verifyAnswer(response: Response, request: Request, options: AnswerOptions): Promise<Response> {
  try {
    return await (options.streaming ? verifyFlowing : verifyWhole)(response, request, options);
  } catch (cause) {
    if (isVerificationError(cause)) throw refused(response, `is not accepted: ${cause.message}`, { cause });
    throw cause;
  }
}

async function verifyWhole(response: Response, request: Request, options: VerifyResponseOptions): Promise<Response> {
  const limit = options.limits?.bodyBytes ?? DEFAULT_LIMITS.bodyBytes;
  const bytes = await readBody(response, limit, request.signal);
  if (bytes === undefined) throw refused(response, `is larger than limits.bodyBytes (${limit})`);
  if (!isCoded(response)) await verifyResponse(messageFromResponse(response, bytes), messageFromRequest(request), options);
  else await verifyContentDigest(await verifyFields(response, request, options), bytes);
  return rebuilt(response, bytes);
}

async function verifyFlowing(response: Response, request: Request, options: VerifyResponseOptions): Promise<Response> {
  const value = await verifyFields(response, request, options);
  if (response.body === null) {
    await verifyContentDigest(value, new Uint8Array(0));
    return rebuilt(response, null);
  }
  return rebuilt(response, response.body.pipeThrough(await createDigestStream(value)));
}

/**
 * Verifies everything but the content, and answers the signed digest that the content must fit.
 *
 * Where `fetch` has undone a content coding, that is Unencoded-Digest: Content-Digest is of the coded bytes.
 */
async function verifyFields(response: Response, request: Request, options: VerifyResponseOptions): Promise<string> {
  const name = isCoded(response) ? 'unencoded-digest' : 'content-digest';
  const value = response.headers.get(name);
  if (value === null) throw refused(response, isCoded(response) ? CODED : 'has no Content-Digest');
  const { policy = {} } = options;
  const ours = {
    ...policy,
    components: [...(policy.components ?? []), name],
    insecurelyAllowUncovered: [...(policy.insecurelyAllowUncovered ?? []), 'content-digest'],
  };
  await verifyResponse(messageFromResponse(response), messageFromRequest(request), { ...options, policy: ours });
  return value;
}

const CODED =
  'has a content coding, which fetch undoes, so that its Content-Digest cannot be checked: have the server sign Unencoded-Digest, or send it without coding';

function isCoded({ headers }: Response): boolean {
  return (headers.get('content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity';
}

function rebuilt(response: Response, content: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null): Response {
  const { status, statusText, headers, url } = response;
  const bodiless = status === 204 || status === 205 || status === 304;
  const made = new Response(bodiless ? null : content, { status, statusText, headers });
  // The constructor cannot set it.
  return Object.defineProperty(made, 'url', { value: url, enumerable: true, configurable: true });
}

function refused({ status }: Response, why: string, options?: ErrorOptions): SignedFetchError {
  return new SignedFetchError('response_refused', `the response (${status}) ${why}`, options);
}

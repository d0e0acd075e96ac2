/**
 * Verifying of signed URLs, by themselves or inside a verifier of requests.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { VerificationError } from '../errors.ts';
import type { VerifiedRequest } from '../http/verified-request.ts';
import { createVerifier, type VerifierOptions } from '../http/verifier.ts';
import type { QueryCarrier } from '../http/verify-request.ts';
import { assertInteger, assertObject } from '../internal/assert.ts';
import type { ReplayStore } from '../replay/store.ts';
import { messageFromRequest, type RequestMessage, splitUrl } from '../rfc9421/message.ts';
import { fixedRequirement, readFixedSignature } from '../signature/fixed-form.ts';
import { asRefusal } from '../signature/refusal.ts';
import { cutSignature, hasSignaturePair, SCHEMES, URL_COMPONENTS, URL_TAG } from './query.ts';

/** What is asked of signed URLs. Durations are whole seconds. */
export interface SignedUrlPolicy {
  /** Exact names that others may have added anywhere in the query. */
  readonly ignore?: readonly string[] | undefined;
  /** Refuses URLs without a nonce. */
  readonly oneTime?: boolean | undefined;
  readonly algorithms?: readonly Algorithm[] | undefined;
  /** The longest time from `created` to `expires`; 604800 (a week) by default. */
  readonly maxAge?: number | undefined;
  /** How far `created` may lie ahead of our clock; 5 by default. */
  readonly futureSkew?: number | undefined;
}

/** The `query` option of `createVerifier`: requests without signature fields may be signed by their URL. */
export function signedUrls(policy: SignedUrlPolicy = {}): QueryCarrier {
  const { ignore = [], oneTime = false, algorithms, maxAge = 604_800, futureSkew = 5 } = policy;
  assertInteger(maxAge, 'maxAge', 1, 2 ** 31);
  assertInteger(futureSkew, 'futureSkew', 0, 3600);
  const ignored = new Set(ignore);
  const requirement = fixedRequirement({
    tag: URL_TAG,
    algorithms: algorithms && new Set(algorithms),
    maxAge,
    futureSkew,
    nonce: oneTime ? 'required' : 'optional',
  });
  return (message) => {
    if (!hasSignaturePair(message.target)) return undefined;
    const { target, input, signature: proof } = cutSignature(message.target, ignored);
    const signature = readFixedSignature(input, proof, URL_COMPONENTS, URL_TAG);
    // URLs are kept, forwarded and logged.
    if (signature.expires === undefined) throw new VerificationError('signature_malformed', 'a signed URL must expire');
    // A URL that may be fetched may be asked about: HEAD is verified as GET.
    const signedMethod = message.method === 'HEAD' ? 'GET' : message.method;
    return { message: { ...message, target }, signedMethod, signature, requirement };
  };
}

/** How to judge one signed URL. */
export interface VerifyUrlOptions
  extends SignedUrlPolicy,
    Pick<VerifierOptions, 'authority' | 'insecurelyTrustHost' | 'resolveKey' | 'scheme' | 'timeout' | 'now'> {
  /** Needed for URLs that may be used once; without it they are refused. */
  readonly replayStore?: ReplayStore | undefined;
}

/**
 * Verifies a signed URL: a `Request`, a message, or a URL with the method it is opened with. Of the result, method, path
 * and query (without the signature) are verified; fields and content are not.
 *
 * @throws {VerificationError} If it is refused.
 */
export async function verifyUrl(
  request: Request | RequestMessage | { readonly url: string | URL; readonly method?: string | undefined },
  options: VerifyUrlOptions,
): Promise<VerifiedRequest> {
  assertObject(options, 'options');
  const verifier = createVerifier({ ...options, replayStore: options.replayStore ?? noStore, query: signedUrls(options) });
  // Fields are not looked at: only the query counts here.
  return verifier.verifyRequest({ ...asRefusal(() => messageOf(request)), fields: [], body: undefined });
}

function messageOf(
  request: Request | RequestMessage | { readonly url: string | URL; readonly method?: string | undefined },
): RequestMessage {
  if ('headers' in request) return messageFromRequest(request);
  if ('target' in request) return request;
  const { scheme, authority, target } = splitUrl(String(request.url));
  return { method: request.method ?? 'GET', scheme: SCHEMES[scheme] ?? scheme, authority, target, fields: [] };
}

const noStore: ReplayStore = {
  consume() {
    throw new VerificationError('store_unavailable', 'a one-time URL needs a replay store');
  },
};

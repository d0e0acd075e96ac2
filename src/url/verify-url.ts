/**
 * Verifying of signed URLs, by themselves or inside a verifier of requests.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertFlag, assertFunction, assertSeconds, assertText } from '../internal/assert.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import type { ReplayStore } from '../replay/store.ts';
import { REQUEST_CONTROL } from '../rfc9421/coverage.ts';
import { messageFromRequest, type RequestMessage, splitUrl } from '../rfc9421/message.ts';
import { readFixedSignature } from '../rfc9421/single-signature.ts';
import { requestSource } from '../rfc9421/source.ts';
import { formTarget } from '../rfc9421/stable-url.ts';
import { requireNoFragment, requireTarget } from '../rfc9421/target.ts';
import { clockOf } from '../runtime/time.ts';
import { type AuthorityOptions, readAuthority, type Scheme } from '../signature/authority.ts';
import { explainHidden } from '../signature/hidden-origin.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import { type CommonPolicy, fixedRequirement } from '../signature/policy.ts';
import type { FoundInQuery, QueryCarrier } from '../signature/query-carrier.ts';
import { annotated, asRefusal } from '../signature/refusal.ts';
import { type ConsumeLater, createUnconsumed, requireLater, type Unconsumed } from '../signature/verified/unconsumed.ts';
import { createVerifiedRequest, urlView, type VerifiedRequest } from '../signature/verified/verified-request.ts';
import { type VerifyContext, verifySignatures } from '../signature/verify-signatures.ts';
import { cutSignature, hasSignaturePair, readIgnored, requestScheme, URL_TAG } from './query.ts';

/** What a signed URL must fulfil. Durations are whole seconds; `maxAge` is the longest time from `created` to `expires`, 604,800 (a week) by default. */
export interface SignedUrlPolicy extends CommonPolicy {
  /** Exact names that others may have appended, each once, behind the signature. */
  readonly ignore?: readonly string[] | undefined;
  /** Refuses URLs without a nonce. Default: false; a nonce that is there counts once in any case. */
  readonly oneTime?: boolean | undefined;
}

const POLICY_NAMES: OptionNames<SignedUrlPolicy> = { ignore: true, oneTime: true, algorithms: true, maxAge: true, futureSkew: true };

const WEEK = 604_800;

/** Longer targets are refused before they are looked at. */
const MAX_TARGET = 64 * 1024;

/**
 * The `query` option of `createVerifier`: requests without signature fields may be signed by their URL.
 *
 * @throws {TypeError | RangeError} If a member of the policy is unknown or unusable.
 */
export function signedUrls(policy: SignedUrlPolicy = {}): QueryCarrier {
  const read = readOptions(policy, POLICY_NAMES, { name: 'policy' });
  const { ignore = [], oneTime = false, maxAge = WEEK } = read;
  assertFlag(oneTime, 'policy.oneTime');
  const ignored = readIgnored(ignore, 'policy.ignore');
  const requirement = fixedRequirement(URL_TAG, oneTime ? 'required' : 'optional', { ...read, maxAge }, 'policy.');
  return (message) => {
    if (!hasSignaturePair(message.target)) return undefined;
    const { target, input, signature: written } = cutSignature(message.target, ignored);
    const signature = asRefusal(() => readFixedSignature(input, written, REQUEST_CONTROL, URL_TAG));
    // URLs are kept, forwarded and logged.
    if (signature.expires === undefined) throw new VerificationError('signature_malformed', 'a signed URL must expire');
    // A URL that may be fetched may be asked about: HEAD is verified as GET.
    const signedMethod = message.method === 'HEAD' ? 'GET' : message.method;
    return {
      message: { ...message, target },
      signedMethod,
      required: { signature, requirement, longestAge: maxAge, longestLifetime: maxAge },
    };
  };
}

/** A URL as it is opened. */
export interface OpenedUrl {
  readonly url: string | URL;
  /** The method it is opened with; `GET` by default. */
  readonly method?: string | undefined;
}

/** What is asked about: a URL, how it was opened, or the request that came of it. */
type UrlInput = string | URL | Request | RequestMessage | OpenedUrl;

/** How to verify one signed URL. */
export type VerifyUrlOptions = CommonOptions & {
  /** Remembers the nonces of URLs that may be used once; without it those are refused. */
  readonly replayStore?: ReplayStore | undefined;
  readonly consume?: undefined;
};

/** How to verify one signed URL that its handler consumes: it needs no `replayStore`. */
export type LaterUrlOptions = CommonOptions & ConsumeLater & { readonly replayStore?: undefined };

type CommonOptions = AuthorityOptions & {
  /** Finds the key of a keyid. */
  readonly resolveKey: ResolveKey;
  /** How long a URL may live, what others may append to it, and whether it must be a one-time URL. */
  readonly policy?: SignedUrlPolicy | undefined;
  /** The scheme clients use, when a proxy ends TLS and requests arrive as http. Default: that of the URL. */
  readonly scheme?: Scheme | undefined;
  /** Whether a framework in front wrote the query anew (Next.js): then it is read as `signUrl` spells it. Default: false, it counts as it came. */
  readonly respelledQuery?: boolean | undefined;
  /** Seconds to wait for `resolveKey` and the replay store; 5 by default. */
  readonly timeout?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
};

/** A URL that was verified, and whose nonce, if it has one, is not consumed yet. */
export interface UnconsumedUrl extends Unconsumed<VerifiedRequest> {
  /** The method it was opened with. */
  method(): string;
  /** The raw path, percent-encoding untouched. */
  path(): string;
}

type AllOptions = CommonOptions & { readonly replayStore?: ReplayStore | undefined; readonly consume?: 'later' | undefined };

const NAMES: OptionNames<AllOptions & { readonly authority?: unknown; readonly insecurelyTrustHost?: unknown }> = {
  authority: true,
  insecurelyTrustHost: true,
  resolveKey: true,
  replayStore: true,
  consume: true,
  policy: true,
  scheme: true,
  respelledQuery: true,
  timeout: true,
  now: true,
};

const ELSEWHERE = { ignore: 'policy', oneTime: 'policy', algorithms: 'policy', maxAge: 'policy', futureSkew: 'policy' };

/**
 * Verifies a signed URL: a `Request`, a message, or a URL, which is opened with GET unless the method is given. Of the result, method, path
 * and query (without the signature) are verified; fields and content are not. With `consume: 'later'` the nonce is left to the caller.
 *
 * @throws {VerificationError} If it is refused.
 * @throws {TypeError | RangeError} If there is no URL, or an option is missing, unknown or unusable. The URL is never shown: it opens a door.
 */
export function verifyUrl(request: UrlInput, options: VerifyUrlOptions): Promise<VerifiedRequest>;
export function verifyUrl(request: UrlInput, options: LaterUrlOptions): Promise<UnconsumedUrl>;
export async function verifyUrl(request: UrlInput, options: AllOptions): Promise<VerifiedRequest | UnconsumedUrl> {
  const { carrier, checkAuthority, context, scheme, respelledQuery, later } = readUrlOptions(options);
  const annotate = (error: unknown) => annotated(error, { now: context.now() });
  try {
    const { message, signedMethod, required } = find(messageOf(request), carrier, { scheme, respelledQuery });
    const source = requestSource({ ...message, method: signedMethod });
    const { proven } = await verifySignatures(
      [required],
      urlView(source, () => checkAuthority(message)),
      context,
    );
    const verified = createVerifiedRequest({ message, read: () => undefined, source }, proven, undefined);
    if (!later) return verified;
    const { method, path } = verified;
    return Object.freeze({ ...createUnconsumed(proven, context, verified, { annotate }), method, path });
  } catch (error) {
    throw annotate(explainHidden(error, request));
  }
}

function readUrlOptions(options: AllOptions) {
  const read = readOptions<AllOptions>(options, NAMES as OptionNames<AllOptions>, { elsewhere: ELSEWHERE });
  const { resolveKey, consume, replayStore = NO_STORE, timeout = 5, scheme, respelledQuery = false } = read;
  const later = consume !== undefined;
  assertFunction(resolveKey, 'resolveKey');
  if (later) requireLater(consume, read.replayStore);
  else assertFunction(replayStore.consume, 'replayStore.consume');
  assertSeconds(timeout, 'timeout', 1, 3600);
  assertFlag(respelledQuery, 'respelledQuery');
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') throw new TypeError("scheme must be 'https' or 'http'");
  const checkAuthority = readAuthority(read, timeout);
  const context: VerifyContext = {
    resolveKey,
    resolveKeyWithoutKeyid: undefined,
    replayStore: later ? undefined : replayStore,
    now: clockOf(read.now),
    timeout,
  };
  return { carrier: signedUrls(read.policy), checkAuthority, context, scheme, respelledQuery, later };
}

/** The raw target is checked before anything is cut off it. */
function find(
  message: RequestMessage,
  carrier: QueryCarrier,
  { scheme, respelledQuery }: Pick<VerifyUrlOptions, 'scheme' | 'respelledQuery'>,
): FoundInQuery {
  if (message.target.length > MAX_TARGET) throw new VerificationError('target_malformed', 'the URL is too long');
  asRefusal(() => requireTarget(message));
  const target = respelledQuery ? formTarget(message.target) : message.target;
  const found = carrier({ ...message, scheme: scheme ?? message.scheme, target });
  if (found === undefined) throw new VerificationError('signature_missing', 'the URL has no signature');
  return found;
}

/** Fields are not looked at: only the query counts here. */
function messageOf(request: UrlInput): RequestMessage {
  if (typeof request === 'string') return messageOfUrl(request, 'GET');
  if (typeof request !== 'object' || request === null) throw new TypeError('request must be a URL, a Request, or { url, method }');
  // By its shape: another realm has a URL of its own, and a bare engine none.
  if ('href' in request) return messageOfUrl(String(request), 'GET');
  if ('headers' in request) {
    return asRefusal(() => {
      requireNoFragment(request);
      return { ...messageFromRequest(request), fields: [], body: undefined };
    });
  }
  if ('target' in request) return { ...request, fields: [], body: undefined };
  const url = memberOf(request, 'url');
  if (url === undefined) throw new TypeError('request must be a URL, a Request, or { url, method }');
  const { method = 'GET' } = request;
  assertText(method, 'method');
  return messageOfUrl(String(url), method);
}

function messageOfUrl(url: string, method: string): RequestMessage {
  const requested = requestScheme(/^([^:/?#]+):/.exec(url)?.[1]?.toLowerCase() ?? '');
  if (requested === undefined) throw new TypeError('url must be absolute, of http, https, ws or wss');
  const { authority, target } = asRefusal(() => splitUrl(url));
  return { method, scheme: requested, authority, target, fields: [] };
}

const NO_STORE: ReplayStore = {
  consume() {
    throw new VerificationError('store_unavailable', 'a one-time URL needs a replay store');
  },
};

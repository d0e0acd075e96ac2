/**
 * The verifier: a request in, verified data out.
 *
 * A request travels through here from top to bottom: it is taken, its signatures are found and held against the policies, and
 * `signature/verify-signatures` knows the order of what follows.
 *
 * @see RFC 9421, sections 3.2 and 4; RFC 9530, section 2
 * @module
 */

import { isVerificationError, type VerificationError } from '../errors.ts';
import { assertFlag, assertFunction, assertSeconds } from '../internal/assert.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { ReplayStore } from '../replay/store.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import { KnownLists } from '../rfc9421/known-lists.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { readCandidates, requireNoOlderForm } from '../rfc9421/signature-fields.ts';
import { requestSource } from '../rfc9421/source.ts';
import { formTarget } from '../rfc9421/stable-url.ts';
import { type FieldTypes, requireFieldTypes } from '../rfc9421/structured-field.ts';
import { requireOneHost, requireTarget, type TargetForm } from '../rfc9421/target.ts';
import type { SignatureCandidate } from '../rfc9421/unverified-signature.ts';
import { clockOf } from '../runtime/time.ts';
import { type AuthorityOptions, type CheckAuthority, readAuthority, type Scheme } from '../signature/authority.ts';
import type { ResolveKey, ResolveKeyWithoutKeyid } from '../signature/key-record.ts';
import { POLICY_MEMBERS } from '../signature/policy.ts';
import type { FoundInQuery, QueryCarrier } from '../signature/query-carrier.ts';
import { annotated } from '../signature/refusal.ts';
import { createVerifiedRequest, urlView, type VerifiedRequest } from '../signature/verified-request.ts';
import { type VerifyContext, verifySignatures } from '../signature/verify-signatures.ts';
import type { ContentBounds } from './content.ts';
import { type Limits, readLimits, requireTargetWithin } from './limits.ts';
import { notify } from './notify.ts';
import { acceptedBy, type Policies, type PolicyChoice, readPolicies } from './policies.ts';
import { RequestView } from './request-content.ts';
import { readAhead, type TakenRequest, takeRequest } from './request-view.ts';
import { asSpelled, lossIn, respell } from './respelled-request.ts';

/** How a verifier verifies. Times are whole seconds since the epoch, durations whole seconds. */
export type VerifierOptions = AuthorityOptions & {
  /** Finds the key of a keyid: `hmacSecrets(…)`, `createJwksResolver(…)`, or your own. */
  readonly resolveKey: ResolveKey;
  /**
   * Finds the key of a signature without a keyid, by what else it says: parameters of its own, fields that it covers (a token, a key). Without
   * it, each signature must have a keyid.
   */
  readonly resolveKeyWithoutKeyid?: ResolveKeyWithoutKeyid | undefined;
  /** Remembers nonces, so that a message counts once. */
  readonly replayStore: ReplayStore;
  /** What a signature must fulfil; by default whatever `createSignedFetch` does by default. */
  readonly policy?: PolicyChoice | undefined;
  /** Also accepts signed URLs: `signedUrls()` of `countersign/url`. Signature fields are looked at first. Default: it does not. */
  readonly query?: QueryCarrier | undefined;
  /** What a peer may send at the most. */
  readonly limits?: Partial<Limits> | undefined;
  /** The scheme clients use, when a proxy ends TLS and requests arrive as http. Default: that of the request. */
  readonly scheme?: Scheme | undefined;
  /** Forms of request targets besides `/path?query` that are taken: `absolute` (`http://host/path`), `authority` (CONNECT), `asterisk` (`OPTIONS *`). */
  readonly targetForms?: readonly TargetForm[] | undefined;
  /**
   * Whether a framework in front wrote the query anew (Next.js). Then a request is good if its signature fits one of at most four spellings of
   * what the query means: blanks as `%20` or `+`, empty values with or without `=`. Default: false, the query counts as it came.
   */
  readonly respelledQuery?: boolean | undefined;
  /** Structured types of fields that `;sf` is used with, by lower-case name, besides the registered ones. */
  readonly fieldTypes?: FieldTypes | undefined;
  /** Seconds to wait for `resolveKey`, a policy function and the replay store; 5 by default. */
  readonly timeout?: number | undefined;
  /** Seconds that content may take to arrive; 60 by default. */
  readonly bodyTimeout?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. Asked several times a message. */
  readonly now?: (() => number) | undefined;
  /** Told of each request that was verified. What it throws is reported on the console and changes no answer. */
  readonly onVerified?: ((verified: VerifiedRequest) => void) | undefined;
  /** Told of each refusal, with `code`, `keyid` and, on a mismatch, `signatureBase`. What it throws is reported on the console and changes no answer. */
  readonly onRefused?: ((error: VerificationError) => void) | undefined;
  /** Puts the signature base into refusals, so that a client can see which line differs. For development only. Default: false. */
  readonly insecurelyExposeSignatureBase?: boolean | undefined;
};

type AllOptions = VerifierOptions & { readonly authority?: unknown; readonly insecurelyTrustHost?: unknown };

const NAMES: OptionNames<AllOptions> = {
  authority: true,
  insecurelyTrustHost: true,
  resolveKey: true,
  resolveKeyWithoutKeyid: true,
  replayStore: true,
  policy: true,
  query: true,
  limits: true,
  scheme: true,
  targetForms: true,
  respelledQuery: true,
  fieldTypes: true,
  timeout: true,
  bodyTimeout: true,
  now: true,
  onVerified: true,
  onRefused: true,
  insecurelyExposeSignatureBase: true,
};

/** Verifies requests. */
export interface Verifier {
  /**
   * Verifies a request and consumes its nonce. A `Request`'s body is read.
   *
   * @throws {VerificationError} If it is refused; `toResponse()` of it is the answer to send.
   * @throws {TypeError} If `request` is something else, or `resolveKey` answered something that is no key.
   */
  verifyRequest(request: Request | RequestMessage): Promise<VerifiedRequest>;
}

/**
 * Creates a verifier. It does no I/O and draws no randomness until the first request.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { policies, limits, bounds, context, checkAuthority, ...others } = readVerifierOptions(options);
  const {
    scheme,
    targetForms = [],
    respelledQuery = false,
    fieldTypes,
    query,
    onVerified,
    onRefused,
    insecurelyExposeSignatureBase = false,
  } = others;
  const known = new KnownLists();

  /** Verifies by the two signature fields, or else by the query. */
  const verifyTaken = (taken: TakenRequest): Promise<VerifiedRequest> => {
    const { message, read } = taken;
    requireTargetWithin(message.target, limits);
    const candidates = readCandidates(read, limits, known);
    if (candidates.length === 0 && query !== undefined) {
      requireOneHost(read);
      requireTarget(message, targetForms);
    }
    const found =
      candidates.length === 0 ? query?.(respelledQuery ? { ...message, target: formTarget(message.target) } : message) : undefined;
    return found === undefined ? verifyByFields(taken, candidates) : verifyByUrl(found, read);
  };

  const verifyByFields = async (taken: TakenRequest, candidates: readonly SignatureCandidate[]): Promise<VerifiedRequest> => {
    const { message, read } = taken;
    try {
      if (candidates.length === 0) requireNoOlderForm(read);
      const found = policies.require(candidates, () => {
        requireOneHost(read);
        requireTarget(message, targetForms);
        readAhead(read, candidates);
      });
      const { required, missing } = isThenable(found) ? await found : found;
      const spelled = (respelledQuery ? respell : asSpelled)(message, read, fieldTypes);
      const view = new RequestView(spelled, taken, checkAuthority, bounds);
      const { proven, content } = await verifySignatures(required, view, context, missing);
      for (const { signature } of proven) known.add(signature.components, signature.params);
      return createVerifiedRequest({ ...spelled[proven[0]!.spelling]!, read }, proven, content);
    } catch (thrown) {
      const error = respelledQuery ? lossIn(message, thrown) : thrown;
      throw annotated(error, { acceptSignature: acceptedBy(policies, read) });
    }
  };

  /** Fields and content are not covered, so that nobody reads them. */
  const verifyByUrl = async ({ message, signedMethod, required }: FoundInQuery, read: FieldReader): Promise<VerifiedRequest> => {
    const source = requestSource({ ...message, method: signedMethod });
    const { proven } = await verifySignatures(
      [required],
      urlView(source, () => checkAuthority(message)),
      context,
    );
    return createVerifiedRequest({ message, read, source }, proven, undefined);
  };

  const verifyRequest = async (request: Request | RequestMessage): Promise<VerifiedRequest> => {
    try {
      const verified = await verifyTaken(takeRequest(request, limits, scheme));
      notify('onVerified', onVerified, verified);
      return verified;
    } catch (thrown) {
      const error = annotated(thrown, { now: context.now(), insecurelyExposeSignatureBase });
      if (isVerificationError(error)) notify('onRefused', onRefused, error);
      throw error;
    }
  };
  return Object.freeze({ verifyRequest });
}

/** What a verifier works with: its options, checked and made ready. */
interface VerifierParts
  extends Pick<
    VerifierOptions,
    'scheme' | 'targetForms' | 'respelledQuery' | 'fieldTypes' | 'query' | 'onVerified' | 'onRefused' | 'insecurelyExposeSignatureBase'
  > {
  readonly policies: Policies;
  readonly limits: Limits;
  readonly bounds: ContentBounds;
  readonly context: VerifyContext;
  readonly checkAuthority: CheckAuthority;
}

function readVerifierOptions(options: VerifierOptions): VerifierParts {
  const read = readOptions<AllOptions>(options, NAMES, { elsewhere: POLICY_MEMBERS });
  const { resolveKey, resolveKeyWithoutKeyid, replayStore, policy = {}, timeout = 5, bodyTimeout = 60 } = read;
  assertFunction(resolveKey, 'resolveKey');
  if (resolveKeyWithoutKeyid !== undefined) assertFunction(resolveKeyWithoutKeyid, 'resolveKeyWithoutKeyid');
  assertFunction(replayStore?.consume, 'replayStore.consume');
  assertSeconds(timeout, 'timeout', 1, 3600);
  assertSeconds(bodyTimeout, 'bodyTimeout', 1, 86_400);
  requireUsual(read);
  const limits = readLimits(read.limits);
  return {
    ...read,
    limits,
    policies: readPolicies(policy, replayStore, timeout),
    bounds: { limit: limits.bodyBytes, timeout: bodyTimeout },
    context: {
      resolveKey,
      resolveKeyWithoutKeyid,
      replayStore,
      now: clockOf(read.now),
      timeout,
      exposesBase: read.insecurelyExposeSignatureBase,
    },
    checkAuthority: readAuthority(read as AuthorityOptions, timeout),
  };
}

const TARGET_FORMS: readonly string[] = ['absolute', 'authority', 'asterisk'];

/** Checks the options that are handed on as they are. */
function requireUsual({
  scheme,
  query,
  targetForms,
  respelledQuery,
  fieldTypes,
  onVerified,
  onRefused,
  insecurelyExposeSignatureBase,
}: AllOptions): void {
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') throw new TypeError("scheme must be 'https' or 'http'");
  if (query !== undefined && typeof query !== 'function') throw new TypeError('query must be signedUrls() of countersign/url');
  if (targetForms !== undefined && !(Array.isArray(targetForms) && targetForms.every((form) => TARGET_FORMS.includes(form))))
    throw new TypeError(`targetForms must be some of ${TARGET_FORMS.join(', ')}`);
  if (respelledQuery !== undefined) assertFlag(respelledQuery, 'respelledQuery');
  requireFieldTypes(fieldTypes);
  if (onVerified !== undefined) assertFunction(onVerified, 'onVerified');
  if (onRefused !== undefined) assertFunction(onRefused, 'onRefused');
  if (insecurelyExposeSignatureBase !== undefined) assertFlag(insecurelyExposeSignatureBase, 'insecurelyExposeSignatureBase');
}

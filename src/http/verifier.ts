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
import { assertFlag, assertFunction, assertInteger } from '../internal/assert.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { ReplayStore } from '../replay/store.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import { KnownLists } from '../rfc9421/known-lists.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { readCandidates } from '../rfc9421/signature-fields.ts';
import { requestSource } from '../rfc9421/source.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import { requireOneHost, requireTarget, type TargetForm } from '../rfc9421/target.ts';
import type { SignatureCandidate } from '../rfc9421/unverified-signature.ts';
import { clockOf } from '../runtime/time.ts';
import { type AuthorityOptions, type CheckAuthority, readAuthority, type Scheme } from '../signature/authority.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import { POLICY_MEMBERS } from '../signature/policy.ts';
import type { ProvenSignature } from '../signature/proven-signature.ts';
import type { FoundInQuery, QueryCarrier } from '../signature/query-carrier.ts';
import { annotated } from '../signature/refusal.ts';
import { type ConsumeLater, createUnconsumed, requireLater, type Unconsumed } from '../signature/unconsumed.ts';
import { createVerifiedRequest, urlView, type VerifiedRequest } from '../signature/verified-request.ts';
import { type VerifyContext, verifySignatures } from '../signature/verify-signatures.ts';
import type { ContentBounds } from './content.ts';
import { type Limits, readLimits, requireTargetWithin } from './limits.ts';
import { notify } from './notify.ts';
import { acceptedBy, type Policies, type PolicyChoice, readPolicies } from './policies.ts';
import { RequestView } from './request-content.ts';
import { readAhead, type TakenRequest, takeRequest } from './request-view.ts';

/** How a verifier verifies. Times are whole seconds since the epoch, durations whole seconds. */
export type VerifierOptions = CommonOptions & {
  /** Remembers nonces, so that a message counts once. */
  readonly replayStore: ReplayStore;
};

/** How a verifier verifies whose messages are all consumed by their handlers: it needs no `replayStore`. */
export type LaterVerifierOptions = CommonOptions & ConsumeLater & { readonly replayStore?: undefined };

type CommonOptions = AuthorityOptions & {
  /** Finds the key of a keyid: `hmacSecrets(…)`, `createJwksResolver(…)`, or your own. */
  readonly resolveKey: ResolveKey;
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

type AllOptions = CommonOptions & {
  readonly replayStore?: ReplayStore | undefined;
  readonly consume?: 'later' | undefined;
  readonly authority?: unknown;
  readonly insecurelyTrustHost?: unknown;
};

const NAMES: OptionNames<AllOptions> = {
  authority: true,
  insecurelyTrustHost: true,
  resolveKey: true,
  replayStore: true,
  consume: true,
  policy: true,
  query: true,
  limits: true,
  scheme: true,
  targetForms: true,
  fieldTypes: true,
  timeout: true,
  bodyTimeout: true,
  now: true,
  onVerified: true,
  onRefused: true,
  insecurelyExposeSignatureBase: true,
};

/** A request that was verified, and whose nonces are not consumed yet: it tells where it goes, and not what it says. */
export interface UnconsumedRequest extends Unconsumed<VerifiedRequest> {
  /** The method, as it was sent. @throws {TypeError} If it was not covered. */
  method(): string;
  /** The raw path, percent-encoding untouched. @throws {TypeError} If it was not covered. */
  path(): string;
}

/** Verifies requests that their handlers consume. */
export interface LaterVerifier {
  /** As `verifyRequest` of a `Verifier` with `consume: 'later'`. */
  verifyRequest(request: Request | RequestMessage): Promise<UnconsumedRequest>;
}

const CALL_NAMES: OptionNames<ConsumeLater> = { consume: true };

/** Verifies requests. */
export interface Verifier {
  /**
   * Verifies a request and consumes its nonce. A `Request`'s body is read.
   *
   * @throws {VerificationError} If it is refused; `toResponse()` of it is the answer to send.
   * @throws {TypeError} If `request` is something else, or `resolveKey` answered something that is no key.
   */
  verifyRequest(request: Request | RequestMessage): Promise<VerifiedRequest>;
  /**
   * Verifies a request and leaves its nonce to the caller, whose transaction records it together with what the request does.
   *
   * @throws As without the option, but for what consuming throws.
   */
  verifyRequest(request: Request | RequestMessage, options: ConsumeLater): Promise<UnconsumedRequest>;
}

/** A request whose signatures hold, and what it is to those who may see it. */
interface ProvenRequest {
  readonly proven: readonly ProvenSignature[];
  readonly verified: VerifiedRequest;
}

/**
 * Creates a verifier. It does no I/O and draws no randomness until the first request.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function createVerifier(options: VerifierOptions): Verifier;
export function createVerifier(options: LaterVerifierOptions): LaterVerifier;
export function createVerifier(options: VerifierOptions | LaterVerifierOptions): Verifier | LaterVerifier {
  const parts = readVerifierOptions(options);
  const { limits, context, scheme, consume: usually, onVerified, onRefused, insecurelyExposeSignatureBase = false } = parts;
  const prove = proverOf(parts);
  const annotate = (thrown: unknown): unknown => {
    const error = annotated(thrown, { now: context.now(), insecurelyExposeSignatureBase });
    if (isVerificationError(error)) notify('onRefused', onRefused, error);
    return error;
  };
  const onConsumed = (verified: VerifiedRequest) => notify('onVerified', onVerified, verified);

  const verifyRequest = async (request: Request | RequestMessage, given?: ConsumeLater): Promise<VerifiedRequest | UnconsumedRequest> => {
    const consume = given === undefined ? usually : readOptions(given, CALL_NAMES).consume;
    const later = consume !== undefined;
    if (later) requireLater(consume);
    try {
      const { proven, verified } = await prove(
        takeRequest(request, limits, scheme),
        later ? { ...context, replayStore: undefined } : context,
      );
      if (later) return unconsumed(createUnconsumed(proven, context, verified, { annotate, onConsumed }), verified);
      onConsumed(verified);
      return verified;
    } catch (thrown) {
      throw annotate(thrown);
    }
  };
  return Object.freeze({ verifyRequest }) as Verifier | LaterVerifier;
}

function unconsumed(message: Unconsumed<VerifiedRequest>, { method, path }: VerifiedRequest): UnconsumedRequest {
  return Object.freeze({ ...message, method, path });
}

/** Verifies by the two signature fields, or else by the query. */
function proverOf({ policies, limits, bounds, checkAuthority, targetForms = [], fieldTypes, query }: VerifierParts) {
  const known = new KnownLists();

  const proveByFields = async (
    taken: TakenRequest,
    candidates: readonly SignatureCandidate[],
    context: VerifyContext,
  ): Promise<ProvenRequest> => {
    const { message, read } = taken;
    try {
      const found = policies.require(candidates, () => {
        requireOneHost(read);
        requireTarget(message, targetForms);
        readAhead(read, candidates);
      });
      const required = isThenable(found) ? await found : found;
      const source = requestSource(message, read, fieldTypes);
      const view = new RequestView(source, taken, checkAuthority, bounds);
      const { proven, content } = await verifySignatures(required, view, context);
      for (const { signature } of proven) known.add(signature.components, signature.params);
      return { proven, verified: createVerifiedRequest({ message, read, source }, proven, content) };
    } catch (error) {
      throw annotated(error, { acceptSignature: acceptedBy(policies, read) });
    }
  };

  /** Fields and content are not covered, so that nobody reads them. */
  const proveByUrl = async (found: FoundInQuery, read: FieldReader, context: VerifyContext): Promise<ProvenRequest> => {
    const { message, signedMethod, required } = found;
    const source = requestSource({ ...message, method: signedMethod });
    const { proven } = await verifySignatures(
      [required],
      urlView(source, () => checkAuthority(message)),
      context,
    );
    return { proven, verified: createVerifiedRequest({ message, read, source }, proven, undefined) };
  };

  return async (taken: TakenRequest, context: VerifyContext): Promise<ProvenRequest> => {
    const { message, read } = taken;
    requireTargetWithin(message.target, limits);
    const candidates = readCandidates(read, limits, known);
    if (candidates.length === 0 && query !== undefined) requireTarget(message, targetForms);
    const found = candidates.length === 0 ? query?.(message) : undefined;
    return found === undefined ? proveByFields(taken, candidates, context) : proveByUrl(found, read, context);
  };
}

/** What a verifier works with: its options, checked and made ready. */
interface VerifierParts
  extends Pick<
    AllOptions,
    'consume' | 'scheme' | 'targetForms' | 'fieldTypes' | 'query' | 'onVerified' | 'onRefused' | 'insecurelyExposeSignatureBase'
  > {
  readonly policies: Policies;
  readonly limits: Limits;
  readonly bounds: ContentBounds;
  readonly context: VerifyContext;
  readonly checkAuthority: CheckAuthority;
}

function readVerifierOptions(options: AllOptions): VerifierParts {
  const read = readOptions<AllOptions>(options, NAMES, { elsewhere: POLICY_MEMBERS });
  const { resolveKey, replayStore, policy = {}, timeout = 5, bodyTimeout = 60 } = read;
  assertFunction(resolveKey, 'resolveKey');
  requireConsumer(read);
  assertInteger(timeout, 'timeout', 1, 3600);
  assertInteger(bodyTimeout, 'bodyTimeout', 1, 86_400);
  requireUsual(read);
  const limits = readLimits(read.limits);
  return {
    ...read,
    limits,
    policies: readPolicies(policy, replayStore, timeout),
    bounds: { limit: limits.bodyBytes, timeout: bodyTimeout },
    context: { resolveKey, replayStore, now: clockOf(read.now), timeout },
    checkAuthority: readAuthority(read as AuthorityOptions, timeout),
  };
}

/** Either a store is there, or handlers bring one. */
function requireConsumer({ consume, replayStore }: AllOptions): void {
  if (consume === undefined) assertFunction(replayStore?.consume, 'replayStore.consume');
  else requireLater(consume, replayStore);
}

const TARGET_FORMS: readonly string[] = ['absolute', 'authority', 'asterisk'];

/** Checks the options that are handed on as they are. */
function requireUsual({ scheme, query, targetForms, onVerified, onRefused, insecurelyExposeSignatureBase }: AllOptions): void {
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') throw new TypeError("scheme must be 'https' or 'http'");
  if (query !== undefined && typeof query !== 'function') throw new TypeError('query must be signedUrls() of countersign/url');
  if (targetForms !== undefined && !(Array.isArray(targetForms) && targetForms.every((form) => TARGET_FORMS.includes(form))))
    throw new TypeError(`targetForms must be some of ${TARGET_FORMS.join(', ')}`);
  if (onVerified !== undefined) assertFunction(onVerified, 'onVerified');
  if (onRefused !== undefined) assertFunction(onRefused, 'onRefused');
  if (insecurelyExposeSignatureBase !== undefined) assertFlag(insecurelyExposeSignatureBase, 'insecurelyExposeSignatureBase');
}

/**
 * The verifier: a request in, verified data out.
 *
 * A request travels through here from top to bottom: it is taken, its signatures are found and held against the policies, and
 * `signature/verify-signatures` knows the order of what follows.
 *
 * @see RFC 9421, sections 3.2 and 4; RFC 9530, section 2
 * @module
 */

import { isVerificationError } from '../errors.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import { KnownLists } from '../rfc9421/known-lists.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { readCandidates, requireNoOlderForm } from '../rfc9421/signature-fields.ts';
import { requestSource } from '../rfc9421/source.ts';
import { formTarget } from '../rfc9421/stable-url.ts';
import { requireOneHost, requireTarget } from '../rfc9421/target.ts';
import type { SignatureCandidate } from '../rfc9421/unverified-signature.ts';
import { notify } from '../runtime/notify.ts';
import { explainHidden } from '../signature/hidden-origin.ts';
import type { ProvenSignature } from '../signature/proven-signature.ts';
import type { FoundInQuery } from '../signature/query-carrier.ts';
import { annotated } from '../signature/refusal.ts';
import { type ConsumeLater, createUnconsumed, requireLater, type Unconsumed } from '../signature/verified/unconsumed.ts';
import { createVerifiedRequest, urlView, type VerifiedRequest } from '../signature/verified/verified-request.ts';
import { type VerifyContext, verifySignatures } from '../signature/verify-signatures.ts';
import { requireTargetWithin } from './limits.ts';
import { acceptedBy } from './policies.ts';
import { RequestView } from './request-content.ts';
import { readAhead, type TakenRequest, takeRequest } from './request-view.ts';
import { asSpelled, lossIn, respell } from './respelled-request.ts';
import { withHead } from './upload/head-verifier.ts';
import { type LaterVerifierOptions, readVerifierOptions, type VerifierOptions, type VerifierParts } from './verifier-options.ts';

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
      throw annotate(explainHidden(thrown, request));
    }
  };
  return withHead(Object.freeze({ verifyRequest }) as Verifier | LaterVerifier, { parts, prove, annotate, onConsumed });
}

function unconsumed(message: Unconsumed<VerifiedRequest>, { method, path }: VerifiedRequest): UnconsumedRequest {
  return Object.freeze({ ...message, method, path });
}

/** Verifies by the two signature fields, or else by the query. */
function proverOf(parts: VerifierParts) {
  const { policies, limits, bounds, checkAuthority, targetForms = [], respelledQuery = false, fieldTypes, query } = parts;
  const known = new KnownLists();

  const proveByFields = async (
    taken: TakenRequest,
    candidates: readonly SignatureCandidate[],
    context: VerifyContext,
  ): Promise<ProvenRequest> => {
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
      return { proven, verified: createVerifiedRequest({ ...spelled[proven[0]!.spelling]!, read }, proven, content) };
    } catch (thrown) {
      const error = respelledQuery ? lossIn(message, thrown) : thrown;
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
    if (candidates.length === 0 && query !== undefined) {
      requireOneHost(read);
      requireTarget(message, targetForms);
    }
    const found =
      candidates.length === 0 ? query?.(respelledQuery ? { ...message, target: formTarget(message.target) } : message) : undefined;
    return found === undefined ? proveByFields(taken, candidates, context) : proveByUrl(found, read, context);
  };
}

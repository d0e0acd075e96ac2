/**
 * The verifier: a request in, verified data out.
 *
 * It reads the header carrier and hands it to the judge, which knows the order of checks.
 *
 * @see RFC 9421, sections 3.2 and 4; RFC 9530, section 2
 * @module
 */

import { annotateRefusal, VerificationError } from '../errors.ts';
import { assertFunction, assertInteger, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isThenable } from '../internal/deadline.ts';
import { systemTime } from '../internal/time.ts';
import { asRefusal } from '../signature/as-refusal.ts';
import { type Component, plainComponent } from '../signature/component.ts';
import { BASE_OF, type Bench, type Charge, type Evidence, judge, selectSignature } from '../signature/judge.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import { KnownLists } from '../signature/known-lists.ts';
import { compilePolicy, type Policy, type Requirement } from '../signature/policy.ts';
import type { ReplayStore } from '../signature/replay-store.ts';
import { parseSignatureFields, type SignatureCandidate, type UnverifiedSignature } from '../signature/unverified-signature.ts';
import { normalizeAuthority, requestSource } from './derive.ts';
import { combine, type FieldTypes } from './field.ts';
import { DEFAULT_LIMITS, type Limits, requireWithinLimits } from './limits.ts';
import { createFieldReader, type FieldReader, messageFromRequest, type RequestMessage } from './message.ts';
import { type Court, RequestEvidence } from './request-evidence.ts';
import { requireTarget } from './target.ts';
import { createVerifiedRequest, type VerifiedRequest } from './verified-request.ts';

/** One policy; several, each met by a signature of its own; or a function of what a signature claims. */
export type PolicyChoice = Policy | readonly Policy[] | ((untrusted: UnverifiedSignature) => Awaitable<Policy | null | undefined>);

/** Reads a signature off the query; `undefined` if there is none. `countersign/url` makes one. */
export type QueryCarrier = (message: RequestMessage) =>
  | {
      /** The message without the signature. */
      readonly message: RequestMessage;
      readonly signedMethod: string;
      readonly candidates: readonly SignatureCandidate[];
      readonly requirement: Requirement;
    }
  | undefined;

/** How a verifier judges. */
export interface VerifierOptions {
  /** Who we are, as clients write it: `bank.example`, `localhost:8080`. A signature for somebody else is not for us. */
  readonly authority?: string | readonly string[] | undefined;
  /** Takes whatever Host says, instead of `authority`: a signature made for another host, relayed here, then counts. */
  readonly insecurelyTrustHost?: boolean | undefined;
  readonly resolveKey: ResolveKey;
  readonly replayStore: ReplayStore;
  readonly policy?: PolicyChoice | undefined;
  /** Also accepts signed URLs: `signedUrls()` of `countersign/url`. Signature fields are looked at first. */
  readonly query?: QueryCarrier | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** The scheme clients use, when a proxy ends TLS and requests arrive as http. */
  readonly scheme?: 'https' | 'http' | undefined;
  /** Structured types of fields that `sf` is used with, by lower-case name. */
  readonly fieldTypes?: FieldTypes | undefined;
  /** Seconds to wait for `resolveKey` and the replay store; 5 by default. */
  readonly timeout?: number | undefined;
  /** Whole seconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Puts the signature base into refusals, so that a client can see which line differs. For development only. */
  readonly insecurelyExposeSignatureBase?: boolean | undefined;
}

/** Judges requests. */
export interface Verifier {
  /**
   * Verifies a request and consumes its nonce. A `Request`'s body is read.
   *
   * @throws {VerificationError} If it is refused; `toResponse()` of it is the answer to send.
   */
  verifyRequest(request: Request | RequestMessage): Promise<VerifiedRequest>;
}

const CONTROL: readonly Component[] = /* @__PURE__ */ ['@method', '@authority', '@path', '@query'].map(plainComponent);

/**
 * Creates a verifier. It does no I/O and draws no randomness until the first request.
 *
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  assertObject(options, 'options');
  const { resolveKey, replayStore, policy = {}, timeout = 5, now = systemTime, fieldTypes, scheme } = options;
  assertFunction(resolveKey, 'resolveKey');
  assertFunction(replayStore?.consume, 'replayStore.consume');
  assertInteger(timeout, 'timeout', 1, 3600);
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const court: Court = { checkAuthority: compileAuthorities(options, scheme), bodyBytes: limits.bodyBytes };
  const choose = compileChoice(policy);
  const accept = acceptable(policy);
  const known = new KnownLists();

  const open = (request: Request | RequestMessage): Hearing => {
    const view = isRequest(request) ? asRefusal(() => messageFromRequest(request)) : request;
    const message = scheme === undefined || view.scheme === scheme ? view : { ...view, scheme };
    const read = createFieldReader(message.fields);
    requireWithinLimits(message, limits);
    const candidates = readCandidates(read, limits, known);
    const byUrl = candidates.length === 0 ? options.query?.(message) : undefined;
    if (byUrl !== undefined) return openByUrl(byUrl, court);
    const charges = choose(candidates);
    requireTarget(message.target);
    const content = isRequest(request) ? request : message;
    const evidence = new RequestEvidence(requestSource(message, read, fieldTypes), message, read, content, court);
    return { message, read, charges, evidence };
  };

  return Object.freeze({
    async verifyRequest(request: Request | RequestMessage): Promise<VerifiedRequest> {
      assertObject(request, 'request');
      const time = now();
      try {
        const { message, read, charges, evidence } = open(request);
        const bench: Bench = { resolveKey, replayStore, now: time, timeout };
        const verdicts = await judge(isThenable(charges) ? await charges : charges, evidence, bench);
        for (const { signature } of verdicts) known.add(signature.components, signature.params);
        const { content } = evidence;
        return createVerifiedRequest(message, verdicts, isThenable(content) ? await content : content, read);
      } catch (error) {
        if (error instanceof VerificationError) {
          const signatureBase = options.insecurelyExposeSignatureBase ? BASE_OF.get(error) : undefined;
          annotateRefusal(error, { now: time, acceptSignature: error.status === 401 ? accept : undefined, signatureBase });
        }
        throw error;
      }
    },
  });
}

/** A request before the judge. */
interface Hearing {
  readonly message: RequestMessage;
  readonly read?: FieldReader | undefined;
  readonly charges: Awaitable<readonly Charge[]>;
  readonly evidence: Evidence & Partial<Pick<RequestEvidence, 'content'>>;
}

function openByUrl({ message, signedMethod, candidates, requirement }: NonNullable<ReturnType<QueryCarrier>>, court: Court): Hearing {
  requireTarget(message.target);
  const signature = selectSignature(candidates, requirement);
  if (signature.expires === undefined) throw new VerificationError('lifetime_too_long', 'a signed URL must expire');
  const evidence: Evidence = {
    source: requestSource({ ...message, method: signedMethod }),
    obliged: [],
    checkAuthority: () => court.checkAuthority?.(message),
    checkContent: () => undefined,
  };
  return { message, charges: [{ signature, requirement }], evidence };
}

function isRequest(value: Request | RequestMessage): value is Request {
  return 'headers' in value;
}

function compileAuthorities(options: VerifierOptions, scheme: string | undefined): ((message: RequestMessage) => void) | undefined {
  const { authority, insecurelyTrustHost = false } = options;
  if (authority === undefined) {
    if (insecurelyTrustHost) return undefined;
    throw new TypeError('authority is required: the host that clients address, or several');
  }
  const names = typeof authority === 'string' ? [authority] : [...authority];
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name.includes('/')))
    throw new TypeError('authority must be a host with an optional port, or several');
  const accepted = new Map(
    [scheme ?? 'https', 'https', 'http'].map((kind) => [kind, new Set(names.map((name) => ownAuthority(name, kind)))]),
  );
  return ({ authority: received, scheme: kind }) => {
    if (!accepted.get(kind)?.has(asRefusal(() => normalizeAuthority(received, kind))))
      throw new VerificationError('authority_forbidden', 'the request is for another authority');
  };
}

function ownAuthority(name: string, scheme: string): string {
  try {
    return normalizeAuthority(name, scheme);
  } catch (cause) {
    throw new TypeError('authority must be a host with an optional port, or several', { cause });
  }
}

type Choose = (candidates: readonly SignatureCandidate[]) => Awaitable<readonly Charge[]>;

function compileChoice(policy: PolicyChoice): Choose {
  if (typeof policy === 'function') return (candidates) => chooseByFunction(policy, candidates);
  const requirements = (Array.isArray(policy) ? policy : [policy]).map((one: Policy) => compilePolicy(one, CONTROL));
  if (requirements.length === 0) throw new TypeError('policy must not be empty');
  return (candidates) => requirements.map((requirement) => ({ requirement, signature: selectSignature(candidates, requirement) }));
}

async function chooseByFunction(
  policy: (untrusted: UnverifiedSignature) => Awaitable<Policy | null | undefined>,
  candidates: readonly SignatureCandidate[],
): Promise<readonly Charge[]> {
  const charges: Charge[] = [];
  for (const candidate of candidates) {
    const signature = candidate.read();
    const chosen = await policy(signature);
    if (!chosen) continue;
    const requirement: Requirement = compilePolicy(chosen, CONTROL);
    if (requirement.tag === signature.tag) charges.push({ signature, requirement });
  }
  if (candidates.length === 0) throw new VerificationError('signature_missing', 'the message has no signature');
  if (charges.length === 0) throw new VerificationError('tag_mismatch', 'no signature is one the policy knows');
  if (charges.length > 1) throw new VerificationError('signature_ambiguous', 'two signatures could be meant');
  return charges;
}

/** The signatures of a message's fields, within the limits. */
export function readCandidates(read: FieldReader, limits: Limits, known?: KnownLists): readonly SignatureCandidate[] {
  const input = read('signature-input');
  const signature = read('signature');
  if (input === undefined && signature === undefined) return [];
  return parseSignatureFields(combine(input ?? []), combine(signature ?? []), limits, known);
}

/** The Accept-Signature of refusals. It says nothing that depends on a key. */
function acceptable(policy: PolicyChoice): string | undefined {
  if (typeof policy === 'function') return undefined;
  const several: readonly Policy[] = Array.isArray(policy) ? policy : [policy];
  return several.map((one, index) => acceptMember(one, index)).join(', ');
}

function acceptMember(policy: Policy, index: number): string {
  const { components, tag } = compilePolicy(policy, CONTROL);
  const label = index === 0 ? 'sig' : `sig${index + 1}`;
  return `${label}=(${components.map(({ identifier }) => identifier).join(' ')});created${tag === undefined ? '' : `;tag="${tag}"`}`;
}

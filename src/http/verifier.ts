/**
 * The verifier: a request in, verified data out.
 *
 * Here its options are checked; `verify-request` does the work.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertFunction, assertInteger, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import type { ReplayStore } from '../replay/store.ts';
import { REQUEST_COMPONENTS } from '../rfc9421/coverage.ts';
import { normalizeAuthority } from '../rfc9421/derive.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { systemTime } from '../runtime/time.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import { compilePolicy, type Policy } from '../signature/policy.ts';
import { asRefusal } from '../signature/refusal.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { VerifiedRequest } from './verified-request.ts';
import { createVerifyRequest, type QueryCarrier, type Requirements, type VerifierSettings } from './verify-request.ts';

/** One policy; several, each met by a signature of its own; or a function of what a signature claims. */
export type PolicyChoice = Policy | readonly Policy[] | ((untrusted: UnverifiedSignature) => Awaitable<Policy | null | undefined>);

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

/**
 * Creates a verifier. It does no I/O and draws no randomness until the first request.
 *
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  assertObject(options, 'options');
  const { resolveKey, replayStore, policy = {}, timeout = 5, now = systemTime, limits, scheme } = options;
  assertFunction(resolveKey, 'resolveKey');
  assertFunction(replayStore?.consume, 'replayStore.consume');
  assertInteger(timeout, 'timeout', 1, 3600);
  const settings: VerifierSettings = {
    ...options,
    checkAuthority: compileAuthorities(options, scheme),
    requirements: compileRequirements(policy),
    limits: { ...DEFAULT_LIMITS, ...limits },
    timeout,
    now,
  };
  return Object.freeze({ verifyRequest: createVerifyRequest(settings) });
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
    if (!accepted.get(kind)?.has(asRefusal(() => normalizeAuthority(received, kind)))) throw new VerificationError('authority_forbidden');
  };
}

function ownAuthority(name: string, scheme: string): string {
  try {
    return normalizeAuthority(name, scheme);
  } catch (cause) {
    throw new TypeError('authority must be a host with an optional port, or several', { cause });
  }
}

function compileRequirements(policy: PolicyChoice): Requirements {
  if (typeof policy === 'function') {
    return async (untrusted) => {
      const chosen = await policy(untrusted);
      return chosen ? compilePolicy(chosen, REQUEST_COMPONENTS) : undefined;
    };
  }
  const requirements = (Array.isArray(policy) ? policy : [policy]).map((one: Policy) => compilePolicy(one, REQUEST_COMPONENTS));
  if (requirements.length === 0) throw new TypeError('policy must not be empty');
  return requirements;
}

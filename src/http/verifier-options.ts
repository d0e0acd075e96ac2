/**
 * What a verifier can be told: options that are read and checked once.
 *
 * @module
 */

import type { VerificationError } from '../errors.ts';
import { assertFlag, assertFunction, assertSeconds } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { ReplayStore } from '../replay/store.ts';
import { type FieldTypes, requireFieldTypes } from '../rfc9421/structured-field.ts';
import type { TargetForm } from '../rfc9421/target.ts';
import { clockOf } from '../runtime/time.ts';
import { type AuthorityOptions, type CheckAuthority, readAuthority, type Scheme } from '../signature/authority.ts';
import type { ResolveKey, ResolveKeyWithoutKeyid } from '../signature/key-record.ts';
import { POLICY_MEMBERS } from '../signature/policy.ts';
import type { QueryCarrier } from '../signature/query-carrier.ts';
import { type ConsumeLater, requireLater } from '../signature/verified/unconsumed.ts';
import type { VerifiedRequest } from '../signature/verified/verified-request.ts';
import type { VerifyContext } from '../signature/verify-signatures.ts';
import type { ContentBounds } from './content.ts';
import { type Limits, readLimits } from './limits.ts';
import { type Policies, type PolicyChoice, readPolicies } from './policies.ts';

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
  /**
   * Finds the key of a signature without a keyid, by what else it says: parameters of its own, fields that it covers (a token, a key). Without
   * it, each signature must have a keyid.
   */
  readonly resolveKeyWithoutKeyid?: ResolveKeyWithoutKeyid | undefined;
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
  resolveKeyWithoutKeyid: true,
  replayStore: true,
  consume: true,
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

/** What a verifier works with: its options, checked and made ready. */
export interface VerifierParts
  extends Pick<
    AllOptions,
    | 'consume'
    | 'scheme'
    | 'targetForms'
    | 'respelledQuery'
    | 'fieldTypes'
    | 'query'
    | 'onVerified'
    | 'onRefused'
    | 'insecurelyExposeSignatureBase'
  > {
  readonly policies: Policies;
  readonly limits: Limits;
  readonly bounds: ContentBounds;
  readonly context: VerifyContext;
  readonly checkAuthority: CheckAuthority;
}

/** Reads and checks them. @throws {TypeError | RangeError} If an option is missing, unknown or unusable. */
export function readVerifierOptions(options: AllOptions): VerifierParts {
  const read = readOptions<AllOptions>(options, NAMES, { elsewhere: POLICY_MEMBERS });
  const { resolveKey, resolveKeyWithoutKeyid, replayStore, policy = {}, timeout = 5, bodyTimeout = 60 } = read;
  assertFunction(resolveKey, 'resolveKey');
  if (resolveKeyWithoutKeyid !== undefined) assertFunction(resolveKeyWithoutKeyid, 'resolveKeyWithoutKeyid');
  requireConsumer(read);
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

/** Either a store is there, or handlers bring one. */
function requireConsumer({ consume, replayStore }: AllOptions): void {
  if (consume === undefined) assertFunction(replayStore?.consume, 'replayStore.consume');
  else requireLater(consume, replayStore);
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

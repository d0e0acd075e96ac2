/**
 * The two kinds of failure that are not the caller's mistake (that is a TypeError or RangeError, thrown at once):
 * what a peer sent is not accepted (`VerificationError`), or the signed fetch would not send or follow (`SignedFetchError`).
 *
 * @module
 */

/** One line a code: the HTTP status a refusal leaves with, and who may read its detail. */
const CODES = {
  signature_missing: [401],
  signature_malformed: [400],
  signature_ambiguous: [400],
  signature_mismatch: [401],
  tag_mismatch: [401],
  component_uncovered: [401],
  component_unresolvable: [400],
  target_malformed: [400],
  authority_forbidden: [401],
  algorithm_forbidden: [401, 'private'],
  key_unknown: [401, 'private'],
  key_revoked: [401],
  key_disabled: [403],
  key_expired: [401],
  key_pending: [403],
  key_rotated_out: [401],
  created_missing: [401],
  created_in_future: [401],
  expired: [401],
  lifetime_too_long: [401],
  digest_missing: [401],
  digest_mismatch: [400],
  body_too_large: [413],
  body_incomplete: [400],
  raw_body_unavailable: [500, 'private'],
  field_forbidden: [400],
  gateway_misconfigured: [500, 'private'],
  nonce_missing: [401],
  nonce_replayed: [401],
  parameter_forbidden: [401],
  replay_store_cold: [503],
  replay_store_full: [503],
  store_busy: [503],
  store_unavailable: [503, 'private'],
  store_restored: [503, 'private'],
  credential_missing: [401],
  credential_malformed: [400],
  credential_invalid: [401, 'private'],
  credential_ambiguous: [400],
  credential_forbidden_here: [400],
  scope_insufficient: [403],
  proof_insufficient: [403],
  payload_malformed: [400],
  payload_duplicate_member: [400],
  payload_lone_surrogate: [400],
  payload_number_inexact: [400],
  payload_proto_member: [400],
  payload_too_deep: [400],
  audience_mismatch: [401],
  subject_mismatch: [401],
  machine_mismatch: [403],
  critical_unknown: [403],
  maintenance_ended: [403],
  clock_rolled_back: [403],
} as const;

/** Why a message was refused. A `switch` needs a default: new codes come with minor releases. */
export type VerificationErrorCode = keyof typeof CODES;

/** Whether this version of the package has such a code. */
export function isErrorCode(code: string): code is VerificationErrorCode {
  return Object.hasOwn(CODES, code);
}

/** Why the signed fetch would not send, follow or hand over. */
export type SignedFetchErrorCode =
  | 'body_too_large'
  | 'body_uncoverable'
  | 'header_dropped'
  | 'mode_forbidden'
  | 'origin_forbidden'
  | 'redirect_forbidden'
  | 'response_refused'
  | 'target_forbidden';

/** These two would tell a prober whether a key exists: outside they are a `signature_mismatch`. */
const HIDDEN: readonly VerificationErrorCode[] = ['key_unknown', 'algorithm_forbidden'];

/** What the `type` of our problem documents begins with (RFC 9457). */
export const PROBLEM_TYPE = 'urn:countersign:problem:';

const VERIFICATION_BRAND = /* @__PURE__ */ Symbol.for('countersign.VerificationError');

const FETCH_BRAND = /* @__PURE__ */ Symbol.for('countersign.SignedFetchError');

/** One thing that a message lacks. */
export interface UnmetRequirement {
  /** Why it would be refused, were it for that alone. */
  readonly code: VerificationErrorCode;
  /** What there is to say besides; `undefined` if nothing. */
  readonly detail: string | undefined;
}

/** What surrounds a refusal; each part is optional. */
export interface VerificationErrorOptions extends ErrorOptions {
  /** Seconds after which trying again makes sense; 2 by default where the status is 503. */
  readonly retryAfter?: number | undefined;
  /** The server's time in whole seconds since the epoch, told to the client so that it can correct its clock. */
  readonly now?: number | undefined;
  /** An Accept-Signature value that says what would be accepted. */
  readonly acceptSignature?: string | undefined;
  /** All that the message lacks, the reason of the refusal first. */
  readonly unmet?: readonly UnmetRequirement[] | undefined;
  /** The WWW-Authenticate value that a 401 leaves with, where no signature was asked for. */
  readonly challenge?: string | undefined;
  /** The keyid that the message claims. */
  readonly keyid?: string | undefined;
  /** The signature base the verifier built, values of credentials left out. */
  readonly signatureBase?: string | undefined;
  /** Puts the signature base into the answer too. Default: false, it is for the server alone. */
  readonly insecurelyExposeSignatureBase?: boolean | undefined;
  /** What only the log says, behind the detail. */
  readonly logDetail?: string | undefined;
}

/** A refusal as plain data, for frameworks that do not speak `Response`. */
export interface Problem {
  /** The HTTP status. */
  readonly status: number;
  /** The fields to set, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The problem document, JSON (RFC 9457). */
  readonly body: string;
}

/** What the verifier knows about a refusal that the failing check did not. */
type RefusalContext = Omit<VerificationErrorOptions, 'cause' | 'retryAfter' | 'logDetail'>;

function titleOf(code: VerificationErrorCode): string {
  return code.replaceAll('_', ' ');
}

/** Kept beside the errors: a class that builds itself with side effects would be in every bundle. */
const contexts: WeakMap<object, RefusalContext> = /* @__PURE__ */ new WeakMap();

/**
 * What a peer sent is not accepted. The message is safe to log: it never holds a secret, a signature or a body.
 */
export class VerificationError extends Error {
  /** `VerificationError`. */
  override readonly name = 'VerificationError';
  /** The precise reason, for logs and tests. Do not show it to the peer: see `publicCode`. */
  readonly code: VerificationErrorCode;
  /** What the message says besides the code, and the peer may know; `undefined` if nothing. */
  readonly detail: string | undefined;
  /** The HTTP status of the refusal. */
  readonly status: number;
  /** Seconds after which trying again makes sense, on 503. */
  readonly retryAfter: number | undefined;

  /** `detail` is what the message says besides the code. */
  constructor(code: VerificationErrorCode, detail?: string, options: VerificationErrorOptions = {}) {
    const parts = [detail, options.logDetail].filter((part) => part !== undefined);
    super(parts.length === 0 ? titleOf(code) : `${titleOf(code)}: ${parts.join('; ')}`, options);
    const [status, privacy]: readonly [number, 'private'?] = CODES[code];
    this.code = code;
    this.detail = privacy === 'private' ? undefined : detail;
    this.status = status;
    this.retryAfter = options.retryAfter ?? (status === 503 ? 2 : undefined);
    contexts.set(this, options);
    Object.defineProperty(this, VERIFICATION_BRAND, { value: true });
  }

  /** The reason as the peer may know it: an unknown key and a wrong signature are one answer. */
  get publicCode(): VerificationErrorCode {
    return HIDDEN.includes(this.code) ? 'signature_mismatch' : this.code;
  }

  /** The keyid that the message claims, for the log; `undefined` if it came to none. Nothing proves it. */
  get keyid(): string | undefined {
    return contexts.get(this)!.keyid;
  }

  /**
   * Every requirement that was found unmet before a key was asked for, in the order of the checks: `code` and `detail` are those of the first.
   * Empty where the refusal has another reason. Nothing in it depends on a key.
   */
  get unmet(): readonly UnmetRequirement[] {
    return contexts.get(this)!.unmet ?? [];
  }

  /** The signature base the verifier built, for the log and `countersign/explain`; on a `signature_mismatch`. Values of credentials are left out. */
  get signatureBase(): string | undefined {
    return contexts.get(this)!.signatureBase;
  }

  /** The refusal as plain data: `application/problem+json` (RFC 9457) with its headers. */
  toProblem(): Problem {
    const { publicCode: code, status, retryAfter, detail, unmet } = this;
    const context = contexts.get(this)!;
    const { now = Math.floor(Date.now() / 1000), acceptSignature, challenge, signatureBase, insecurelyExposeSignatureBase } = context;
    const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
    if (status === 401) headers['www-authenticate'] = challenge ?? `Signature error="${code}"`;
    if (status === 401 && acceptSignature !== undefined) headers['accept-signature'] = acceptSignature;
    if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
    const body = {
      type: `${PROBLEM_TYPE}${code}`,
      title: titleOf(code),
      status,
      detail,
      code,
      unmet: unmet.length === 0 ? undefined : unmet,
      now,
      signatureBase: insecurelyExposeSignatureBase ? signatureBase : undefined,
    };
    return { status, headers, body: JSON.stringify(body) };
  }

  /** The refusal as a `Response`. */
  toResponse(): Response {
    const { body, ...init } = this.toProblem();
    return new Response(body, init);
  }
}

/** Tells a refusal what the verifier knows besides; what it says already stays. */
export function annotateRefusal(error: VerificationError, context: RefusalContext): void {
  const known = contexts.get(error);
  contexts.set(error, { ...context, ...known });
}

/** The same refusal, of which the log says more. */
export function withLogDetail(error: VerificationError, logDetail: string): VerificationError {
  const { code, detail, retryAfter } = error;
  return new VerificationError(code, detail, { ...contexts.get(error), cause: error, retryAfter, logDetail });
}

/**
 * Throws the first of several refusals, if there is one; it says all of them.
 *
 * @throws {VerificationError} The first; `unmet` lists them.
 */
export function throwFirst(refusals: readonly VerificationError[]): void {
  const [first] = refusals;
  if (first === undefined) return;
  annotateRefusal(first, { unmet: Object.freeze(refusals.map(({ code, detail }) => Object.freeze({ code, detail }))) });
  throw first;
}

/** The signed fetch would not send, follow or hand over. Never a TypeError, which retry wrappers take for a network error. */
export class SignedFetchError extends Error {
  /** `SignedFetchError`. */
  override readonly name = 'SignedFetchError';
  /** The reason; a `switch` needs a default. */
  readonly code: SignedFetchErrorCode;
  /** The redirect target, the foreign origin or the dropped header, when there is one. */
  readonly target: string | undefined;

  constructor(code: SignedFetchErrorCode, message: string, options: ErrorOptions & { readonly target?: string | undefined } = {}) {
    super(message, options);
    this.code = code;
    this.target = options.target;
    Object.defineProperty(this, FETCH_BRAND, { value: true });
  }
}

/** Whether a value is a `VerificationError`, also one of another copy of this package. */
export function isVerificationError(value: unknown): value is VerificationError {
  return hasBrand(value, VERIFICATION_BRAND);
}

/** Whether a value is a `SignedFetchError`, also one of another copy of this package. */
export function isSignedFetchError(value: unknown): value is SignedFetchError {
  return hasBrand(value, FETCH_BRAND);
}

function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}

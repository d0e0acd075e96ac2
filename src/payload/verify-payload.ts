/**
 * Verifying of a relayed payload: who signed it, for whom, and that it counts once.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertFlag, assertFunction, assertInteger, assertPrintable, assertSeconds } from '../internal/assert.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { ReplayStore } from '../replay/store.ts';
import { CONTENT_DIGEST } from '../rfc9421/coverage.ts';
import { readFixedSignature } from '../rfc9421/single-signature.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { clockOf } from '../runtime/time.ts';
import type { KeyRecord, ResolveKey } from '../signature/key-record.ts';
import { type CommonPolicy, type FixedRequirement, fixedRequirement } from '../signature/policy.ts';
import { annotated, asRefusal } from '../signature/refusal.ts';
import { type StandardSchema, validateLater } from '../signature/verified/schema.ts';
import { type ConsumeLater, createUnconsumed, requireLater, type Unconsumed } from '../signature/verified/unconsumed.ts';
import { toVerifiedSignatures, type VerifiedSignatures } from '../signature/verified/verified.ts';
import { type MessageView, type Verified, type VerifyContext, verifySignatures } from '../signature/verify-signatures.ts';
import type { FormFields } from './canonical-bytes.ts';
import { type PayloadFormat, payloadSource, purposeTag } from './carrier.ts';
import type { ReceivedPayload } from './read-object.ts';
import { readPayload } from './read-payload.ts';

/** What a payload's signature must fulfil. Durations are whole seconds. */
export interface PayloadPolicy extends CommonPolicy {
  /** Accepts messages without a nonce, and needs no `replayStore`: a message counts as often as it comes, until it expires. Default: false. */
  readonly insecurelyAllowMissingNonce?: boolean | undefined;
}

/** How to verify a payload. */
export interface PayloadOptions {
  /** What the message must be for: `credit-coins`. */
  readonly tag: string;
  /** Who we are, as the signer names us. Printable ASCII. */
  readonly audience: string;
  /** Whom the message must be about: the user of the session it arrived in. Without it, a message that names somebody is refused. */
  readonly subject?: string | undefined;
  /** Takes messages about anybody; the result says whom. Default: false. */
  readonly anySubject?: boolean | undefined;
  /** Finds the key of a keyid. */
  readonly resolveKey: ResolveKey;
  /** Remembers nonces, so that a message counts once. */
  readonly replayStore?: ReplayStore | undefined;
  /** How old a message may be, and by which algorithms. */
  readonly policy?: PayloadPolicy | undefined;
  /** `json` (default), `text` for one opaque string, `form` for form fields. */
  readonly format?: PayloadFormat | undefined;
  /** A Standard Schema (zod, valibot, …) that the payload must fit, or nothing is consumed. Its output is the `payload`. */
  readonly schema?: StandardSchema<unknown> | undefined;
  /** The largest input, in bytes or characters; 1 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** Seconds to wait for `resolveKey` and the replay store; 5 by default. */
  readonly timeout?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** A replay store is required, unless messages may count more than once. */
export type VerifyPayloadOptions = PayloadOptions &
  ({ readonly replayStore: ReplayStore } | { readonly policy: PayloadPolicy & { readonly insecurelyAllowMissingNonce: true } });

/** How to verify a payload that its handler consumes: it needs no `replayStore`. */
export type LaterPayloadOptions = Omit<PayloadOptions, 'replayStore'> & ConsumeLater;

/** A payload that was verified, and whose nonce is not consumed yet: it tells whose it is, and not what it says. */
export type UnconsumedPayload<T> = Unconsumed<VerifiedPayload<T>>;

/** A payload that was verified: frozen, and nothing in it that was not signed. */
export interface VerifiedPayload<T> {
  /** The data. */
  readonly payload: T;
  /** The name of the key that signed it. */
  readonly keyid: string;
  /** The tenant of the key record; `''` without one. */
  readonly tenant: string;
  /** The key record, as `resolveKey` answered it. */
  readonly key: KeyRecord;
  /** Who it is for. */
  readonly audience: string;
  /** Whom it is about; `undefined` if it names nobody. */
  readonly subject: string | undefined;
  /** What was verified about the signature. */
  readonly signatures: VerifiedSignatures;
}

/** A JSON object as it was verified. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What a payload may arrive as. Text and bytes are best: a parsed object cannot show duplicate members or lost digits, and
 * some engines misread names that begin with an escape (V8 13 and 14, nodejs/node#63785), which is then refused.
 */
export type PayloadInput = string | Uint8Array | object;

type AllOptions = PayloadOptions & Partial<ConsumeLater>;

const NAMES: OptionNames<AllOptions> = {
  consume: true,
  tag: true,
  audience: true,
  subject: true,
  anySubject: true,
  resolveKey: true,
  replayStore: true,
  policy: true,
  format: true,
  schema: true,
  maxBytes: true,
  timeout: true,
  now: true,
};

const POLICY_NAMES: OptionNames<PayloadPolicy> = { algorithms: true, maxAge: true, futureSkew: true, insecurelyAllowMissingNonce: true };

const ELSEWHERE = { algorithms: 'policy', maxAge: 'policy', futureSkew: 'policy', insecurelyAllowMissingNonce: 'policy' };

/**
 * Verifies a payload and consumes its nonce; with `consume: 'later'` the nonce is left to the caller, whose transaction records it together
 * with what the message does.
 *
 * @throws {VerificationError} If it is refused: besides the codes of requests, those that begin with `payload_`,
 *   `audience_mismatch` and `subject_mismatch`.
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function verifyPayload<T>(
  input: PayloadInput,
  options: LaterPayloadOptions & { readonly schema: StandardSchema<T> },
): Promise<UnconsumedPayload<T>>;

export function verifyPayload(
  input: PayloadInput,
  options: LaterPayloadOptions & { readonly format: 'text' },
): Promise<UnconsumedPayload<string>>;

export function verifyPayload(
  input: FormFields,
  options: LaterPayloadOptions & { readonly format: 'form' },
): Promise<UnconsumedPayload<Readonly<Record<string, string>>>>;

export function verifyPayload(input: PayloadInput, options: LaterPayloadOptions): Promise<UnconsumedPayload<JsonObject>>;

export function verifyPayload<T>(
  input: PayloadInput,
  options: VerifyPayloadOptions & { readonly schema: StandardSchema<T> },
): Promise<VerifiedPayload<T>>;

export function verifyPayload(
  input: PayloadInput,
  options: VerifyPayloadOptions & { readonly format: 'text' },
): Promise<VerifiedPayload<string>>;

export function verifyPayload(
  input: FormFields,
  options: VerifyPayloadOptions & { readonly format: 'form' },
): Promise<VerifiedPayload<Readonly<Record<string, string>>>>;

export function verifyPayload(input: PayloadInput, options: VerifyPayloadOptions): Promise<VerifiedPayload<JsonObject>>;

export async function verifyPayload(
  input: PayloadInput,
  options: VerifyPayloadOptions | LaterPayloadOptions,
): Promise<VerifiedPayload<unknown> | UnconsumedPayload<unknown>> {
  const { requirement, context, format, maxBytes, schema, later, ...address } = readPayloadOptions(options);
  const annotate = (error: unknown) => annotated(error, { now: context.now() });
  try {
    const received = asRefusal(() => readPayload(input, format, maxBytes));
    const signature = asRefusal(() => readFixedSignature(received.input, received.signature, [CONTENT_DIGEST], requirement.tag));
    const source = payloadSource(received.canonical);
    const view: MessageView<unknown> = {
      source: isThenable(source) ? await source : source,
      present: [],
      announcesContent: false,
      checkAuthority: (claimed) => requireAddress(claimed, address),
      // The digest is computed from the data itself: a signature that fits proves the content too. A schema speaks before anything is consumed.
      readContent: () => fitSchema(schema, received),
    };
    const required = { signature, requirement, longestAge: requirement.maxAge, longestLifetime: requirement.maxLifetime };
    const { proven, content } = await verifySignatures([required], view, context);
    const verified = verifiedPayload({ proven, content });
    return later ? createUnconsumed(proven, context, verified, { annotate }) : verified;
  } catch (error) {
    throw annotate(error);
  }
}

function fitSchema(schema: StandardSchema<unknown> | undefined, { payload }: ReceivedPayload): unknown {
  return schema === undefined ? payload : validateLater(schema, payload);
}

interface Address {
  readonly audience: string;
  readonly subject: string | undefined;
  readonly anySubject: boolean;
}

/** What verification works with: the options, checked and made ready. */
interface PayloadParts extends Address {
  readonly requirement: FixedRequirement;
  readonly context: VerifyContext;
  readonly format: PayloadFormat;
  readonly maxBytes: number;
  readonly schema: StandardSchema<unknown> | undefined;
  readonly later: boolean;
}

function readPayloadOptions(options: AllOptions): PayloadParts {
  const read = readOptions<AllOptions>(options, NAMES, { elsewhere: ELSEWHERE });
  const { tag, audience, subject, anySubject = false, resolveKey, replayStore, format = 'json', schema } = read;
  const { maxBytes = 1024 * 1024, timeout = 5 } = read;
  const policy = readOptions(read.policy ?? {}, POLICY_NAMES, { name: 'policy' });
  const { insecurelyAllowMissingNonce = false } = policy;
  if (format !== 'json' && format !== 'text' && format !== 'form') throw new TypeError('format must be json, text or form');
  assertPrintable(audience, 'audience');
  if (subject !== undefined) assertPrintable(subject, 'subject');
  assertFlag(anySubject, 'anySubject');
  if (anySubject && subject !== undefined) throw new TypeError('subject and anySubject exclude each other');
  assertFunction(resolveKey, 'resolveKey');
  assertFlag(insecurelyAllowMissingNonce, 'policy.insecurelyAllowMissingNonce');
  const later = read.consume !== undefined;
  if (later) requireLater(read.consume, replayStore);
  else if (replayStore === undefined ? !insecurelyAllowMissingNonce : typeof replayStore.consume !== 'function')
    throw new TypeError('replayStore is required: without one a message counts again and again');
  assertInteger(maxBytes, 'maxBytes', 1);
  assertSeconds(timeout, 'timeout', 1, 3600);
  const nonce = insecurelyAllowMissingNonce ? 'optional' : 'required';
  return {
    requirement: fixedRequirement(purposeTag(format, tag), nonce, policy, 'policy.'),
    context: { resolveKey, resolveKeyWithoutKeyid: undefined, replayStore, now: clockOf(read.now), timeout },
    audience,
    subject,
    anySubject,
    format,
    maxBytes,
    schema,
    later,
  };
}

function requireAddress(signature: UnverifiedSignature, { audience, subject, anySubject }: Address): void {
  if (signature.audience !== audience)
    throw new VerificationError('audience_mismatch', `the message is for ${JSON.stringify(signature.audience ?? '')}`, {
      logDetail: `audience is ${audience}`,
    });
  if (!anySubject && signature.subject !== subject) {
    const logDetail = subject === undefined ? 'pass subject, or anySubject' : undefined;
    const detail = subject === undefined ? 'the message is about somebody' : 'the message is not about this subject';
    throw new VerificationError('subject_mismatch', detail, { logDetail });
  }
}

function verifiedPayload({ proven, content }: Verified<unknown>): VerifiedPayload<unknown> {
  const { signature, key } = proven[0]!;
  return Object.freeze({
    payload: content,
    keyid: signature.keyid!,
    tenant: key.tenant,
    key: key.record,
    audience: signature.audience!,
    subject: signature.subject,
    signatures: toVerifiedSignatures(proven),
  });
}

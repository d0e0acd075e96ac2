/**
 * Verifying of a relayed payload: who signed it, for whom, and that it counts once.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { annotateRefusal, VerificationError } from '../errors.ts';
import { toVerifiedSignature, type VerifiedSignature, validate } from '../http/verified-request.ts';
import { assertFunction, assertInteger, assertObject, assertText } from '../internal/assert.ts';
import type { ReplayStore } from '../replay/store.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { systemTime } from '../runtime/time.ts';
import { type FixedRequirement, fixedRequirement, readFixedSignature } from '../signature/fixed-form.ts';
import type { KeyRecord, ResolveKey } from '../signature/key-record.ts';
import type { StandardSchema } from '../signature/schema.ts';
import type { Bench, Evidence, Verdict } from '../signature/verify-context.ts';
import { judge } from '../signature/verify-signatures.ts';
import type { FormFields } from './canonical-bytes.ts';
import { DIGEST, type PayloadFormat, payloadSource, purposeTag } from './carrier.ts';
import type { ReceivedPayload } from './read-object.ts';
import { readPayload } from './read-payload.ts';

/** How to judge a payload. Durations are whole seconds. */
export interface VerifyPayloadOptions {
  /** What the message must be for. */
  readonly tag: string;
  /** Who we are. */
  readonly audience: string;
  /** Whom the message must be about: the user of the session it arrived in. */
  readonly subject?: string | undefined;
  readonly resolveKey: ResolveKey;
  /** Makes a message count once. Left out only with `insecurelyAllowReplay`. */
  readonly replayStore?: ReplayStore | undefined;
  /** Accepts a message as often as it comes, until it expires. */
  readonly insecurelyAllowReplay?: boolean | undefined;
  /** `json` (default), `text` for one opaque string, `form` for form fields. */
  readonly format?: PayloadFormat | undefined;
  readonly algorithms?: readonly Algorithm[] | undefined;
  /** How long after `created` a message counts, and how long it may live; 300 by default. */
  readonly maxAge?: number | undefined;
  /** How far `created` may lie ahead of our clock; 5 by default. */
  readonly futureSkew?: number | undefined;
  /** The largest input, in bytes or characters; 1 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** Seconds to wait for `resolveKey` and the replay store; 5 by default. */
  readonly timeout?: number | undefined;
  /** Whole seconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** A payload that was verified: frozen, and nothing in it that was not signed. */
export interface VerifiedPayload<T> {
  readonly payload: T;
  readonly keyid: string;
  readonly tenant: string;
  readonly key: KeyRecord;
  readonly audience: string | undefined;
  readonly subject: string | undefined;
  readonly signature: VerifiedSignature;
}

/** A JSON object as it was verified. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What a payload may arrive as. Text and bytes are best: a parsed object cannot show duplicate members or lost digits, and
 * some engines misread names that begin with an escape (V8 13 and 14, nodejs/node#63785), which is then refused.
 */
export type PayloadInput = string | Uint8Array | object;

/**
 * Verifies a payload and consumes its nonce.
 *
 * @throws {VerificationError} If it is refused: besides the codes of requests, those that begin with `payload_`,
 *   `audience_mismatch` and `subject_mismatch`.
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
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
  options: VerifyPayloadOptions & { readonly schema?: StandardSchema<unknown> },
): Promise<VerifiedPayload<unknown>> {
  const requirement = requirementOf(options);
  const {
    audience,
    subject,
    resolveKey,
    replayStore,
    format = 'json',
    timeout = 5,
    now = systemTime,
    schema,
    maxBytes = 1024 * 1024,
  } = options;
  // Written as a check, since a limit of NaN limits nothing.
  assertInteger(maxBytes, 'maxBytes', 1);
  const time = now();
  try {
    const received = readPayload(input, format, maxBytes);
    const checkAddress = (signature: UnverifiedSignature) => requireAddress(signature, audience, subject);
    const verdict = await judgePayload(received, requirement, checkAddress, { resolveKey, replayStore, now: time, timeout });
    return verifiedPayload(verdict, schema === undefined ? received.payload : validate(schema, received.payload));
  } catch (error) {
    if (error instanceof VerificationError) annotateRefusal(error, { now: time });
    throw error;
  }
}

function requirementOf(options: VerifyPayloadOptions): FixedRequirement {
  assertObject(options, 'options');
  const {
    tag,
    audience,
    subject,
    resolveKey,
    replayStore,
    insecurelyAllowReplay = false,
    algorithms,
    format = 'json',
    maxAge = 300,
    futureSkew = 5,
  } = options;
  if (!['json', 'text', 'form'].includes(format)) throw new TypeError('format must be json, text or form');
  assertText(audience, 'audience');
  if (subject !== undefined) assertText(subject, 'subject');
  assertFunction(resolveKey, 'resolveKey');
  if (replayStore === undefined ? !insecurelyAllowReplay : typeof replayStore.consume !== 'function')
    throw new TypeError('replayStore is required: without one a message counts again and again');
  assertInteger(maxAge, 'maxAge', 1, 2 ** 31);
  assertInteger(futureSkew, 'futureSkew', 0, 3600);
  return fixedRequirement({
    tag: purposeTag(format, tag),
    algorithms: algorithms && new Set(algorithms),
    maxAge,
    futureSkew,
    nonce: insecurelyAllowReplay ? 'optional' : 'required',
  });
}

function requireAddress(signature: UnverifiedSignature, audience: string, subject: string | undefined): void {
  if (signature.audience !== audience) throw new VerificationError('audience_mismatch');
  if (subject !== undefined && signature.subject !== subject) throw new VerificationError('subject_mismatch');
}

function verifiedPayload<T>(verdict: Verdict, payload: T): VerifiedPayload<T> {
  const { signature, record } = verdict;
  return Object.freeze({
    payload,
    keyid: signature.keyid!,
    tenant: record.tenant ?? '',
    key: record,
    audience: signature.audience,
    subject: signature.subject,
    signature: toVerifiedSignature(verdict),
  });
}

// A signed payload before the judge, whoever relayed it.
//
// @see WIRE, "Body carrier"

/** Judges a payload; `checkAddress` throws a `VerificationError` unless it is meant for us. */
export async function judgePayload(
  { input, signature: proof, canonical }: ReceivedPayload,
  requirement: FixedRequirement,
  checkAddress: Evidence['checkAuthority'],
  bench: Bench,
): Promise<Verdict> {
  const signature = readFixedSignature(input, proof, [DIGEST], requirement.tag);
  const evidence: Evidence = {
    source: await payloadSource(canonical),
    obliged: [],
    checkAuthority: checkAddress,
    // The digest is computed from the data itself: a signature that fits proves the content too.
    checkContent: () => undefined,
  };
  const [verdict] = await judge([{ signature, requirement }], evidence, bench);
  return verdict!;
}

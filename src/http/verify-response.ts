/**
 * Verifying a response: read from its fields, and held against the request it answers.
 *
 * @see RFC 9421, sections 2.4 and 3.2
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertFunction, assertSeconds } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { CONTENT_DIGEST, presentResponseFields } from '../rfc9421/coverage.ts';
import { combine, createFieldReader, type FieldReader } from '../rfc9421/field-lines.ts';
import { messageFromResponse, type RequestMessage, type ResponseMessage } from '../rfc9421/message.ts';
import { readCandidates } from '../rfc9421/signature-fields.ts';
import { responseSource } from '../rfc9421/source.ts';
import { type FieldTypes, requireFieldTypes } from '../rfc9421/structured-field.ts';
import { clockOf } from '../runtime/time.ts';
import { checkContentDigest } from '../signature/content-digest.ts';
import type { KeyRecord, ResolveKey, ResolveKeyWithoutKeyid } from '../signature/key-record.ts';
import { POLICY_MEMBERS, type Requirement, type ResponsePolicy, readResponsePolicy } from '../signature/policy.ts';
import { asRefusal } from '../signature/refusal.ts';
import { selectSignature } from '../signature/requirements.ts';
import { assertNonce } from '../signature/sign.ts';
import { toVerifiedSignatures, type VerifiedSignatures } from '../signature/verified/verified.ts';
import { type MessageView, type Verified, type VerifyContext, verifySignatures } from '../signature/verify-signatures.ts';
import { requireRequestMessage, requireResponseMessage } from './check-message.ts';
import { type ContentBounds, readContent } from './content.ts';
import { addFieldBytes, type Limits, readLimits } from './limits.ts';
import { takeBody } from './request-view.ts';

/** What says which request a response answers. */
type AnswerOptions =
  | {
      /** The nonce of the request, as `signRequest` answered it: an answer to another request has another one. */
      readonly nonce: string;
      /** What the signature must fulfil; by default whatever `signResponse` does by default. */
      readonly policy?: ResponsePolicy | undefined;
    }
  | {
      /** A request that was not signed has none. */
      readonly nonce?: undefined;
      readonly policy: ResponsePolicy & { readonly insecurelyAllowMissingNonce: true };
    };

/** How to verify a response. Times are whole seconds since the epoch, durations whole seconds. */
export type VerifyResponseOptions = CommonVerifyResponseOptions & AnswerOptions;

/** What both kinds have. */
export interface CommonVerifyResponseOptions {
  /** Finds the key of a keyid. */
  readonly resolveKey: ResolveKey;
  /** Finds the key of a signature without a keyid, by what else it says. Without it, the signature must have a keyid. */
  readonly resolveKeyWithoutKeyid?: ResolveKeyWithoutKeyid | undefined;
  /** What a peer may send at the most. */
  readonly limits?: Partial<Limits> | undefined;
  /** Structured types of fields that `;sf` is used with, by lower-case name, besides the registered ones. */
  readonly fieldTypes?: FieldTypes | undefined;
  /** Seconds to wait for `resolveKey`; 5 by default. */
  readonly timeout?: number | undefined;
  /** Seconds that content may take to arrive; 60 by default. */
  readonly bodyTimeout?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** The names of `VerifyResponseOptions`. */
const VERIFY_RESPONSE_OPTIONS: OptionNames<VerifyResponseOptions> = {
  resolveKey: true,
  resolveKeyWithoutKeyid: true,
  nonce: true,
  policy: true,
  limits: true,
  fieldTypes: true,
  timeout: true,
  bodyTimeout: true,
  now: true,
};

/** A response that was verified. */
export interface VerifiedResponse {
  /** The status code. */
  readonly status: number;
  /** The name of the key that signed it. */
  readonly keyid: string;
  /** The key record, as `resolveKey` answered it. */
  readonly key: KeyRecord;
  /** The content; `undefined` when the policy lets it go uncovered. */
  readonly bytes: Uint8Array | undefined;
  /** What was verified about the signature. */
  readonly signatures: VerifiedSignatures;
}

/**
 * Verifies a response to `request`. Its body is read.
 *
 * @throws {VerificationError} If it is refused: `nonce_replayed` if it answers another request.
 * @throws {TypeError | RangeError} If a message is none, or an option is missing, unknown or unusable.
 */
export async function verifyResponse(
  response: Response | ResponseMessage,
  request: RequestMessage,
  options: VerifyResponseOptions,
): Promise<VerifiedResponse> {
  const read = readOptions(options, VERIFY_RESPONSE_OPTIONS, { elsewhere: POLICY_MEMBERS });
  const { resolveKey, resolveKeyWithoutKeyid, nonce, policy = {}, timeout = 5, bodyTimeout = 60, fieldTypes } = read;
  assertFunction(resolveKey, 'resolveKey');
  if (resolveKeyWithoutKeyid !== undefined) assertFunction(resolveKeyWithoutKeyid, 'resolveKeyWithoutKeyid');
  assertSeconds(timeout, 'timeout', 1, 3600);
  assertSeconds(bodyTimeout, 'bodyTimeout', 1, 86_400);
  requireFieldTypes(fieldTypes);
  const limits = readLimits(read.limits);
  // No store: the nonce is the request's, and is compared.
  const context: VerifyContext = { resolveKey, resolveKeyWithoutKeyid, replayStore: undefined, now: clockOf(read.now), timeout };
  requireRequestMessage(request, 'request');
  const message = isFetchResponse(response) ? messageFromResponse(response) : response;
  requireResponseMessage(message, 'response');
  // What is looked at after the key was waited for is taken now.
  const { status } = message;
  const body = takeBody(message.body, limits, 'response');
  const fields = createFieldReader(message.fields);
  const taken: TakenAnswer = { status, method: request.method, digest: fields('content-digest'), coding: fields('content-encoding') };
  requireFieldsWithin(fields, limits);
  const requirement = readResponsePolicy(policy, createFieldReader(request.fields)('content-digest') !== undefined);
  if (nonce !== undefined || requirement.nonce === 'required') assertNonce(nonce);
  const signature = selectSignature(
    asRefusal(() => readCandidates(fields, limits)),
    requirement.tag,
  );
  if (nonce !== undefined && signature.nonce !== undefined && signature.nonce !== nonce)
    throw new VerificationError('nonce_replayed', 'the response answers another request');
  const bounds: ContentBounds = { limit: limits.bodyBytes, timeout: bodyTimeout };
  const view: MessageView<Uint8Array | undefined> = {
    source: responseSource(message, request, fields, fieldTypes),
    present: presentOf(fields),
    announcesContent: false,
    checkAuthority: () => undefined,
    readContent: () => contentOf(isFetchResponse(response) ? response : { body }, taken, requirement, bounds),
  };
  const required = { signature, requirement, longestAge: requirement.maxAge, longestLifetime: requirement.maxLifetime };
  return toVerifiedResponse(status, await verifySignatures([required], view, context));
}

/** What the content of an answer is held against. */
interface TakenAnswer {
  readonly status: number;
  /** Of the request. */
  readonly method: string;
  readonly digest: readonly string[] | undefined;
  readonly coding: readonly string[] | undefined;
}

/** Of whatever make: other realms have `Response`s of their own. */
function isFetchResponse(given: Response | ResponseMessage): given is Response {
  if (typeof given !== 'object' || given === null)
    throw new TypeError('response must be a Response, or a message { status, fields, body }');
  return 'headers' in given && typeof given.headers?.get === 'function';
}

/** A digest that is there must be covered, also where there is no content: it may be that of another answer (to HEAD, that of GET's). */
function presentOf(fields: FieldReader): MessageView<unknown>['present'] {
  const present = presentResponseFields((name) => fields(name) !== undefined);
  return fields('content-digest') === undefined ? present : [...present, CONTENT_DIGEST];
}

/** The signature fields; the others were bounded by whoever read the response. */
function requireFieldsWithin(fields: FieldReader, limits: Limits): void {
  let total = 0;
  for (const name of ['signature-input', 'signature', 'content-digest']) {
    for (const line of fields(name) ?? []) total = addFieldBytes(total, name, line, limits);
  }
}

async function contentOf(
  content: Parameters<typeof readContent>[0],
  taken: TakenAnswer,
  { uncovered }: Requirement,
  bounds: ContentBounds,
): Promise<Uint8Array | undefined> {
  if (uncovered.has('content-digest')) return undefined;
  const bytes = await readContent(content, bounds);
  const { digest } = taken;
  if (bytes.length === 0 && isOfOtherContent(taken)) return bytes;
  if (digest !== undefined) await checkContentDigest(combine(digest), bytes, taken.coding?.join());
  else if (bytes.length > 0) throw new VerificationError('digest_missing', 'the response has content, and no Content-Digest');
  return bytes;
}

/** An answer to HEAD, and a 304, has the digest of content that it does not bring (RFC 9110, sections 9.3.2 and 15.4.5). */
function isOfOtherContent({ method, status }: TakenAnswer): boolean {
  return method === 'HEAD' || status === 304;
}

function toVerifiedResponse(status: number, { proven, content }: Verified<Uint8Array | undefined>): VerifiedResponse {
  const { key } = proven[0]!;
  const signatures = toVerifiedSignatures(proven);
  return Object.freeze({ status, keyid: signatures[0].keyid, key: key.record, bytes: content, signatures });
}

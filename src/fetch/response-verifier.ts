/**
 * Responses that are verified before anybody sees them, and made anew of what was verified.
 *
 * @see RFC 9421, section 2.4; RFC 9530, section 2
 * @module
 */

import { isVerificationError, SignedFetchError } from '../errors.ts';
import { createDigestStream } from '../http/digest-stream.ts';
import { type Limits, readLimits } from '../http/limits.ts';
import { type CommonVerifyResponseOptions, type VerifiedResponse, verifyResponse } from '../http/verify-response.ts';
import { assertFlag, assertFunction, assertSeconds, assertTexts } from '../internal/assert.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import { messageFromRequest, messageFromResponse } from '../rfc9421/message.ts';
import { requireFieldTypes } from '../rfc9421/structured-field.ts';
import { clockOf } from '../runtime/time.ts';
import { verifyContentDigest } from '../signature/content-digest.ts';
import { POLICY_MEMBERS, type ResponsePolicy, readResponsePolicy } from '../signature/policy.ts';
import { readAnswer } from './answer.ts';
import { withProvenance } from './response.ts';

/** How to verify responses. */
export interface ResponseVerifierOptions extends CommonVerifyResponseOptions {
  /** What the signature must fulfil; by default whatever `signResponse` does by default. */
  readonly policy?: ResponsePolicy | undefined;
  /**
   * Hands the content over while it arrives, of any size: status, fields and digest are verified before, and the content
   * at its end, where reading fails if it is not what was signed. Use nothing of it before that.
   */
  readonly streaming?: boolean | undefined;
  /**
   * Fields to hand over although nobody signed them: whoever is on the way can write them. Default: a response has the fields that its
   * signature covers, and no other.
   */
  readonly insecurelyKeepFields?: readonly string[] | undefined;
}

/** Verifies the answer to a request, and gives it back made anew of what was verified. `nonce` is the request's. */
export type ResponseVerifier = (response: Response, request: Request, nonce: string) => Promise<Response>;

const NAMES: OptionNames<ResponseVerifierOptions> = {
  resolveKey: true,
  resolveKeyWithoutKeyid: true,
  policy: true,
  limits: true,
  fieldTypes: true,
  timeout: true,
  bodyTimeout: true,
  now: true,
  streaming: true,
  insecurelyKeepFields: true,
};

const elsewhere = (): Readonly<Record<string, string>> => ({ ...POLICY_MEMBERS, bodyBytes: 'limits', signer: 'createSignedFetch' });

/** The options, checked. */
interface Rules extends CommonVerifyResponseOptions {
  readonly policy: ResponsePolicy;
  readonly limits: Limits;
  readonly bodyTimeout: number;
  readonly streaming: boolean;
  readonly kept: readonly string[];
}

/** One answer, and what it answers. */
interface Answer {
  readonly response: Response;
  readonly request: Request;
  readonly nonce: string;
}

/**
 * The `responseVerifier` of `createSignedFetch`: signature, status, content, and that it answers this very request. Handed
 * in, so that only pages that verify load what that needs.
 *
 * What it refuses rejects with `SignedFetchError` `response_refused`, with the `VerificationError` as `cause`.
 *
 * @throws {TypeError | RangeError} If an option is missing, unusable or unknown.
 */
export function createResponseVerifier(options: ResponseVerifierOptions): ResponseVerifier {
  const rules = readRules(options);
  return async (response, request, nonce) => {
    const answer = { response, request, nonce };
    try {
      return await (rules.streaming ? verifyFlowing(answer, rules) : verifyWhole(answer, rules));
    } catch (cause) {
      if (isVerificationError(cause)) throw refused(response, `is not accepted: ${cause.message}`, { cause });
      throw cause;
    }
  };
}

function readRules(options: ResponseVerifierOptions): Rules {
  const given = readOptions(options, NAMES, { elsewhere: elsewhere() });
  const { resolveKey, resolveKeyWithoutKeyid, policy = {}, now, fieldTypes } = given;
  const { timeout = 5, bodyTimeout = 60, streaming = false, insecurelyKeepFields = [] } = given;
  assertFunction(resolveKey, 'resolveKey');
  if (resolveKeyWithoutKeyid !== undefined) assertFunction(resolveKeyWithoutKeyid, 'resolveKeyWithoutKeyid');
  readResponsePolicy(policy, true);
  assertSeconds(timeout, 'timeout', 1, 3600);
  assertSeconds(bodyTimeout, 'bodyTimeout', 1, 86_400);
  requireFieldTypes(fieldTypes);
  assertFlag(streaming, 'streaming');
  assertTexts(insecurelyKeepFields, 'insecurelyKeepFields');
  const kept = insecurelyKeepFields.map((name) => name.toLowerCase());
  const keys = { resolveKey, resolveKeyWithoutKeyid };
  return { ...keys, policy, limits: readLimits(given.limits), timeout, bodyTimeout, now: clockOf(now), fieldTypes, streaming, kept };
}

/** As many bytes of an answer as there may be; `undefined` if there are more. */
async function readAtMost({ response, request }: Answer, limit: number, { bodyTimeout: seconds }: Rules): Promise<Uint8Array | undefined> {
  const bytes = await readAnswer(response, { limit, seconds, signal: request.signal });
  if (bytes === 'later') throw refused(response, `took longer than bodyTimeout (${seconds} s)`);
  return bytes === 'larger' ? undefined : bytes;
}

async function verifyWhole(answer: Answer, rules: Rules): Promise<Response> {
  const { response } = answer;
  if (describesOtherContent(answer)) return verifyEmpty(answer, rules);
  const bytes = await readAtMost(answer, rules.limits.bodyBytes, rules);
  if (bytes === undefined) throw refused(response, `is larger than limits.bodyBytes (${rules.limits.bodyBytes})`);
  const isPlain = !isCoded(response) || (bytes.length === 0 && !response.headers.has('content-digest'));
  if (isPlain) return rebuilt(answer, await verifyWith(answer, rules, bytes), rules, bytes);
  const { value, verified } = await verifyFields(answer, rules);
  await verifyContentDigest(value, bytes);
  return rebuilt(answer, verified, rules, bytes);
}

async function verifyFlowing(answer: Answer, rules: Rules): Promise<Response> {
  const { response } = answer;
  if (describesOtherContent(answer)) return verifyEmpty(answer, rules);
  if (response.headers.has(digestName(response)) && response.body !== null) {
    const { value, verified } = await verifyFields(answer, rules);
    return rebuilt(answer, verified, rules, response.body.pipeThrough(await createDigestStream(value)));
  }
  // Without a digest there can only be nothing: as much is read as to be sure.
  const bytes = await readAtMost(answer, 0, rules);
  if (bytes === undefined) throw refused(response, isCoded(response) ? CODED : 'has no Content-Digest');
  return rebuilt(answer, await verifyWith(answer, rules, bytes), rules, null);
}

/** An answer to HEAD, and a 304, may have the digest of content that they do not bring (RFC 9110, sections 9.3.2 and 15.4.5). */
function describesOtherContent({ response, request }: Answer): boolean {
  return (request.method === 'HEAD' || response.status === 304) && response.headers.has('content-digest');
}

async function verifyEmpty(answer: Answer, rules: Rules): Promise<Response> {
  const bytes = await readAtMost(answer, 0, rules);
  if (bytes === undefined) throw refused(answer.response, 'has content, which an answer of its kind cannot have');
  return rebuilt(answer, await verifyWith(answer, withDigestAsField(answer, rules, 'content-digest'), undefined), rules, null);
}

/** Signature, status, fields, and these bytes; `undefined` if the policy says that they are somebody else's business. */
function verifyWith({ response, request, nonce }: Answer, rules: Rules, bytes: Uint8Array | undefined): Promise<VerifiedResponse> {
  const { resolveKey, resolveKeyWithoutKeyid, policy, limits, timeout, bodyTimeout, now, fieldTypes } = rules;
  const options = { resolveKey, resolveKeyWithoutKeyid, policy, limits, timeout, bodyTimeout, now, fieldTypes, nonce };
  return verifyResponse(messageFromResponse(response, bytes), messageFromRequest(request), options);
}

/**
 * Verifies everything but the content, and answers the signed digest that the content must fit.
 *
 * Where `fetch` has undone a content coding, that is Unencoded-Digest: Content-Digest is of the coded bytes.
 */
async function verifyFields(answer: Answer, rules: Rules): Promise<{ readonly value: string; readonly verified: VerifiedResponse }> {
  const { response } = answer;
  const name = digestName(response);
  const value = response.headers.get(name);
  if (value === null) throw refused(response, CODED);
  return { value, verified: await verifyWith(answer, withDigestAsField(answer, rules, name), undefined) };
}

/** Rules by which a digest is a field like any other: covered, but held against the content by us, or by nobody. */
function withDigestAsField({ request }: Answer, rules: Rules, name: string): Rules {
  const { policy } = rules;
  const uncovered = (memberOf(policy, 'insecurelyAllowUncovered') ?? []) as readonly string[];
  // The digest of the response alone is meant: that of the request stays covered, unless the caller lets it go.
  const insecurelyAllowUncovered = [...uncovered, 'content-digest'];
  const required = memberOf(policy, 'required') as ResponsePolicy['required'];
  if (required !== undefined)
    return { ...rules, policy: { ...policy, components: undefined, required: [...required, name], insecurelyAllowUncovered } };
  const isFree = memberOf(policy, 'insecurelyAllowUnboundResponse') === true || uncovered.includes('content-digest');
  const asked = request.headers.has('content-digest') && !isFree;
  const given = (memberOf(policy, 'components') ?? []) as NonNullable<ResponsePolicy['components']>;
  const components = [...given, name, ...(asked ? ['"content-digest";req'] : [])];
  return { ...rules, policy: { ...policy, required: undefined, components, insecurelyAllowUncovered } };
}

const CODED =
  'has a content coding, which fetch undoes, so that its Content-Digest cannot be checked: have the server sign Unencoded-Digest, or send it without coding';

function digestName(response: Response): string {
  return isCoded(response) ? 'unencoded-digest' : 'content-digest';
}

function isCoded({ headers }: Response): boolean {
  return (headers.get('content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity';
}

function rebuilt(
  { response, request }: Answer,
  { signatures: [signature] }: VerifiedResponse,
  { kept }: Rules,
  content: Uint8Array | ReadableStream<Uint8Array> | null,
): Response {
  const { status, url, redirected } = response;
  const names = [...signature.components.flatMap(fieldOf), ...kept];
  const headers = fieldsOf(response.headers, new Set(names));
  const bodiless = status === 204 || status === 205 || status === 304;
  const made = new Response(bodiless ? null : (content as BodyInit | null), { status, headers });
  return withProvenance(made, { url: url || request.url, redirected });
}

/** The field whose whole value a component of the response is. */
function fieldOf(identifier: string): readonly string[] {
  const name = /^"([^"@][^"]*)"(?:;bs)?$/.exec(identifier)?.[1];
  return name === undefined ? [] : [name];
}

function fieldsOf(from: Headers, names: ReadonlySet<string>): Headers {
  const headers = new Headers();
  for (const [name, value] of from) if (names.has(name)) headers.append(name, value);
  return headers;
}

function refused({ status }: Response, why: string, options?: ErrorOptions): SignedFetchError {
  return new SignedFetchError('response_refused', `the response (${status}) ${why}`, options);
}

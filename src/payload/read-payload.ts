/**
 * Reading of what was relayed: the data, its canonical bytes, and the two members beside it.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { JsonError, parseJsonStrict } from '../canonical/parse-json.ts';
import { isVerificationError, VerificationError, type VerificationErrorCode } from '../errors.ts';
import { decodeUtf8 } from '../internal/decode-utf8.ts';
import { isBytes } from '../internal/is-bytes.ts';
import { canonicalForm, canonicalObject, canonicalText, type FormFields, formPairs } from './canonical-bytes.ts';
import { INPUT_MEMBER, type PayloadFormat, SIGNATURE_MEMBER, TEXT_MEMBER } from './carrier.ts';

/** A payload taken apart; nothing of it is proved yet. */
export interface ReceivedPayload {
  readonly payload: unknown;
  readonly canonical: Uint8Array;
  readonly input: string;
  readonly signature: string;
}

/**
 * Takes a payload apart.
 *
 * @throws {VerificationError} `signature_missing`, `body_too_large`, or one of the codes that begin with `payload_`.
 */
export function readPayload(input: unknown, format: PayloadFormat, maxBytes: number): ReceivedPayload {
  if (format === 'form') return readForm(input, maxBytes);
  if (format === 'json') return readObject(input, maxBytes);
  const { members, input: text, signature } = readMembers(input, maxBytes);
  return guarded(() => ({ ...readText(members), input: text, signature }));
}

/** Takes a signed JSON object apart; licenses come here too. */
export function readObject(input: unknown, maxBytes: number): ReceivedPayload & { readonly payload: Readonly<Record<string, unknown>> } {
  const { members, input: text, signature } = readMembers(input, maxBytes);
  return guarded(() => ({ ...readJson(members), input: text, signature }));
}

function objectOf(input: unknown, maxBytes: number): Readonly<Record<string, unknown>> {
  const text = isBytes(input) ? textOf(input, maxBytes) : input;
  if (typeof text === 'string' && text.length > maxBytes) throw tooLarge(maxBytes);
  const value = typeof text === 'string' ? parse(text) : text;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('the payload is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}

function textOf(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw malformed('the payload is not UTF-8');
  return text;
}

function parse(text: string): unknown {
  try {
    return parseJsonStrict(text);
  } catch (cause) {
    throw explain(cause);
  }
}

/** The data, and the two members beside it. */
function readMembers(given: unknown, maxBytes: number) {
  const { [INPUT_MEMBER]: input, [SIGNATURE_MEMBER]: signature, ...members } = objectOf(given, maxBytes);
  if (input === undefined && signature === undefined) throw new VerificationError('signature_missing', 'the payload has no signature');
  if (typeof input !== 'string' || typeof signature !== 'string')
    throw new VerificationError('signature_malformed', 'the signature members are not both texts');
  return { members, input, signature };
}

function readJson(members: object) {
  try {
    const { bytes, value } = canonicalObject(members);
    return { payload: deepFreeze(value), canonical: bytes };
  } catch (cause) {
    throw diagnose(members, cause);
  }
}

/** The reason why an object that arrived as one cannot be canonical, in the words of the parser: it tells them apart. */
function diagnose(members: object, error: unknown): unknown {
  try {
    parseJsonStrict(JSON.stringify(members));
    return error;
  } catch (cause) {
    return cause instanceof JsonError ? cause : error;
  }
}

function readText({ [TEXT_MEMBER]: payload, ...others }: Readonly<Record<string, unknown>>) {
  if (typeof payload !== 'string' || Object.keys(others).length > 0) throw malformed('a signed text has the member payload and no other');
  return { payload, canonical: canonicalText(payload) };
}

function readForm(input: unknown, maxBytes: number): ReceivedPayload {
  if (typeof input !== 'object' || input === null || !(Symbol.iterator in input))
    throw new TypeError('a form must be pairs, URLSearchParams or FormData');
  const pairs: [string, string][] = [];
  const members = new Map<string, string>();
  let size = 0;
  for (const [name, value] of input as FormFields) {
    if (typeof value !== 'string') throw malformed('a form field is not a text');
    size += name.length + value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    if (name !== INPUT_MEMBER && name !== SIGNATURE_MEMBER) pairs.push([name, value]);
    else if (members.has(name)) throw new VerificationError('payload_duplicate_member', `the form has ${name} twice`);
    else members.set(name, value);
  }
  const text = members.get(INPUT_MEMBER);
  const signature = members.get(SIGNATURE_MEMBER);
  if (text === undefined || signature === undefined) throw new VerificationError('signature_missing', 'the form has no signature');
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length)
    throw new VerificationError('payload_duplicate_member', 'the form has a field twice');
  return guarded(() => ({
    payload: Object.freeze(Object.fromEntries(formPairs(pairs))),
    canonical: canonicalForm(pairs),
    input: text,
    signature,
  }));
}

/** What would be the caller's mistake in signing is the peer's here. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw explain(cause);
  }
}

const CODES: Readonly<Record<string, VerificationErrorCode>> = {
  duplicate_member: 'payload_duplicate_member',
  proto_member: 'payload_proto_member',
  number_inexact: 'payload_number_inexact',
  lone_surrogate: 'payload_lone_surrogate',
  too_deep: 'payload_too_deep',
};

function explain(error: unknown): unknown {
  if (isVerificationError(error)) return error;
  const origin = error instanceof Error && error.cause instanceof JsonError ? error.cause : error;
  const code = origin instanceof JsonError ? CODES[origin.problem] : undefined;
  return new VerificationError(code ?? 'payload_malformed', error instanceof Error ? error.message : 'the payload is malformed', {
    cause: error,
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}

function malformed(message: string): VerificationError {
  return new VerificationError('payload_malformed', message);
}

function tooLarge(limit: number): VerificationError {
  return new VerificationError('body_too_large', `the payload is larger than ${limit} bytes`);
}

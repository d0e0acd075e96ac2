/**
 * Reading of a signed JSON object: its text in, the data and the two members beside it out. Licenses come here too.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { writeCanonicalJson } from '../canonical/json.ts';
import { parseJsonStrict } from '../canonical/strict-json.ts';
import { VerificationError } from '../errors.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { INPUT_MEMBER, SIGNATURE_MEMBER } from './carrier.ts';

/** The payload is not what it should be. */
export function payloadMalformed(detail: string, options?: ErrorOptions): VerificationError {
  return new VerificationError('payload_malformed', detail, options);
}

/** The payload is larger than the limit, in bytes or characters. */
export function payloadTooLarge(limit: number): VerificationError {
  return new VerificationError('body_too_large', `${limit} bytes are allowed`);
}

/** A payload taken apart; nothing of it is proved yet. */
export interface ReceivedPayload<T = unknown> {
  readonly payload: T;
  readonly canonical: Uint8Array;
  readonly input: string;
  readonly signature: string;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Takes a signed object apart. Its data is frozen.
 *
 * @throws {VerificationError} `signature_missing`, `signature_malformed` or `payload_malformed`.
 * @throws {JsonError} If it is no JSON that every parser reads alike.
 */
export function readObject(text: string): ReceivedPayload<Members> {
  const { input, signature, members } = readMembers(text);
  return { payload: Object.freeze(members), canonical: encodeUtf8(writeCanonicalJson(members)), input, signature };
}

/** The data, and the two members beside it. */
export function readMembers(text: string): { readonly input: string; readonly signature: string; readonly members: Members } {
  const value = parseJsonStrict(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw payloadMalformed(Array.isArray(value) ? 'a list, where a JSON object is expected' : 'no JSON object');
  const { [INPUT_MEMBER]: input, [SIGNATURE_MEMBER]: signature, ...members } = value as Members;
  if (input === undefined && signature === undefined) throw new VerificationError('signature_missing', 'the payload has no signature');
  if (typeof input !== 'string' || typeof signature !== 'string')
    throw new VerificationError('signature_malformed', 'both members must be texts');
  return { input, signature, members };
}

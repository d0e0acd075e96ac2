/**
 * Reading of what was relayed, in whatever form it arrives: the data, its canonical bytes, and what is beside it.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { canonicalizeJson } from '../canonical/json.ts';
import { MAX_DEPTH, parseJsonStrict } from '../canonical/strict-json.ts';
import { isVerificationError, VerificationError } from '../errors.ts';
import { isBytes } from '../internal/bytes.ts';
import { decodeUtf8 } from '../internal/utf8.ts';
import { canonicalForm, canonicalText, type FormFields, formPairs } from './canonical-bytes.ts';
import { INPUT_MEMBER, type PayloadFormat, SIGNATURE_MEMBER, TEXT_MEMBER } from './carrier.ts';
import { asPayloadRefusal, payloadMalformed, payloadTooLarge, type ReceivedPayload, readMembers, readObject } from './read-object.ts';

/**
 * Takes a payload apart.
 *
 * @throws {VerificationError} `signature_missing`, `body_too_large`, or one of the codes that begin with `payload_`.
 */
export function readPayload(input: unknown, format: PayloadFormat, maxBytes: number): ReceivedPayload {
  if (format === 'form') return readForm(input, maxBytes);
  const text = textOf(input, maxBytes);
  return format === 'json' ? readObject(text) : readText(text);
}

/** Whatever it arrives as, it is read as text: one way to read is enough. */
function textOf(input: unknown, maxBytes: number): string {
  if (isBytes(input) && input.length > maxBytes) throw payloadTooLarge(maxBytes);
  const given = isBytes(input) ? decodeUtf8(input) : input;
  if (given === undefined) throw payloadMalformed('no UTF-8');
  const text = typeof given === 'string' ? given : asPayloadRefusal(() => write(given));
  if (text.length > maxBytes) throw payloadTooLarge(maxBytes);
  return text;
}

/** The text of an object. What has none may have one that the parser refuses: it says best why. */
function write(value: unknown): string {
  try {
    return canonicalizeJson(value, { maxDepth: MAX_DEPTH });
  } catch (error) {
    try {
      parseJsonStrict(JSON.stringify(value));
    } catch (cause) {
      if (isVerificationError(cause)) throw cause;
    }
    throw error;
  }
}

function readText(text: string): ReceivedPayload<string> {
  const { members, input, signature } = readMembers(text);
  const { [TEXT_MEMBER]: payload, ...others } = members;
  if (typeof payload !== 'string' || Object.keys(others).length > 0)
    throw payloadMalformed('a signed text has the member payload and no other');
  return { payload, canonical: canonicalText(payload), input, signature };
}

function readForm(input: unknown, maxBytes: number): ReceivedPayload {
  if (typeof input !== 'object' || input === null || !(Symbol.iterator in input))
    throw new TypeError('a form must be pairs, URLSearchParams or FormData');
  const pairs: [string, string][] = [];
  const members = new Map<string, string>();
  let size = 0;
  for (const [name, value] of input as FormFields) {
    if (typeof value !== 'string') throw payloadMalformed('a form field is no text');
    size += name.length + value.length;
    if (size > maxBytes) throw payloadTooLarge(maxBytes);
    if (name !== INPUT_MEMBER && name !== SIGNATURE_MEMBER) pairs.push([name, value]);
    else if (members.has(name)) throw new VerificationError('payload_duplicate_member', name);
    else members.set(name, value);
  }
  const text = members.get(INPUT_MEMBER);
  const signature = members.get(SIGNATURE_MEMBER);
  if (text === undefined || signature === undefined) throw new VerificationError('signature_missing');
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new VerificationError('payload_duplicate_member', 'a form field');
  return asPayloadRefusal(() => ({
    payload: Object.freeze(Object.fromEntries(formPairs(pairs))),
    canonical: canonicalForm(pairs),
    input: text,
    signature,
  }));
}

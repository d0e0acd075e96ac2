/**
 * Reading of what was relayed, in whatever form it arrives: the data, its canonical bytes, and what is beside it.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { canonicalizeJson } from '../canonical/json.ts';
import { JsonError } from '../canonical/pointer.ts';
import { MAX_DEPTH, parseJsonStrict } from '../canonical/strict-json.ts';
import { VerificationError } from '../errors.ts';
import { isBytes } from '../internal/bytes.ts';
import { decodeUtf8 } from '../internal/utf8.ts';
import { canonicalForm, canonicalText, type FormFields, formPairs, pairOf } from './canonical-bytes.ts';
import { INPUT_MEMBER, type PayloadFormat, SIGNATURE_MEMBER, TEXT_MEMBER } from './carrier.ts';
import { payloadMalformed, payloadTooLarge, type ReceivedPayload, readMembers, readObject } from './read-object.ts';

/**
 * Takes a payload apart.
 *
 * @throws {VerificationError} `signature_missing`, `body_too_large`, or one of the codes that begin with `payload_`.
 * @throws {JsonError} If it is no JSON that every parser reads alike.
 * @throws {TypeError} If `input` is not what the format arrives as.
 */
export function readPayload(input: unknown, format: PayloadFormat, maxBytes: number): ReceivedPayload {
  if (format === 'form') return readForm(input, maxBytes);
  const text = textOf(input, maxBytes);
  return format === 'json' ? readObject(text) : readText(text);
}

/** Whatever it arrives as, it is read as text: one way to read is enough. */
function textOf(input: unknown, maxBytes: number): string {
  if (isBytes(input)) {
    if (input.length > maxBytes) throw payloadTooLarge(maxBytes);
    return requireText(decodeUtf8(input) ?? refuseEncoding(input), maxBytes);
  }
  if (typeof input === 'string') return requireText(input, maxBytes);
  // What a parser made of a body that is no object.
  if (input === null || typeof input === 'number' || typeof input === 'boolean') throw payloadMalformed('no JSON object');
  if (typeof input !== 'object') throw new TypeError('input must be the JSON text, its bytes, or the object');
  return requireText(
    asPeersMistake(() => write(input)),
    maxBytes,
  );
}

function requireText(text: string, maxBytes: number): string {
  if (text.length > maxBytes) throw payloadTooLarge(maxBytes);
  if (text === '[object Object]')
    throw payloadMalformed('an object was turned into text on the way: pass the raw body, or JSON.stringify(object)');
  if (text.startsWith('\ufeff')) throw payloadMalformed('the text begins with a byte order mark');
  return text;
}

function refuseEncoding(bytes: Uint8Array): never {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  throw payloadMalformed(isUtf16 ? 'UTF-16, where UTF-8 is expected' : 'no UTF-8');
}

/** The text of an object. What has none may have one that the parser refuses: it says best why. */
function write(value: object): string {
  try {
    return canonicalizeJson(value, { maxDepth: MAX_DEPTH });
  } catch (error) {
    throw strictReason(value) ?? error;
  }
}

function strictReason(value: object): JsonError | undefined {
  try {
    parseJsonStrict(JSON.stringify(value));
    return undefined;
  } catch (cause) {
    return cause instanceof JsonError ? cause : undefined;
  }
}

/** What would be the caller's mistake in signing is the peer's here; a `JsonError` says by itself what is wrong. */
function asPeersMistake<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TypeError && !(error instanceof JsonError) ? payloadMalformed(error.message, { cause: error }) : error;
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
  const { pairs, members } = asPeersMistake(() => splitForm(input as FormFields, maxBytes));
  const text = members.get(INPUT_MEMBER);
  const signature = members.get(SIGNATURE_MEMBER);
  if (text === undefined || signature === undefined) throw new VerificationError('signature_missing', 'the form has no signature');
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length)
    throw new VerificationError('payload_duplicate_member', 'a form field occurs twice');
  return asPeersMistake(() => ({
    payload: Object.freeze(Object.fromEntries(formPairs(pairs))),
    canonical: canonicalForm(pairs),
    input: text,
    signature,
  }));
}

/** The data, and the two fields beside it. */
function splitForm(
  fields: FormFields,
  maxBytes: number,
): { readonly pairs: readonly (readonly [string, string])[]; readonly members: ReadonlyMap<string, string> } {
  const pairs: (readonly [string, string])[] = [];
  const members = new Map<string, string>();
  let size = 0;
  for (const entry of fields) {
    const [name, value] = pairOf(entry);
    size += name.length + value.length;
    if (size > maxBytes) throw payloadTooLarge(maxBytes);
    if (name !== INPUT_MEMBER && name !== SIGNATURE_MEMBER) pairs.push([name, value]);
    else if (members.has(name)) throw new VerificationError('payload_duplicate_member', `the form field ${name} occurs twice`);
    else members.set(name, value);
  }
  return { pairs, members };
}

/**
 * The query carrier's text: two pairs at the end of a URL's query, put there and cut off again without touching the rest.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import { percentEncode } from '../canonical/fields.ts';
import { VerificationError } from '../errors.ts';
import { assertTexts } from '../internal/assert.ts';
import { fromBase64url, toBase64url } from '../internal/base64.ts';
import { decodeUtf8, encodeUtf8 } from '../internal/utf8.ts';
import { splitTarget } from '../rfc9421/derive.ts';
import { formDecode } from '../rfc9421/query-param.ts';

/** The reserved tag of signed URLs. */
export const URL_TAG = 'cs1-url';

/** How the request's scheme is called that a URL of a scheme opens with; `undefined` for other schemes. */
export function requestScheme(scheme: string): string | undefined {
  if (scheme === 'https' || scheme === 'wss') return 'https';
  return scheme === 'http' || scheme === 'ws' ? 'http' : undefined;
}

const INPUT = 'signature-input';

const SIGNATURE = 'signature';

/**
 * Checks the names that others may append to a signed URL.
 *
 * @throws {TypeError} If one cannot be meant: a pattern, one of the two of ours, or something that must be encoded.
 */
export function readIgnored(names: readonly string[], name = 'ignore'): ReadonlySet<string> {
  assertTexts(names, name);
  for (const one of names) {
    if (one.includes('*')) throw new TypeError(`${name} takes exact names, such as utm_source: there are no patterns`);
    if (one === '' || percentEncode(one) !== one)
      throw new TypeError(`${name} takes names of letters, digits and -._~, as they stand in a URL`);
    if (isReserved(one)) throw new TypeError(`${name} must not hold ${INPUT} or ${SIGNATURE}`);
  }
  return new Set(names);
}

/** Appends the two pairs to a URL or target that has none. */
export function appendSignature(url: string, input: string, signature: string): string {
  const mark = url.indexOf('?');
  // Only the first question mark begins a query; a value may end with another.
  const separator = mark < 0 ? '?' : mark === url.length - 1 ? '' : '&';
  return `${url}${separator}${INPUT}=${encodeValue(input)}&${SIGNATURE}=${encodeValue(signature)}`;
}

/** Whether a query names a signature, so that the query carrier is meant. */
export function hasSignaturePair(target: string): boolean {
  return pairsOf(target).some((pair) => isReserved(nameOf(pair)));
}

/** The first name in a target that may not be in a URL to sign: the two of ours, in any case and encoding, and the ignored. */
export function forbiddenName(target: string, ignored: ReadonlySet<string>): string | undefined {
  return pairsOf(target)
    .map(nameOf)
    .find((name) => isReserved(name) || ignored.has(name));
}

/** A target without its signature. */
export interface CutTarget {
  readonly target: string;
  readonly input: string;
  readonly signature: string;
}

/**
 * Cuts the signature off a raw target. Behind it may stand pairs on the ignore list, each name once: before it they could hide from the
 * application what was signed.
 *
 * @throws {VerificationError} `signature_malformed` if the two pairs are doubled, moved, re-ordered, re-cased or encoded
 *   in another way than they are written, or an ignored name stands before them or twice.
 */
export function cutSignature(target: string, ignored: ReadonlySet<string>): CutTarget {
  const pairs = pairsOf(target);
  dropIgnored(pairs, ignored);
  const signature = readValue(pairs.pop(), SIGNATURE);
  const input = readValue(pairs.pop(), INPUT);
  for (const pair of pairs) {
    const name = nameOf(pair);
    if (isReserved(name)) throw malformed('a signature parameter occurs twice');
    if (ignored.has(name)) throw malformed('an ignored parameter stands before the signature, or twice');
  }
  const { path } = splitTarget(target);
  // What signs writes no separator behind a lone question mark.
  if (pairs.length === 1 && pairs[0] === '') throw malformed('an empty parameter stands before the signature');
  return { target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`, input, signature };
}

/** Drops ignored pairs at the end, each name once. */
function dropIgnored(pairs: string[], ignored: ReadonlySet<string>): void {
  const dropped = new Set<string>();
  for (let last = pairs.at(-1); last !== undefined; last = pairs.at(-1)) {
    const name = nameOf(last);
    if (!ignored.has(name) || dropped.has(name)) return;
    dropped.add(name);
    pairs.pop();
  }
}

function pairsOf(target: string): string[] {
  const { query } = splitTarget(target);
  return query === '?' ? [] : query.slice(1).split('&');
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return equals < 0 ? pair : pair.slice(0, equals);
}

/** Each character of the longer name as an escape. */
const LONGEST_SPELLING = 3 * INPUT.length;

/** Whether a form parser would read a name as one of the two, in any case. */
function isReserved(name: string): boolean {
  if (name.length < SIGNATURE.length || name.length > LONGEST_SPELLING) return false;
  const decoded = (name.includes('%') ? (decodeUtf8(formDecode(name)) ?? name) : name).toLowerCase();
  return decoded === INPUT || decoded === SIGNATURE;
}

function readValue(pair: string | undefined, name: string): string {
  if (pair === undefined || !pair.startsWith(`${name}=`)) throw malformed('the last two query parameters are not the signature');
  const value = decodeValue(pair.slice(name.length + 1));
  if (value === undefined) throw malformed(`${name} is not encoded as it is written`);
  return value;
}

/** Base64url: neither frameworks nor mail programs write it in another way. */
function encodeValue(value: string): string {
  return toBase64url(encodeUtf8(value));
}

/** The value of a pair; `undefined` unless it is spelled in the one way that `encodeValue` writes. */
function decodeValue(raw: string): string | undefined {
  const bytes = fromBase64url(raw);
  return bytes && decodeUtf8(bytes);
}

function malformed(why: string): VerificationError {
  return new VerificationError('signature_malformed', `signed URL: ${why}`);
}

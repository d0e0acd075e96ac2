/**
 * The query carrier's text: two pairs at the end of a URL's query, put there and cut off again without touching the rest.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import { percentEncode } from '../canonical/fields.ts';
import { VerificationError } from '../errors.ts';
import { decodeUtf8, encodeUtf8 } from '../internal/utf8.ts';
import { type Component, plainComponent } from '../rfc9421/component.ts';
import { splitTarget } from '../rfc9421/derive.ts';

/** The reserved tag of signed URLs. */
export const URL_TAG = 'cs1-url';

/** All that such a signature covers. */
export const URL_COMPONENTS: readonly Component[] = /* @__PURE__ */ ['@method', '@authority', '@path', '@query'].map(plainComponent);

/** Schemes whose URLs open with an HTTP request, and how that request's scheme is called. */
export const SCHEMES: Readonly<Record<string, string>> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };

const INPUT = 'signature-input';

const SIGNATURE = 'signature';

/** Appends the two pairs to a URL or target that has none. */
export function appendSignature(url: string, input: string, signature: string): string {
  const mark = url.indexOf('?');
  // Only the first question mark begins a query; a value may end with another.
  const separator = mark < 0 ? '?' : mark === url.length - 1 ? '' : '&';
  return `${url}${separator}${INPUT}=${percentEncode(input)}&${SIGNATURE}=${percentEncode(signature)}`;
}

/** Whether a query names a signature, so that the query carrier is meant. */
export function hasSignaturePair(target: string): boolean {
  return pairsOf(target).some((pair) => isReserved(nameOf(pair)));
}

/** The names in a target that may not be in a URL to sign: the two of ours, in any case and encoding, and the ignored. */
export function forbiddenName(target: string, ignore: ReadonlySet<string>): string | undefined {
  return pairsOf(target)
    .map(nameOf)
    .find((name) => isReserved(name) || ignore.has(name));
}

/** A target without its signature. */
export interface CutTarget {
  readonly target: string;
  readonly input: string;
  readonly signature: string;
}

/**
 * Cuts the signature off a raw target. Pairs on the ignore list are dropped first, wherever they stand.
 *
 * @throws {VerificationError} `signature_malformed` if the two pairs are doubled, moved, re-ordered, re-cased or encoded
 *   in another way than they are written.
 */
export function cutSignature(target: string, ignore: ReadonlySet<string>): CutTarget {
  const pairs = pairsOf(target).filter((pair) => !ignore.has(nameOf(pair)));
  const signature = readValue(pairs.pop(), SIGNATURE);
  const input = readValue(pairs.pop(), INPUT);
  if (pairs.some((pair) => isReserved(nameOf(pair)))) throw malformed('a signature parameter occurs twice');
  const { path } = splitTarget(target);
  const rest = pairs.join('&');
  return { target: rest === '' ? path : `${path}?${rest}`, input, signature };
}

function pairsOf(target: string): string[] {
  const { query } = splitTarget(target);
  return query === '?' ? [] : query.slice(1).split('&');
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return equals < 0 ? pair : pair.slice(0, equals);
}

function isReserved(name: string): boolean {
  const decoded = (percentDecode(name.replaceAll('+', ' ')) ?? name).toLowerCase();
  return decoded === INPUT || decoded === SIGNATURE;
}

function readValue(pair: string | undefined, name: string): string {
  if (pair === undefined || !pair.startsWith(`${name}=`)) throw malformed('the last two query parameters are not the signature');
  const raw = pair.slice(name.length + 1);
  const value = percentDecode(raw);
  // One spelling only: P(decode(x)) must give x back.
  if (value === undefined || percentEncode(value) !== raw) throw malformed(`${name} is not encoded as it is written`);
  return value;
}

/** Decodes every escape; `undefined` if one is malformed or the bytes are not UTF-8. */
function percentDecode(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const source = encodeUtf8(text);
  const bytes: number[] = [];
  for (let index = 0; index < source.length; index++) {
    if (source[index] !== 0x25) bytes.push(source[index]!);
    else {
      bytes.push(Number.parseInt(String.fromCharCode(source[index + 1]!, source[index + 2]!), 16));
      index += 2;
    }
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

function malformed(why: string): VerificationError {
  return new VerificationError('signature_malformed', `signed URL: ${why}`);
}

/**
 * The canonical bytes of the three formats: what the digest is computed over.
 *
 * What goes wrong here is the caller's mistake when signing and the peer's when verifying: this side throws
 * TypeError, and the verifying side says so in its own words.
 *
 * @module
 */

import { canonicalizeFields } from '../canonical/fields.ts';
import { canonicalizeJson } from '../canonical/json.ts';
import { quotePointer } from '../canonical/pointer.ts';
import { MAX_DEPTH, parseJsonStrict } from '../canonical/strict-json.ts';
import { VerificationError } from '../errors.ts';
import { encodeUtf8, isWellFormed } from '../internal/utf8.ts';
import { INPUT_MEMBER, SIGNATURE_MEMBER, TEXT_MEMBER } from './carrier.ts';

/** Flat fields: pairs, or what browsers make of a form. */
export type FormFields = Iterable<readonly [name: string, value: unknown]>;

/** An object's canonical bytes, and the object that they mean: nothing else may be used of it. */
export function canonicalObject(payload: object): { readonly bytes: Uint8Array; readonly value: Readonly<Record<string, unknown>> } {
  const text = canonicalizeJson(payload, { maxDepth: MAX_DEPTH });
  // Strict in both directions: what this refuses (numbers that lose digits, __proto__) no receiver may get to see.
  const value = parseStrict(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('payload must be a JSON object');
  for (const member of [INPUT_MEMBER, SIGNATURE_MEMBER]) {
    if (Object.hasOwn(value, member)) throw new TypeError(`payload must not have a member ${member}`);
  }
  return { bytes: encodeUtf8(text), value: value as Record<string, unknown> };
}

function parseStrict(text: string): unknown {
  try {
    return parseJsonStrict(text);
  } catch (cause) {
    throw new TypeError(`payload cannot be carried: ${(cause as Error).message}`, { cause });
  }
}

/** The UTF-8 bytes of an opaque string. */
export function canonicalText(payload: string): Uint8Array {
  requireWellFormed(payload, TEXT_MEMBER);
  return encodeUtf8(payload);
}

function requireWellFormed(text: string, member: string): void {
  if (isWellFormed(text)) return;
  const cause = new VerificationError('payload_lone_surrogate', `at ${quotePointer([member])}`);
  throw new TypeError(`payload cannot be carried: ${cause.message}`, { cause });
}

/** Form fields as pairs of strings, the two added names refused. */
export function formPairs(fields: FormFields): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (const [name, value] of fields) {
    if (typeof name !== 'string' || typeof value !== 'string')
      throw new TypeError('payload fields must be strings (files cannot be signed)');
    if (name === INPUT_MEMBER || name === SIGNATURE_MEMBER) throw new TypeError(`payload must not have a field ${name}`);
    requireWellFormed(`${name}\0${value}`, name);
    // Browsers turn every line break of a submitted form into CRLF: only that survives.
    if (/\r(?!\n)|(?:^|[^\r])\n/.test(`${name}\0${value}`)) throw new TypeError('payload fields must write line breaks as CRLF');
    pairs.push([name, value]);
  }
  return pairs;
}

/** The canonical bytes of form fields. */
export function canonicalForm(pairs: readonly (readonly [string, string])[]): Uint8Array {
  if (pairs.length === 0) throw new TypeError('payload must have a field');
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new TypeError('payload must not have a field twice');
  return encodeUtf8(canonicalizeFields(pairs));
}

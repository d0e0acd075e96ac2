/**
 * The canonical bytes of the three formats: what the digest is computed over.
 *
 * What goes wrong here is the caller's mistake when signing and the peer's when verifying: this side throws
 * TypeErrors (`JsonError` is one), and the verifying side makes refusals of them.
 *
 * @module
 */

import { canonicalizeFields } from '../canonical/fields.ts';
import { canonicalizeJson } from '../canonical/json.ts';
import { JsonError } from '../canonical/pointer.ts';
import { MAX_DEPTH, parseJsonStrict } from '../canonical/strict-json.ts';
import { encodeUtf8, isWellFormed } from '../internal/utf8.ts';
import { INPUT_MEMBER, SIGNATURE_MEMBER, TEXT_MEMBER } from './carrier.ts';

/** Flat fields: pairs, or what browsers make of a form. */
export type FormFields = Iterable<readonly [name: string, value: unknown]>;

/** An object's canonical bytes, and the object that they mean: nothing else may be used of it. */
export function canonicalObject(payload: object): { readonly bytes: Uint8Array; readonly value: Readonly<Record<string, unknown>> } {
  const text = canonicalizeJson(payload, { maxDepth: MAX_DEPTH });
  // Strict in both directions: what this refuses (numbers that lose digits, __proto__) no receiver may get to see.
  const value = parseJsonStrict(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('payload must be a JSON object');
  for (const member of [INPUT_MEMBER, SIGNATURE_MEMBER]) {
    if (Object.hasOwn(value, member)) throw new TypeError(`payload must not have a member ${member}`);
  }
  return { bytes: encodeUtf8(text), value: value as Record<string, unknown> };
}

/** The UTF-8 bytes of an opaque string. */
export function canonicalText(payload: string): Uint8Array {
  requireWellFormed(payload, TEXT_MEMBER);
  return encodeUtf8(payload);
}

function requireWellFormed(text: string, member: string): void {
  if (!isWellFormed(text)) throw new JsonError('payload_lone_surrogate', [member]);
}

/** Form fields as pairs of strings, the two added names refused. */
export function formPairs(fields: FormFields): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (const entry of fields) {
    const [name, value] = pairOf(entry);
    if (name === INPUT_MEMBER || name === SIGNATURE_MEMBER) throw new TypeError(`payload must not have a field ${name}`);
    requireWellFormed(`${name}\0${value}`, name);
    // Browsers turn every line break of a submitted form into CRLF: only that survives.
    if (/\r(?!\n)|(?:^|[^\r])\n/.test(`${name}\0${value}`)) throw new TypeError('payload fields must write line breaks as CRLF');
    pairs.push([name, value]);
  }
  return pairs;
}

/** One entry of a form. @throws {TypeError} If it is no pair of strings: a list that was meant as JSON, or a file. */
export function pairOf(entry: unknown): readonly [name: string, value: string] {
  if (!Array.isArray(entry) || entry.length !== 2)
    throw new TypeError('payload must be an object or pairs of strings: wrap a list in an object, such as { items: [] }');
  const [name, value] = entry as readonly unknown[];
  if (typeof name !== 'string' || typeof value !== 'string') throw new TypeError('payload fields must be strings (files cannot be signed)');
  return [name, value];
}

/** The canonical bytes of form fields. */
export function canonicalForm(pairs: readonly (readonly [string, string])[]): Uint8Array {
  if (pairs.length === 0) throw new TypeError('payload must have a field');
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new TypeError('payload must not have a field twice');
  return encodeUtf8(canonicalizeFields(pairs));
}

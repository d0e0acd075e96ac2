/**
 * Canonical JSON: one text for all spellings of a value.
 *
 * What JSON cannot carry is refused with its JSON Pointer (RFC 6901). `undefined` members and `toJSON` behave as in
 * `JSON.stringify`, so that the result is what a receiver of that text would compute too.
 *
 * The value is copied with its members in order, and what is written is the copy, by the engine's own serialiser: that
 * writes numbers and strings as RFC 8785 wants (section 3.2.2), and is faster than anything written here.
 *
 * @see RFC 8785; RFC 7493 (I-JSON)
 * @module
 */

import { assertInteger } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { isWellFormed } from '../internal/utf8.ts';
import { DEEPEST, quotePointer } from './pointer.ts';

/** Limits of what is canonicalised. */
export interface CanonicalizeJsonOptions {
  /** How deep objects and arrays may nest; 64 by default, 512 at most. */
  readonly maxDepth?: number | undefined;
}

const OPTIONS: OptionNames<CanonicalizeJsonOptions> = { maxDepth: true };

interface Walk {
  readonly maxDepth: number;
  /** Whether each string is looked at. */
  readonly strict: boolean;
  /** Names and indices down to the value being copied, and the objects and arrays on the way. */
  readonly path: (string | number)[];
  readonly open: object[];
  /** How many names of the copy bear the mark. */
  marks: number;
}

/**
 * The canonical text of a value.
 *
 * @throws {TypeError} Naming the JSON Pointer of what JSON cannot carry: NaN, Infinity, BigInt, functions, symbols,
 *   lone surrogates, cycles, sparse arrays, nesting beyond `maxDepth`, and whatever would silently become `{}`: Map,
 *   Set, Promise, FormData, Error and their like, or is no plain value, as `JSON.rawJSON` gives it; or of an option that is unknown.
 * @throws {RangeError} If `maxDepth` is no whole number.
 */
export function canonicalizeJson(value: unknown, options: CanonicalizeJsonOptions = {}): string {
  const { maxDepth = 64 } = readOptions(options, OPTIONS);
  const depth = typeof maxDepth === 'number' ? Math.min(maxDepth, DEEPEST) : maxDepth;
  assertInteger(depth, 'maxDepth', 0, DEEPEST);
  return serialize(value, depth, false);
}

function serialize(value: unknown, maxDepth: number, strict: boolean): string {
  const walk: Walk = { maxDepth, strict, path: [], open: [], marks: 0 };
  const copy = copyOf(value, walk);
  if (copy === undefined) throw refuse('undefined', walk);
  const text = JSON.stringify(copy);
  // More than the marks: a lone surrogate, or a backslash before "ud". Only a look at each string can tell.
  if (!strict && text.split('\\ud').length - 1 !== walk.marks) return serialize(value, maxDepth, true);
  return text.replaceAll('"\\udc00', '"');
}

function copyOf(given: unknown, walk: Walk): unknown {
  const value = mayHaveToJson(given) ? unwrap(given, walk) : given;
  switch (typeof value) {
    case 'string':
      return checkText(value, walk);
    case 'number':
      if (!Number.isFinite(value)) throw refuse(String(value), walk);
      return value;
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value && copyObject(value, walk);
    default:
      throw refuse(`a ${typeof value}`, walk);
  }
}

function mayHaveToJson(value: unknown): value is { readonly toJSON?: unknown } {
  return typeof value === 'object' ? value !== null : typeof value === 'function' || typeof value === 'bigint';
}

/** `toJSON` and boxed primitives, as `JSON.stringify` takes them. */
function unwrap(given: { readonly toJSON?: unknown }, walk: Walk): unknown {
  const { toJSON } = given;
  const value: unknown = typeof toJSON === 'function' ? toJSON.call(given, String(walk.path.at(-1) ?? '')) : given;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return value;
  if (prototype === null) return isRawJson(value) ? refuseRaw(walk) : value;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === 'BigInt') throw refuse(`a ${kind}`, walk);
  // With a list of no members, all that is left of an object is `{}`, or the primitive in the box (`null`: not finite).
  const text = JSON.stringify({ toJSON: () => value }, []);
  if (text !== '{}') return JSON.parse(text) ?? Number.NaN;
  if (kind !== 'Object' && Object.keys(value).length === 0) throw refuse(`a ${kind}`, walk);
  return value;
}

/** A piece of text that `JSON.stringify` writes as it is; other serialisers would write an object. */
function isRawJson(value: object): boolean {
  return (JSON as { isRawJSON?(value: object): boolean }).isRawJSON?.(value) === true;
}

function refuseRaw(walk: Walk): never {
  throw refuse('a raw JSON text', walk);
}

function copyObject(value: object, walk: Walk): object {
  const { open, maxDepth } = walk;
  if (open.includes(value)) throw refuse('a cycle', walk);
  // Written so that NaN refuses.
  if (!(open.length < maxDepth)) throw refuse(`nesting beyond ${maxDepth}`, walk);
  open.push(value);
  const copy = Array.isArray(value) ? copyArray(value, walk) : copyMembers(value as Readonly<Record<string, unknown>>, walk);
  open.pop();
  return copy;
}

function copyArray(values: readonly unknown[], walk: Walk): object {
  const copy: unknown[] = [];
  for (let index = 0; index < values.length; index++) {
    walk.path.push(index);
    const item = copyOf(values[index], walk);
    if (item === undefined && !Object.hasOwn(values, index)) throw refuse('a hole', walk);
    copy.push(item);
    walk.path.pop();
  }
  return copy;
}

function copyMembers(value: Readonly<Record<string, unknown>>, walk: Walk): object {
  const copy: Record<string, unknown> = {};
  for (const key of sortedKeys(value)) {
    walk.path.push(key);
    const member = copyOf(value[key], walk);
    if (member !== undefined) copy[safeName(checkText(key, walk), walk)] = member;
    walk.path.pop();
  }
  return copy;
}

/**
 * The name that keeps a member where it is put. Engines hoist those that look like an index, and assigning an inherited
 * one (`__proto__`) may do anything. Such a name gets a mark for the while: a lone surrogate, which no text may have.
 */
function safeName(key: string, walk: Walk): string {
  const first = key.charCodeAt(0);
  // Also what begins as the mark does, so that no two names become one.
  if (!(first >= 0xd800) && !(first >= 0x30 && first <= 0x39) && !(key in Object.prototype)) return key;
  walk.marks++;
  return `\udc00${key}`;
}

function checkText(text: string, walk: Walk): string {
  if (walk.strict && !isWellFormed(text)) throw refuse('a lone surrogate', walk);
  return text;
}

function refuse(what: string, { path }: Walk): TypeError {
  return new TypeError(`canonical JSON cannot carry ${what} at ${quotePointer(path)}`);
}

// The order of members.
//
// @see RFC 8785, section 3.2.3

/** So few names are sorted faster by hand. */
const FEW = 16;

/** The names of an object's own members by UTF-16 code units. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index]!;
    if (keys[index - 1]! <= key) continue;
    if (index > FEW) return keys.sort();
    let place = index;
    do keys[place] = keys[place - 1]!;
    while (--place > 0 && keys[place - 1]! > key);
    keys[place] = key;
  }
  return keys;
}

// The canonical text of what was parsed strictly: plain data, in which nothing is left to refuse.
//
// @see RFC 8785

/** What `canonicalizeJson` gives for a value that `parseJsonStrict` answered; the engine writes the numbers and strings. */
export function writeCanonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeCanonicalJson).join()}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${writeCanonicalJson((value as Readonly<Record<string, unknown>>)[name])}`);
  return `{${members.join()}}`;
}

/**
 * Canonical JSON: one text for all spellings of a value.
 *
 * What JSON cannot carry is refused with its JSON Pointer (RFC 6901). `undefined` members and `toJSON` behave as in
 * `JSON.stringify`, so that the result is what a receiver of that text would compute too.
 *
 * @see RFC 8785; RFC 7493 (I-JSON)
 * @module
 */

import { isWellFormed } from '../internal/bytes.ts';

/** Limits of what is canonicalised. */
export interface CanonicalizeJsonOptions {
  /** How deep objects and arrays may nest; 64 by default. */
  readonly maxDepth?: number | undefined;
}

/** A place in the value, built only when it is told. */
type Path = { readonly parent: Path; readonly key: string } | undefined;

interface Walk {
  readonly maxDepth: number;
  readonly open: Set<object>;
}

/**
 * The canonical text of a value.
 *
 * @throws {TypeError} Naming the JSON Pointer of what JSON cannot carry: NaN, Infinity, BigInt, functions, symbols,
 *   lone surrogates, cycles, sparse arrays, and nesting beyond `maxDepth`.
 */
export function canonicalizeJson(value: unknown, { maxDepth = 64 }: CanonicalizeJsonOptions = {}): string {
  const text = write(value, '', undefined, { maxDepth, open: new Set() }, 0);
  if (text === undefined) throw refuse('undefined', undefined);
  return text;
}

function write(given: unknown, key: string, path: Path, walk: Walk, depth: number): string | undefined {
  const value = prepare(given, key);
  switch (typeof value) {
    case 'string':
      return quote(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw refuse(String(value), path);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return undefined;
    case 'object':
      return value === null ? 'null' : writeObject(value, path, walk, depth);
    default:
      throw refuse(`a ${typeof value}`, path);
  }
}

/** `toJSON` and boxed primitives, as `JSON.stringify` takes them. */
function prepare(given: unknown, key: string): unknown {
  if ((typeof given !== 'object' && typeof given !== 'bigint') || given === null) return given;
  const { toJSON } = given as { toJSON?: unknown };
  const value: unknown = typeof toJSON === 'function' ? toJSON.call(given, key) : given;
  if (value instanceof Number) return Number(value);
  if (value instanceof String) return String(value);
  return value instanceof Boolean ? value.valueOf() : value;
}

function writeObject(value: object, path: Path, walk: Walk, depth: number): string {
  if (depth >= walk.maxDepth) throw refuse(`nesting beyond ${walk.maxDepth}`, path);
  if (walk.open.has(value)) throw refuse('a cycle', path);
  walk.open.add(value);
  const text = Array.isArray(value)
    ? writeArray(value, path, walk, depth)
    : writeMembers(value as Record<string, unknown>, path, walk, depth);
  walk.open.delete(value);
  return text;
}

function writeArray(values: readonly unknown[], path: Path, walk: Walk, depth: number): string {
  let text = '[';
  for (let index = 0; index < values.length; index++) {
    const key = String(index);
    const place = { parent: path, key };
    if (!Object.hasOwn(values, index)) throw refuse('a hole', place);
    if (index > 0) text += ',';
    text += write(values[index], key, place, walk, depth + 1) ?? 'null';
  }
  return `${text}]`;
}

function writeMembers(value: Readonly<Record<string, unknown>>, path: Path, walk: Walk, depth: number): string {
  let text = '{';
  // The default order of sort is that of UTF-16 code units, which is RFC 8785's (section 3.2.3).
  for (const key of Object.keys(value).sort()) {
    const place = { parent: path, key };
    const member = write(value[key], key, place, walk, depth + 1);
    if (member === undefined) continue;
    text += `${text === '{' ? '' : ','}${quote(key, place)}:${member}`;
  }
  return `${text}}`;
}

/** `JSON.stringify` escapes as RFC 8785 wants (section 3.2.2.2), lone surrogates aside. */
function quote(text: string, path: Path): string {
  if (!isWellFormed(text)) throw refuse('a lone surrogate', path);
  return JSON.stringify(text);
}

function refuse(what: string, path: Path): TypeError {
  return new TypeError(`canonical JSON cannot carry ${what} at "${pointer(path)}"`);
}

function pointer(path: Path): string {
  let text = '';
  for (let place = path; place !== undefined; place = place.parent)
    text = `/${place.key.replaceAll('~', '~0').replaceAll('/', '~1')}${text}`;
  return JSON.stringify(text).slice(1, -1);
}

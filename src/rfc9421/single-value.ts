/**
 * Fields that have one value: where it was joined of two, nobody knows which counts.
 *
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import { combine, type FieldReader } from './field-lines.ts';

const NEVER_WITH_COMMA: ReadonlySet<string> = /* @__PURE__ */ new Set(['content-length', 'content-type', 'host']);

/**
 * A value, once it is sure that it is one.
 *
 * @throws {ComponentError} `component_unresolvable` if a field that has one value occurs twice.
 */
export function singleValue(name: string, value: string | undefined): string | undefined {
  return value !== undefined && NEVER_WITH_COMMA.has(name) && hasBareComma(value) ? occursTwice(name) : value;
}

/** @throws {ComponentError} `component_unresolvable`. */
export function occursTwice(name: string): never {
  throw new ComponentError('component_unresolvable', `"${name}" occurs twice`);
}

function hasBareComma(value: string): boolean {
  let quoted = false;
  for (let index = 0; index < value.length; index++) {
    if (value[index] === '"') quoted = !quoted;
    else if (value[index] === ',' && !quoted) return true;
  }
  return false;
}

// Plain field components: the lines of a field as one value.
//
// Pure text in, pure text out.
//
// @see RFC 9421, section 2.1

/** Fields with one value: two lines, or one value that was joined of two, leave open which counts. */
const SINGLETONS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'authorization',
  'content-digest',
  'content-length',
  'content-type',
  'date',
  'host',
  'set-cookie',
]);

/**
 * The value of a field; `undefined` if the message has no such field.
 *
 * @throws {ComponentError} `component_unresolvable` if a field that has one value occurs twice.
 */
export function plainField(read: FieldReader, name: string): string | undefined {
  const lines = read(name);
  if (lines === undefined) return undefined;
  const value = combine(lines);
  return lines.length > 1 && SINGLETONS.has(name) ? occursTwice(name) : singleValue(name, value);
}

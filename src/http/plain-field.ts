/**
 * Plain field components: the lines of a field as one value.
 *
 * Pure text in, pure text out.
 *
 * @see RFC 9421, section 2.1
 * @module
 */

import { combine } from './field-lines.ts';
import type { FieldReader } from './field-reader.ts';
import { occursTwice, singleValue } from './single-value.ts';

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

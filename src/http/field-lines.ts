/**
 * Plain field components: the lines of a field as one value.
 *
 * Pure text in, pure text out.
 *
 * @see RFC 9421, section 2.1
 * @module
 */

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

/** Section 2.1: lines are trimmed, folds become one space, and commas join them in order. */
export function combine(lines: readonly string[]): string {
  return lines.length === 1 ? trimLine(lines[0]!) : lines.map(trimLine).join(', ');
}

/** One line without the blanks around it and without folds. */
export function trimLine(line: string): string {
  const text = line.includes('\n') ? unfold(line) : line;
  return isBlank(text.charCodeAt(0)) || isBlank(text.charCodeAt(text.length - 1)) ? trimBlanks(text) : text;
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return end - start === text.length ? text : text.slice(start, end);
}

/** An obsolete line fold, and the blanks around it, is one space. A line break without a blank after it is no fold. */
function unfold(line: string): string {
  const parts = line.split('\r\n');
  if (parts.some((part, index) => index > 0 && !isBlank(part.charCodeAt(0)))) return line;
  return parts.map(trimBlanks).join(' ');
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

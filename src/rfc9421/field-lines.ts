/**
 * The lines of a field: found by name, and joined to one value.
 *
 * @see RFC 9421, section 2.1; RFC 9110, section 5.3
 * @module
 */

import type { FieldLines, HeadersLike } from './message.ts';

/** Looks fields up by lower-case name; each line as it arrived. */
export type FieldReader = (name: string) => readonly string[] | undefined;

/** Makes fields readable by name, as they are at each look-up. `Headers` are asked by name, since iterating them is slow. */
export function createFieldReader(fields: FieldLines | HeadersLike | undefined): FieldReader {
  if (fields === undefined) return () => undefined;
  if (isFieldLines(fields)) return (name) => linesOf(fields, name);
  return (name) => {
    // Alone of all fields its lines cannot be joined (RFC 9110, section 5.3), and `Headers` keep them apart.
    if (name === 'set-cookie' && typeof fields.getSetCookie === 'function') return someOf(fields.getSetCookie());
    const value = fields.get(name);
    return value === null ? undefined : [value];
  };
}

function someOf(lines: readonly string[]): readonly string[] | undefined {
  return lines.length > 0 ? lines : undefined;
}

/** Whether fields are lines, not the platform's `Headers`. */
export function isFieldLines(fields: FieldLines | HeadersLike): fields is FieldLines {
  // Arrays first: looking at `Headers` makes Node load its whole fetch.
  return Array.isArray(fields);
}

/** A scan beats an index: few names are asked for, and lengths differ. */
function linesOf(fields: FieldLines, wanted: string): readonly string[] | undefined {
  let found: string[] | undefined;
  for (const line of fields) {
    // By index: destructuring a pair makes an iterator of it.
    const name = line[0];
    const value = line[1];
    if (name.length !== wanted.length || (name !== wanted && name.toLowerCase() !== wanted)) continue;
    if (found === undefined) found = [value];
    else found.push(value);
  }
  return found;
}

/**
 * Section 2.1: lines are trimmed, folds become one space, and commas join them in order. What the platform has joined already is one line,
 * whose last blank belongs to an empty last value (`1, `).
 */
export function combine(lines: readonly string[]): string {
  return lines.length === 1 ? trimJoined(lines[0]!) : lines.map(trimLine).join(', ');
}

function trimJoined(value: string): string {
  const text = trimLine(value);
  return text.endsWith(',') && value.endsWith(', ') ? `${text} ` : text;
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

/**
 * Header fields in every shape that undici takes, as lines.
 *
 * @module
 */

import type { FieldLines } from '../rfc9421/message.ts';

/**
 * Header fields as lines, names in lower case. undici takes an object, pairs, or names and values in turn; its redirect
 * and retry interceptors turn one into the other.
 *
 * @throws {TypeError} If it is none of these.
 */
export function toFieldLines(headers: unknown): FieldLines {
  const lines: [string, string][] = [];
  for (const [name, value] of entriesOf(headers)) {
    const lower = String(name).toLowerCase();
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) lines.push([lower, toText(each, lower)]);
  }
  return lines;
}

function toText(value: unknown, name: string): string {
  if (typeof value === 'object' && value !== null) throw new TypeError(`headers: ${name} must be text`);
  return value === null ? '' : String(value);
}

function entriesOf(headers: unknown): Iterable<readonly [unknown, unknown]> {
  if (headers == null) return [];
  if (typeof headers !== 'object') throw new TypeError('headers must be an object or an array');
  if (!(Symbol.iterator in headers)) return Object.entries(headers);
  const members = [...(headers as Iterable<unknown>)];
  if (members.every((member): member is readonly [unknown, unknown] => Array.isArray(member) && member.length === 2)) return members;
  if (members.length % 2 !== 0) throw new TypeError('headers must be pairs, or names and values in turn');
  return members.flatMap((name, index) => (index % 2 === 0 ? [[name, members[index + 1]] as const] : []));
}

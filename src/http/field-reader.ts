/**
 * Field lines, read by name.
 *
 * @module
 */

import type { FieldLines, HeadersLike } from './message.ts';

/** Looks fields up by lower-case name; each line as it arrived. */
export type FieldReader = (name: string) => readonly string[] | undefined;

/** Makes fields readable by name. Field lines are indexed once; `Headers` are asked, since iterating them is slow. */
export function createFieldReader(fields: FieldLines | HeadersLike | undefined): FieldReader {
  if (fields === undefined) return () => undefined;
  if (!isFieldLines(fields)) {
    return (name) => {
      const value = fields.get(name);
      return value === null ? undefined : [value];
    };
  }
  return (name) => linesOf(fields, name);
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

function isFieldLines(fields: FieldLines | HeadersLike): fields is FieldLines {
  return Array.isArray(fields);
}

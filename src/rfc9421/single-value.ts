/**
 * Fields that have one value: where there are two, or one that was joined of two, nobody knows which counts.
 *
 * @see RFC 9421, section 2.1; RFC 9110, section 5.3
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import { combine, type FieldReader } from './field-lines.ts';

/** Two lines of these are refused. */
const SINGLETONS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'authorization',
  'content-digest',
  'content-length',
  'content-type',
  'date',
  'host',
  'set-cookie',
]);

/** A comma outside of quotes shows that two were joined; in the others it may be part of one value. */
const NEVER_WITH_COMMA: ReadonlySet<string> = /* @__PURE__ */ new Set(['content-length', 'content-type', 'host']);

/**
 * The value of a field: its lines as one text; `undefined` if the message has no such field.
 *
 * @throws {ComponentError} `component_unresolvable` if a field that has one value occurs twice.
 */
export function plainField(read: FieldReader, name: string): string | undefined {
  const lines = read(name);
  if (lines === undefined) return undefined;
  const value = combine(lines);
  if ((lines.length > 1 && SINGLETONS.has(name)) || (NEVER_WITH_COMMA.has(name) && hasBareComma(value)))
    throw new ComponentError('component_unresolvable', `"${name}" occurs twice`);
  return value;
}

function hasBareComma(value: string): boolean {
  let quoted = false;
  for (let index = 0; index < value.length; index++) {
    const character = value[index];
    // RFC 9110, section 5.6.4: a backslash in quotes takes the next character as it is.
    if (quoted && character === '\\') index++;
    else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) return true;
  }
  // Quotes that do not end may be those of one of two.
  return quoted && value.includes(',');
}

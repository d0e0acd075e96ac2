/**
 * Component identifiers: the names of what a signature covers.
 *
 * Pure text and data, so that it can be held against RFC 9421, section 2 (and 2.1, 2.2 for the parameters).
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { parseItem } from '../structured-fields/parse.ts';
import { serializeItem } from '../structured-fields/serialize.ts';
import type { Item, Parameters } from '../structured-fields/value.ts';
import { type Component, isPlainName, plainComponent } from './plain-component.ts';

export { type Component, plainComponent } from './plain-component.ts';

/**
 * Reads a component that the caller names: `@method`, `content-type`, or a whole identifier such as
 * `"@query-param";name="id"`.
 *
 * @throws {TypeError} If it is neither, or if its parameters do not fit (section 2.1, 2.2).
 */
export function parseComponent(text: string, name = 'component'): Component {
  const component = text.startsWith('"') ? parseIdentifier(text, name) : plainComponent(text.toLowerCase());
  const problem = componentProblem(component);
  if (problem !== undefined) throw new TypeError(`${name} ${text}: ${problem}`);
  return component;
}

function parseIdentifier(text: string, name: string): Component {
  let item: Item;
  try {
    item = parseItem(text);
  } catch (cause) {
    throw new TypeError(`${name} ${text} is not a component identifier`, { cause });
  }
  if (typeof item.value !== 'string') throw new TypeError(`${name} ${text} is not a component identifier`);
  return createComponent(item.value, item.params, serializeItem(item));
}

/**
 * A component as a message names it; `identifier` is its text there.
 *
 * @throws {VerificationError} `signature_malformed` if RFC 9421 forbids it.
 */
export function componentOf(item: Item, identifier: string): Component {
  const { value, params } = item;
  if (typeof value !== 'string') throw new VerificationError('signature_malformed', 'a covered component is not a string');
  const component = createComponent(value, params, identifier);
  const problem = componentProblem(component);
  if (problem !== undefined) throw new VerificationError('signature_malformed', `covered component ${identifier}: ${problem}`);
  return component;
}

function createComponent(name: string, params: Parameters, identifier: string): Component {
  if (params.size === 0) return { name, params, identifier, identity: `"${name}"` };
  const sorted = [...params].sort(([a], [b]) => (a < b ? -1 : 1));
  return { name, params, identifier, identity: serializeItem({ value: name, params: new Map(sorted) }) };
}

/** What RFC 9421 forbids about a component by itself, whatever the message; `undefined` if nothing. */
function componentProblem({ name, params }: Component): string | undefined {
  const derived = name.startsWith('@');
  if (!isPlainName(name) && name !== '@query-param') return 'no such component';
  if (params.size === 0) return name === '@query-param' ? 'needs the parameter name' : undefined;
  for (const [key, value] of params) {
    const problem = parameterProblem(name, derived, key, value);
    if (problem !== undefined) return problem;
  }
  if (name === '@query-param' && !params.has('name')) return 'needs the parameter name';
  // Section 2.1.3: the bytes of a field and its parsed value exclude each other.
  return params.has('bs') && (params.has('sf') || params.has('key')) ? 'bs excludes sf and key' : undefined;
}

function parameterProblem(name: string, derived: boolean, key: string, value: unknown): string | undefined {
  const flag = key === 'req' || (!derived && (key === 'sf' || key === 'bs' || key === 'tr'));
  const text = derived ? key === 'name' && name === '@query-param' : key === 'key';
  if (!flag && !text) return `no parameter ${key} here`;
  if (flag ? value !== true : typeof value !== 'string') return `${key} has the wrong type`;
  return key === 'req' && name === '@status' ? 'a request has no status' : undefined;
}

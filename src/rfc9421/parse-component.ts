/**
 * Component identifiers: the names of what a signature covers.
 *
 * Pure text and data, so that it can be held against RFC 9421, section 2 (and 2.1, 2.2 for the parameters).
 *
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import { parseItem } from '../structured-fields/parse.ts';
import type { Item, Parameters } from '../structured-fields/value.ts';
import type { Component } from './component.ts';

const PLAIN_NAME = /^(?:@(?:method|target-uri|authority|scheme|request-target|path|query|status)|[!#$%&'*+\-.^_`|~0-9a-z]+)$/;

const NO_PARAMETERS: Parameters = /* @__PURE__ */ new Map();

/**
 * Reads a component that the caller names: `@method`, `content-type`, or a whole identifier such as
 * `"@query-param";name="id"`.
 *
 * @throws {TypeError} If it is neither, or if its parameters do not fit (section 2.1, 2.2).
 */
export function parseComponent(text: string, name = 'component'): Component {
  const item = text.startsWith('"') ? parseIdentifier(text, name) : { value: text.toLowerCase(), params: NO_PARAMETERS };
  const problem = componentProblem(item.value, item.params);
  if (problem !== undefined) throw new TypeError(`${name} ${text}: ${problem}`);
  return createComponent(item.value, item.params, identifierOf(item.value, item.params));
}

function parseIdentifier(text: string, name: string): { readonly value: string; readonly params: Parameters } {
  try {
    const { value, params } = parseItem(text);
    if (typeof value === 'string') return { value, params };
  } catch (cause) {
    throw new TypeError(`${name} ${text} is not a component identifier`, { cause });
  }
  throw new TypeError(`${name} ${text} is not a component identifier`);
}

/**
 * A component as a message names it; `identifier` is its text there.
 *
 * @throws {ComponentError} `signature_malformed` if RFC 9421 forbids it.
 */
export function componentOf({ value, params }: Item, identifier: string): Component {
  if (typeof value !== 'string') throw new ComponentError('signature_malformed', 'a component is no string');
  const problem = componentProblem(value, params);
  if (problem !== undefined) throw new ComponentError('signature_malformed', `${identifier}: ${problem}`);
  return createComponent(value, params, identifier);
}

function createComponent(name: string, params: Parameters, identifier: string): Component {
  if (params.size === 0) return { name, params, identifier, identity: `"${name}"` };
  const sorted = [...params].sort(([a], [b]) => (a < b ? -1 : 1));
  return { name, params, identifier, identity: identifierOf(name, sorted) };
}

/** The text of a component without problems: its parameters are flags and strings, of printable ASCII as all strings are. */
function identifierOf(name: string, params: Iterable<readonly [string, unknown]>): string {
  let text = `"${name}"`;
  for (const [key, value] of params) text += value === true ? `;${key}` : `;${key}="${String(value).replace(/["\\]/g, '\\$&')}"`;
  return text;
}

/** Whether a name is a component without parameters: a derived one, or a lower-case field name. */
function isPlainName(name: string): boolean {
  return PLAIN_NAME.test(name);
}

/** What RFC 9421 forbids about a component by itself, whatever the message; `undefined` if nothing. */
function componentProblem(name: string, params: Parameters): string | undefined {
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

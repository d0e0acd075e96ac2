/**
 * Field components with parameters: the value of an HTTP field as a structured field, a member of it, or its bytes.
 *
 * Pure text in, pure text out.
 *
 * @see RFC 9421, sections 2.1.1 to 2.1.4
 * @module
 */

import { toBase64 } from '../internal/base64.ts';
import { ComponentError } from '../internal/component-error.ts';
import { encodeLatin1 } from '../internal/utf8.ts';
import { parseDictionary, parseItem, parseList } from '../structured-fields/parse.ts';
import type { ParseOptions } from '../structured-fields/parse-item.ts';
import { serializeDictionary, serializeInnerList, serializeItem, serializeList } from '../structured-fields/serialize.ts';
import { type Dictionary, isInnerList } from '../structured-fields/value.ts';
import type { ComponentSource } from './base.ts';
import type { Component } from './component.ts';
import { type FieldReader, trimLine } from './field-lines.ts';
import { plainField } from './single-value.ts';

/** How a structured field is written. */
export type FieldType = 'item' | 'list' | 'dictionary';

/** Field names, in lower case, and their structured types: what `sf` needs to know. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/**
 * Requires an option `fieldTypes` that can be meant.
 *
 * @throws {TypeError} If it is no object, a name is not in lower case, or a type is none.
 */
export function requireFieldTypes(types: FieldTypes | undefined): void {
  if (types === undefined) return;
  const entries = typeof types === 'object' && types !== null ? Object.entries(types) : [['', undefined] as const];
  if (!entries.every(([name, type]) => !/[A-Z]/.test(name) && /^(item|list|dictionary)$/.test(String(type))))
    throw new TypeError("fieldTypes must be like { 'x-parts': 'list' }: names in lower case, each item, list or dictionary");
}

/** Registered structured fields. Extend them with the `fieldTypes` option. */
const KNOWN_FIELD_TYPES: FieldTypes = {
  __proto__: null as never,
  'accept-ch': 'list',
  'accept-signature': 'dictionary',
  'available-dictionary': 'item',
  'cache-status': 'list',
  'cdn-cache-control': 'dictionary',
  'client-cert': 'item',
  'client-cert-chain': 'list',
  'content-digest': 'dictionary',
  'cross-origin-embedder-policy': 'item',
  'cross-origin-opener-policy': 'item',
  'dictionary-id': 'item',
  'example-dict': 'dictionary',
  'example-list': 'list',
  'idempotency-key': 'item',
  'origin-agent-cluster': 'item',
  priority: 'dictionary',
  'proxy-status': 'list',
  ratelimit: 'list',
  'ratelimit-policy': 'list',
  'repr-digest': 'dictionary',
  'sec-gpc': 'item',
  signature: 'dictionary',
  'signature-agent': 'dictionary',
  'signature-input': 'dictionary',
  'unencoded-digest': 'dictionary',
  'want-content-digest': 'dictionary',
  'want-repr-digest': 'dictionary',
  'want-unencoded-digest': 'dictionary',
};

/**
 * Reads field components, with parameters or without; `undefined` if the message has no such field. A field is parsed once, however many of its
 * members are covered.
 */
export function createFieldComponents(read: FieldReader, types?: FieldTypes): ComponentSource {
  const dictionaries = new Map<string, Dictionary>();
  const dictionaryOf = (component: Component, value: string): Dictionary => {
    const known = dictionaries.get(component.name) ?? parsed(component, () => parseDictionary(value, UNIQUE));
    dictionaries.set(component.name, known);
    return known;
  };
  return (component) => {
    const { name, params } = component;
    if (params.has('bs')) return byteSequences(read(name));
    const value = plainField(read, name);
    if (value === undefined) return undefined;
    if (params.has('key')) return dictionaryMember(dictionaryOf(component, value), component);
    return params.has('sf') ? reserialize(value, component, types) : value;
  };
}

/** Of a member that occurs twice, parsers that keep the first and those that keep the last would read another one than was signed. */
const UNIQUE: ParseOptions = { unique: true };

/** Section 2.1.3. One character is one byte: that is how field bytes reach JavaScript. */
function byteSequences(lines: readonly string[] | undefined): string | undefined {
  return lines?.map(byteSequence).join(', ');
}

function byteSequence(line: string): string {
  const text = trimLine(line);
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0xff) throw new ComponentError('component_unresolvable', 'a field holds characters that are no bytes');
  }
  return `:${toBase64(encodeLatin1(text))}:`;
}

/** Section 2.1.2. */
function dictionaryMember(dictionary: Dictionary, component: Component): string {
  const member = dictionary.get(String(component.params.get('key')));
  if (member === undefined) throw unresolvable(component, 'has no such member');
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

/** Section 2.1.1. */
function reserialize(value: string, component: Component, types: FieldTypes | undefined): string {
  const { name } = component;
  const type = types !== undefined && Object.hasOwn(types, name) ? types[name] : KNOWN_FIELD_TYPES[name];
  if (type === undefined) throw unresolvable(component, 'is not a known structured field: name its type in fieldTypes');
  return parsed(component, () => {
    if (type === 'item') return serializeItem(parseItem(value, UNIQUE));
    return type === 'list' ? serializeList(parseList(value, UNIQUE)) : serializeDictionary(parseDictionary(value, UNIQUE));
  });
}

function parsed<T>(component: Component, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new ComponentError('component_unresolvable', `${component.identifier} is not a valid structured field`, { cause });
  }
}

/** The refusal of a component that a message cannot give. */
export function unresolvable({ identifier }: Component, why: string): ComponentError {
  return new ComponentError('component_unresolvable', `${identifier} ${why}`);
}

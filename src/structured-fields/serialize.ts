/**
 * Serialising of structured fields.
 *
 * @see RFC 9651, section 4.1
 * @module
 */

import { encodeBase64 } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import { type BareItem, Decimal, type Dictionary, DisplayString, type InnerList, isInnerList, type Item, type List, type Member, type Parameters, SfDate, Token } from './value.ts';

export function serializeBareItem(value: BareItem): string {
  if (typeof value === 'string') return serializeString(value);
  if (typeof value === 'number') return serializeInteger(value);
  if (typeof value === 'boolean') return value ? '?1' : '?0';
  if (value instanceof Decimal) return serializeDecimal(value.value);
  if (value instanceof Token) return /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/.test(value.value) ? value.value : fail('token');
  if (value instanceof SfDate) return `@${serializeInteger(value.seconds)}`;
  if (value instanceof DisplayString) return serializeDisplay(value.value);
  if (value instanceof Uint8Array) return `:${encodeBase64(value)}:`;
  return fail('item');
}

function fail(what: string): never {
  throw new TypeError(`not a structured field ${what}`);
}

function serializeString(value: string): string {
  if (!/^[ -~]*$/.test(value)) fail('string (printable ASCII only)');
  return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
}

function serializeInteger(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > 999_999_999_999_999) fail('integer');
  return String(value + 0);
}

function serializeDecimal(value: number): string {
  if (!Number.isFinite(value)) fail('decimal');
  const scaled = value * 1000;
  let rounded = Math.round(scaled);
  if (Math.abs(scaled % 1) === 0.5 && rounded % 2 !== 0) rounded -= 1;
  const result = rounded / 1000;
  if (Math.abs(result) >= 1e12) fail('decimal');
  return Number.isInteger(result) ? `${result + 0}.0` : String(result);
}

function serializeDisplay(value: string): string {
  let text = '';
  for (const byte of encodeUtf8(value)) text += byte < 32 || byte > 126 || byte === 37 || byte === 34 ? `%${byte < 16 ? '0' : ''}${byte.toString(16)}` : String.fromCharCode(byte);
  return `%"${text}"`;
}

function serializeKey(key: string): string {
  return /^[a-z*][a-z0-9_\-.*]*$/.test(key) ? key : fail('key');
}

export function serializeParameters(params: Parameters): string {
  let text = '';
  for (const [key, value] of params) text += value === true ? `;${serializeKey(key)}` : `;${serializeKey(key)}=${serializeBareItem(value)}`;
  return text;
}

export function serializeItem(item: Item): string {
  return serializeBareItem(item.value) + serializeParameters(item.params);
}

export function serializeInnerList(list: InnerList): string {
  return `(${list.items.map(serializeItem).join(' ')})${serializeParameters(list.params)}`;
}

function serializeMember(member: Member): string {
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

export function serializeList(list: List): string {
  return list.map(serializeMember).join(', ');
}

export function serializeDictionary(dictionary: Dictionary): string {
  return [...dictionary]
    .map(([key, member]) => (!isInnerList(member) && member.value === true ? serializeKey(key) + serializeParameters(member.params) : `${serializeKey(key)}=${serializeMember(member)}`))
    .join(', ');
}

/**
 * Serialising of structured fields: the one text of a value, byte for byte what RFC 9651 prescribes.
 *
 * What has no text is refused with a TypeError, a number out of range with a RangeError; the value is never in the message.
 *
 * @see RFC 9651, section 4.1
 * @module
 */

import { encodeBase64 } from '../internal/base64.ts';
import { encodeUtf8, isBytes, isWellFormed } from '../internal/bytes.ts';
import { type BareItem, Decimal, type Dictionary, DisplayString, type InnerList, isInnerList, type Item, type List, type Member, type Parameters, SfDate, Token } from './value.ts';

/** Serialises a value by itself. */
export function serializeBareItem(value: BareItem): string {
  if (typeof value === 'string') return serializeString(value);
  if (typeof value === 'number') return serializeInteger(value);
  if (typeof value === 'boolean') return value ? '?1' : '?0';
  if (isBytes(value)) return `:${encodeBase64(value)}:`;
  if (value instanceof Token) return requireMatch(/^[a-z*][\w!#$%&'*+\-.^`|~:/]*$/i, value.value, 'token');
  if (value instanceof Decimal) return serializeDecimal(value.value);
  if (value instanceof SfDate) return `@${serializeInteger(value.seconds)}`;
  if (value instanceof DisplayString) return serializeDisplayString(value.value);
  throw unserializable('item');
}

/** Serialises parameters, each with its `;` before it. */
export function serializeParameters(params: Parameters): string {
  let text = '';
  for (const [key, value] of params) {
    text += `;${serializeKey(key)}`;
    if (value !== true) text += `=${serializeBareItem(value)}`;
  }
  return text;
}

/** Serialises an item with its parameters. */
export function serializeItem({ value, params }: Item): string {
  return serializeBareItem(value) + serializeParameters(params);
}

/** Serialises an inner list with its parameters. */
export function serializeInnerList({ items, params }: InnerList): string {
  return `(${items.map(serializeItem).join(' ')})${serializeParameters(params)}`;
}

/** Serialises a List. An empty one is `''`: such a field is not sent at all. */
export function serializeList(list: List): string {
  return list.map(serializeMember).join(', ');
}

/** Serialises a Dictionary. An empty one is `''`: such a field is not sent at all. */
export function serializeDictionary(dictionary: Dictionary): string {
  const members: string[] = [];
  for (const [key, member] of dictionary) {
    const flag = !isInnerList(member) && member.value === true;
    members.push(serializeKey(key) + (flag ? serializeParameters(member.params) : `=${serializeMember(member)}`));
  }
  return members.join(', ');
}

function serializeMember(member: Member): string {
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

function serializeKey(key: string): string {
  return requireMatch(/^[a-z*][a-z0-9_\-.*]*$/, key, 'key');
}

/** Section 4.1.6. */
function serializeString(value: string): string {
  return `"${requireMatch(/^[ -~]*$/, value, 'string').replace(/["\\]/g, '\\$&')}"`;
}

/** Section 4.1.4. */
function serializeInteger(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) >= 1e15) throw outOfRange('integer');
  return String(value);
}

/**
 * Section 4.1.5: three digits after the point, halves to even. Rounded on the decimal digits: in binary 0.0025 is no
 * half, and 1.0015 × 1000 is less than 1001.5.
 */
function serializeDecimal(value: number): string {
  const size = Math.abs(value);
  if (!(size < 1e12)) throw outOfRange('decimal');
  // Below 1e-6 the text would be in exponential form.
  const [whole, fraction = ''] = String(size < 1e-6 ? 0 : size).split('.') as [string, string?];
  const rest = fraction.slice(3);
  let thousandths = Number(whole + fraction.slice(0, 3).padEnd(3, '0'));
  if (rest > '5' || (rest === '5' && thousandths % 2 === 1)) thousandths++;
  if (thousandths >= 1e15) throw outOfRange('decimal');
  const digits = String(thousandths).padStart(4, '0');
  const sign = value < 0 && thousandths > 0 ? '-' : '';
  return `${sign}${digits.slice(0, -3)}.${digits.at(-3)}${digits.slice(-2).replace(/0+$/, '')}`;
}

/** Section 4.1.11. */
function serializeDisplayString(value: string): string {
  if (!isWellFormed(value)) throw unserializable('display string');
  let text = '';
  for (const byte of encodeUtf8(value)) {
    const escaped = byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x25;
    text += escaped ? `%${byte < 16 ? '0' : ''}${byte.toString(16)}` : String.fromCharCode(byte);
  }
  return `%"${text}"`;
}

function requireMatch(pattern: RegExp, text: string, kind: string): string {
  if (!pattern.test(text)) throw unserializable(kind);
  return text;
}

function unserializable(kind: string): TypeError {
  return new TypeError(`no structured field ${kind}`);
}

function outOfRange(kind: string): RangeError {
  return new RangeError(`no structured field ${kind}: out of range`);
}

/**
 * Serialising of structured fields: the one text of a value, byte for byte what RFC 9651 prescribes.
 *
 * What has no text is refused with a TypeError, a number out of range with a RangeError; the value is never in the message.
 *
 * @see RFC 9651, section 4.1
 * @module
 */

import { toBase64 } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';
import { take } from '../internal/scan.ts';
import { isWellFormed } from '../internal/utf8.ts';
import { KEY, TOKEN } from './grammar.ts';
import {
  type BareItem,
  Decimal,
  type Dictionary,
  DisplayString,
  type InnerList,
  type Item,
  isInnerList,
  type List,
  type Member,
  type Parameters,
  SfDate,
  Token,
} from './value.ts';

/** Serialises a value by itself. */
export function serializeBareItem(value: BareItem): string {
  if (typeof value === 'string') return serializeString(value);
  if (typeof value === 'number') return serializeInteger(value);
  if (typeof value === 'boolean') return value ? '?1' : '?0';
  if (isBytes(value)) return `:${toBase64(value)}:`;
  if (value instanceof Token) return requireForm('token', value.value, TOKEN);
  if (value instanceof Decimal) return serializeDecimal(value.value);
  if (value instanceof SfDate) return `@${serializeInteger(value.seconds)}`;
  if (value instanceof DisplayString) return serializeDisplayString(value.value);
  return refuse('item');
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
  return requireForm('key', key, KEY);
}

/** Section 4.1.6. */
function serializeString(value: string): string {
  if (/[^ -~]/.test(value)) refuse('string');
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Section 4.1.4. */
function serializeInteger(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) >= 1e15) refuse('integer', RangeError);
  return String(value);
}

/**
 * Section 4.1.5: three digits after the point, halves to even. Rounded on the decimal digits: in binary 0.0025 is no
 * half, and 1.0015 × 1000 is less than 1001.5.
 */
function serializeDecimal(value: number): string {
  const size = Math.abs(value);
  if (!(size < 1e12)) refuse('decimal', RangeError);
  // Below 1e-6 the text would be in exponential form.
  const [whole = '', fraction = ''] = String(size < 1e-6 ? 0 : size).split('.');
  const rest = fraction.slice(3);
  let thousandths = Number(whole + fraction.slice(0, 3).padEnd(3, '0'));
  if (rest > '5' || (rest === '5' && thousandths % 2 === 1)) thousandths++;
  if (thousandths >= 1e15) refuse('decimal', RangeError);
  // At most 15 digits: the quotient prints as exactly these.
  const rounded = (Math.sign(value) * thousandths) / 1000;
  return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}

/** Section 4.1.11. */
function serializeDisplayString(value: string): string {
  if (!isWellFormed(value)) refuse('display string');
  return `%"${value.replace(/[%"]|[^ -~]+/g, (text) => encodeURIComponent(text).toLowerCase())}"`;
}

function requireForm(kind: string, text: string, form: RegExp): string {
  if (text === '' || take({ text, at: 0 }, form) !== text) refuse(kind);
  return text;
}

function refuse(kind: string, Failure: typeof TypeError | typeof RangeError = TypeError): never {
  throw new Failure(`not a structured field ${kind}`);
}

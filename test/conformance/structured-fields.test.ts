import { expect, it } from 'vitest';
import { parseDictionary, parseItem, parseList } from '../../src/structured-fields/parse.ts';
import { serializeDictionary, serializeItem, serializeList } from '../../src/structured-fields/serialize.ts';
import {
  type BareItem,
  Decimal,
  type Dictionary,
  DisplayString,
  type Item,
  isInnerList,
  type List,
  type Member,
  type Parameters,
  SfDate,
  Token,
} from '../../src/structured-fields/value.ts';

import { describeWithVectors, readVector } from '../support/vectors.ts';

type Tagged =
  | { readonly __type: 'binary'; readonly value: string }
  | { readonly __type: 'token'; readonly value: string }
  | { readonly __type: 'displaystring'; readonly value: string }
  | { readonly __type: 'date'; readonly value: number }
  | { readonly __type: 'decimal'; readonly value: number };
type BareJson = number | string | boolean | Tagged;
type ParametersJson = readonly (readonly [string, BareJson])[];
type ItemJson = readonly [BareJson, ParametersJson];
type MemberJson = readonly [BareJson | readonly ItemJson[], ParametersJson];

type Expected =
  | { readonly header_type: 'item'; readonly expected: ItemJson }
  | { readonly header_type: 'list'; readonly expected: readonly MemberJson[] }
  | { readonly header_type: 'dictionary'; readonly expected: readonly (readonly [string, MemberJson])[] };
type Value = Item | List | Dictionary;

type ParseRecord = { readonly name: string; readonly raw: readonly string[]; readonly can_fail?: true } & (
  | (Expected & { readonly must_fail?: false; readonly canonical?: readonly string[] })
  | { readonly must_fail: true; readonly header_type: Expected['header_type'] }
);
type SerializeRecord = { readonly name: string } & Expected &
  ({ readonly must_fail: true } | { readonly must_fail?: false; readonly canonical: readonly string[] });

const PARSE = {
  'binary.json': 15,
  'boolean.json': 12,
  'date.json': 17,
  'dictionary.json': 26,
  'display-string.json': 22,
  'examples.json': 21,
  'item.json': 5,
  'key-generated.json': 640,
  'large-generated.json': 11,
  'list.json': 11,
  'listlist.json': 12,
  'number-generated.json': 193,
  'number.json': 37,
  'param-dict.json': 14,
  'param-list.json': 20,
  'param-listlist.json': 3,
  'string-generated.json': 256,
  'string.json': 14,
  'token-generated.json': 256,
  'token.json': 6,
};
const SERIALIZE = { 'key-generated.json': 378, 'number.json': 9, 'string-generated.json': 33, 'token-generated.json': 124 };

/** The two that may fail and do: Base64 in other than its canonical spelling. */
const STRICTER = ['bad padding', 'non-zero pad bits'];

/** Reads a file in which `1.0` must not become `1`. */
function readRecords<T>(path: string): readonly T[] {
  const tagged = readVector(`structured-fields/${path}`).replace(/"(?:[^"\\]|\\.)*"|-?\d+\.\d+/g, (token) =>
    token.startsWith('"') ? token : `{"__type":"decimal","value":${token}}`,
  );
  return JSON.parse(tagged) as readonly T[];
}

function decodeBase32(text: string): Uint8Array {
  const digits = [...text.replace(/=+$/, '')].map((digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

function bareOf(json: BareJson): BareItem {
  if (typeof json !== 'object') return json;
  if (json.__type === 'binary') return decodeBase32(json.value);
  if (json.__type === 'token') return new Token(json.value);
  if (json.__type === 'displaystring') return new DisplayString(json.value);
  return json.__type === 'date' ? new SfDate(json.value) : new Decimal(json.value);
}

function paramsOf(json: ParametersJson): Parameters {
  return new Map(json.map(([key, value]) => [key, bareOf(value)]));
}

function itemOf([value, params]: ItemJson): Item {
  return { value: bareOf(value), params: paramsOf(params) };
}

function memberOf([value, params]: MemberJson): Member {
  return isArray(value) ? { items: value.map(itemOf), params: paramsOf(params) } : itemOf([value, params]);
}

function isArray(value: MemberJson[0]): value is readonly ItemJson[] {
  return Array.isArray(value);
}

function toValue(record: Expected): Value {
  if (record.header_type === 'item') return itemOf(record.expected);
  if (record.header_type === 'list') return record.expected.map(memberOf);
  return new Map(record.expected.map(([key, member]) => [key, memberOf(member)]));
}

function parse(type: Expected['header_type'], text: string): Value {
  if (type === 'item') return parseItem(text);
  return type === 'list' ? parseList(text) : parseDictionary(text);
}

function serialize(value: Value): string {
  if (value instanceof Map) return serializeDictionary(value);
  return isList(value) ? serializeList(value) : serializeItem(value as Item);
}

function isList(value: Value): value is List {
  return Array.isArray(value);
}

/** Without the places in the text, and with keys in an order that counts. */
function plain(value: Value): unknown {
  if (value instanceof Map) return [...value].map(([key, member]) => [key, plainMember(member)]);
  return isList(value) ? value.map(plainMember) : plainMember(value as Item);
}

function plainMember(member: Member): unknown {
  const value = isInnerList(member) ? member.items.map(plainMember) : member.value;
  return { value, params: [...member.params] };
}

describeWithVectors('RFC 9651 (httpwg/structured-field-tests)', () => {
  const refused: string[] = [];
  let ran = 0;

  for (const [file, count] of Object.entries(PARSE)) {
    it(`parses and serialises ${file}`, () => {
      const records = readRecords<ParseRecord>(file);
      expect(records.length).toBe(count);
      for (const record of records) {
        const text = record.raw.join(', ');
        ran++;
        if (record.must_fail) {
          expect(() => parse(record.header_type, text), record.name).toThrow(/ at index \d+$/);
          continue;
        }
        const expected = toValue(record);
        const canonical = (record.canonical ?? record.raw).join(', ');
        expect(serialize(expected), record.name).toBe(canonical);
        expect(plain(parse(record.header_type, canonical)), record.name).toStrictEqual(plain(expected));
        if (record.can_fail && STRICTER.includes(record.name)) {
          expect(() => parse(record.header_type, text), record.name).toThrow(/ at index \d+$/);
          refused.push(record.name);
          continue;
        }
        expect(plain(parse(record.header_type, text)), record.name).toStrictEqual(plain(expected));
      }
    });
  }

  for (const [file, count] of Object.entries(SERIALIZE)) {
    it(`serialises serialisation-tests/${file}`, () => {
      const records = readRecords<SerializeRecord>(`serialisation-tests/${file}`);
      expect(records.length).toBe(count);
      for (const record of records) {
        ran++;
        if (record.must_fail) expect(() => serialize(toValue(record)), record.name).toThrow(/^not a structured field /);
        else expect(serialize(toValue(record)), record.name).toBe(record.canonical.join(', '));
      }
    });
  }

  it('ran all 2,135 records, two of them stricter than the RFC asks', () => {
    expect(refused).toEqual(STRICTER);
    expect(ran).toBe(2135);
  });
});

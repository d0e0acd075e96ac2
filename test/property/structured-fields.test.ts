import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDictionary, parseDictionaryMembers, parseItem, parseList } from '../../src/structured-fields/parse.ts';
import type { ParseOptions } from '../../src/structured-fields/parse-item.ts';
import {
  serializeBareItem,
  serializeDictionary,
  serializeInnerList,
  serializeItem,
  serializeList,
} from '../../src/structured-fields/serialize.ts';
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
  SfDate,
  Token,
} from '../../src/structured-fields/value.ts';
import { rounds } from '../support/rounds.ts';
import { positionOf } from '../support/syntax-error.ts';

const KEY_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz*0123456789_-.';
const TOKEN_CHARACTERS = `${KEY_CHARACTERS}ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'+^\`|~:/`;
const MAX_INTEGER = 999_999_999_999_999;

function word(first: string, rest: string): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...first), fc.string({ unit: fc.constantFrom(...rest) })).map((parts) => parts.join(''));
}

const key = word(KEY_CHARACTERS.slice(0, 27), KEY_CHARACTERS);
const integer = fc.integer({ min: -MAX_INTEGER, max: MAX_INTEGER });
const bareItem: fc.Arbitrary<BareItem> = fc.oneof(
  integer,
  integer.map((thousandths) => new Decimal(thousandths / 1000)),
  fc.string({ unit: 'grapheme-ascii' }),
  word(TOKEN_CHARACTERS.replace(/[^a-z*]/gi, ''), TOKEN_CHARACTERS).map((text) => new Token(text)),
  fc.uint8Array(),
  fc.boolean(),
  integer.map((seconds) => new SfDate(seconds)),
  fc.string({ unit: 'binary' }).map((text) => new DisplayString(text)),
);
const params = fc.array(fc.tuple(key, bareItem), { maxLength: 4 }).map((entries) => new Map(entries));
const item: fc.Arbitrary<Item> = fc.record({ value: bareItem, params }, { noNullPrototype: true });
const innerList: fc.Arbitrary<InnerList> = fc.record({ items: fc.array(item, { maxLength: 4 }), params }, { noNullPrototype: true });
const member: fc.Arbitrary<Member> = fc.oneof(item, innerList);
const list: fc.Arbitrary<List> = fc.array(member);
const dictionary: fc.Arbitrary<Dictionary> = fc.array(fc.tuple(key, member)).map((entries) => new Map(entries));

/** Without the places in the text. */
function plain(one: Member): unknown {
  return { value: isInnerList(one) ? one.items.map(plain) : one.value, params: [...one.params] };
}

function plainDictionary(one: Dictionary): unknown {
  return [...one].map(([name, value]) => [name, plain(value)]);
}

function serializeMember(one: Member): string {
  return isInnerList(one) ? serializeInnerList(one) : serializeItem(one);
}

describe('parsing what was serialised', () => {
  it('gives the item back', () => {
    const holds = (value: Item) => {
      expect(plain(parseItem(serializeItem(value)))).toStrictEqual(plain(value));
    };
    fc.assert(fc.property(item, holds), { numRuns: rounds(2000) });
  });

  it('gives the list back', () => {
    const holds = (value: List) => {
      expect(parseList(serializeList(value)).map(plain)).toStrictEqual(value.map(plain));
    };
    fc.assert(fc.property(list, holds), { numRuns: 500 });
  });

  it('gives the dictionary back', () => {
    const holds = (value: Dictionary) => {
      expect(plainDictionary(parseDictionary(serializeDictionary(value)))).toStrictEqual(plainDictionary(value));
    };
    fc.assert(fc.property(dictionary, holds), { numRuns: 500 });
  });

  it('finds the text of each member and item', () => {
    fc.assert(
      fc.property(dictionary, (value) => {
        const text = serializeDictionary(value);
        for (const source of parseDictionaryMembers(text)) {
          const expected = value.get(source.key)!;
          const written = text.slice(source.start, source.end);
          if (isInnerList(expected) || expected.value !== true) expect(written).toBe(serializeMember(expected));
          if (!isInnerList(source.member)) continue;
          expect(source.member.items.map(({ start, end }) => text.slice(start, end))).toEqual(source.member.items.map(serializeItem));
          expect(text.charAt(source.member.paramsStart! - 1)).toBe(')');
        }
      }),
    );
  });

  it('rounds any decimal to the nearest thousandth', () => {
    const inRange = fc.double({ min: -999_999_999_999, max: 999_999_999_999, noNaN: true });
    fc.assert(
      fc.property(inRange, (value) => {
        const text = serializeBareItem(new Decimal(value));
        expect(text).toMatch(/^-?\d{1,12}\.\d{1,3}$/);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(0.0005 + Math.abs(value) * Number.EPSILON);
      }),
      { numRuns: rounds(2000) },
    );
  });
});

/** Texts that are nearly structured fields, and some that are nothing like it. */
const fragment = fc.oneof(
  fc.constantFrom(
    '(',
    ')',
    ',',
    ', ',
    ';',
    '=',
    ' ',
    '\t',
    '"',
    '\\',
    ':',
    '?',
    '?1',
    '@',
    '%',
    '%"',
    '%c3',
    '-',
    '.',
    '1',
    '1.0',
    '*',
    'a',
    'A',
    'é',
  ),
  bareItem.map(serializeBareItem),
  key,
);
const fuzz = fc.oneof(
  fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
  fc.tuple(dictionary.map(serializeDictionary), fc.nat(), fragment, fc.nat(3)).map(([text, at, insert, drop]) => {
    const index = at % (text.length + 1);
    return text.slice(0, index) + insert + text.slice(index + drop);
  }),
);

/** What a parser makes of a text, written again; `undefined` if it refuses it. Anything it throws but its own error escapes. */
function rewrite<T>(text: string, parse: (text: string) => T, serialize: (value: T) => string): string | undefined {
  try {
    return serialize(parse(text));
  } catch (error) {
    expect(positionOf(error)).toBeLessThanOrEqual(text.length);
    return undefined;
  }
}

describe('any text', () => {
  it.each<[string, (text: string) => string | undefined]>([
    ['Item', (text) => rewrite(text, parseItem, serializeItem)],
    ['List', (text) => rewrite(text, parseList, serializeList)],
    ['Dictionary', (text) => rewrite(text, parseDictionary, serializeDictionary)],
  ])('parsed as %s can be written and read as the same, or is refused with its place', (_, again) => {
    let accepted = 0;
    fc.assert(
      fc.property(fuzz, (text) => {
        const written = again(text);
        if (written === undefined) return;
        accepted++;
        expect(again(written)).toBe(written);
      }),
      { numRuns: rounds(10_000) },
    );
    expect(accepted).toBeGreaterThan(rounds(10_000) / 50);
  });
});

/** Each makes a hostile text of about the given length. */
const HOSTILE: Readonly<Record<string, (length: number) => string>> = {
  members: (length) => many(length, (index) => `k${index}`, ','),
  'equal members': (length) => 'a,'.repeat(length / 2),
  'labels with lists': (length) => many(length, (index) => `s${index}=("@path");created=1`, ', '),
  components: (length) => `s=(${many(length, (index) => `"c${index}"`, ' ')})`,
  parameters: (length) => `s=1${many(length, (index) => `;p${index}=1`, '')}`,
  'equal parameters': (length) => `s=()${';p'.repeat(length / 2)}`,
  'empty lists': (length) => 'a=(),'.repeat(length / 5),
  'open lists': (length) => '('.repeat(length),
  'a list of open lists': (length) => `a=${'('.repeat(length)}`,
  spaces: (length) => `${' '.repeat(length)}!`,
  'tabs after a comma': (length) => `a,${'\t'.repeat(length)}!`,
  'spaces in a list': (length) => `a=(${' '.repeat(length)}!`,
  'one key': (length) => `${'a'.repeat(length)}!`,
  'one token': (length) => `a=${'A/'.repeat(length / 2)}"`,
  digits: (length) => `a=${'1'.repeat(length)}`,
  'a string of escapes': (length) => `a="${'\\\\'.repeat(length / 2)}"`,
  'a string without an end': (length) => `a="${'x'.repeat(length)}`,
  'escapes without an end': (length) => `a="${'\\"'.repeat(length / 2)}`,
  bytes: (length) => `a=:${'AAAA'.repeat(length / 4)}:`,
  'bytes without an end': (length) => many(length, (index) => `a${index}=:AA==:`, ',').slice(0, -1),
  'strings without an end': (length) => `${'a="",'.repeat(length / 5)}a="`,
  'a display string': (length) => `a=%"${'%c3%bc'.repeat(length / 6)}"`,
  'percent signs': (length) => `a=%"${'%'.repeat(length)}"`,
  'display strings without an end': (length) => `${'a=%"",'.repeat(length / 6)}a=%"`,
};

function many(length: number, make: (index: number) => string, separator: string): string {
  const parts: string[] = [];
  for (let index = 0, total = 0; total < length; index++) {
    const part = make(index);
    parts.push(part);
    total += part.length + separator.length;
  }
  return parts.join(separator);
}

const UNBOUNDED: ParseOptions = { maxLength: Infinity, maxMembers: Infinity, maxItems: Infinity, maxParameters: Infinity };

describe('hostile texts', () => {
  // What they cost is shown by `npm run bench`.
  it.each(Object.entries(HOSTILE))('are read as they stand, or refused with their place: %s', (_, make) => {
    for (const options of [{}, UNBOUNDED]) {
      const again = (text: string) => rewrite(text, (source) => parseDictionary(source, options), serializeDictionary);
      const written = again(make(32_768));
      if (written !== undefined) expect(again(written)).toBe(written);
    }
  });
});

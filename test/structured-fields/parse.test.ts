import { describe, expect, it } from 'vitest';
import { ComponentError } from '../../src/internal/component-error.ts';
import { parseDictionary, parseDictionaryMembers, parseItem, parseList } from '../../src/structured-fields/parse.ts';
import { type ParseOptions, parseParameters } from '../../src/structured-fields/parse-item.ts';
import { type InnerList, type Item, isInnerList, type Member } from '../../src/structured-fields/value.ts';

import { positionOf } from '../support/syntax-error.ts';

const SIGNATURE_INPUT =
  'sig=("@method"  "@query-param";name="a;b)" "content-digest";req);created=1700000000;keyid="j\\"d" ,  proxy=( "signature";key="sig" );tag="x"';

function sourceOf(text: string, { start, end }: { readonly start?: number | undefined; readonly end?: number | undefined }): string {
  return text.slice(start, end);
}

function innerList(member: Member | undefined): InnerList {
  if (member === undefined || !isInnerList(member)) throw new Error('no inner list');
  return member;
}

function refusedAt(parse: () => unknown): number {
  try {
    parse();
  } catch (error) {
    return positionOf(error);
  }
  throw new Error('it was accepted');
}

describe('places in the text', () => {
  it('gives the verbatim text of each member value, parameters included', () => {
    const members = parseDictionaryMembers(SIGNATURE_INPUT);
    expect(members.map(({ key }) => key)).toEqual(['sig', 'proxy']);
    expect(members.map((member) => sourceOf(SIGNATURE_INPUT, member))).toEqual([
      '("@method"  "@query-param";name="a;b)" "content-digest";req);created=1700000000;keyid="j\\"d"',
      '( "signature";key="sig" );tag="x"',
    ]);
  });

  it('gives the verbatim text of each item of an inner list', () => {
    const [sig] = parseDictionaryMembers(SIGNATURE_INPUT);
    expect(innerList(sig?.member).items.map((item) => sourceOf(SIGNATURE_INPUT, item))).toEqual([
      '"@method"',
      '"@query-param";name="a;b)"',
      '"content-digest";req',
    ]);
  });

  it('tells where the parameters of an inner list begin', () => {
    const rest = parseDictionaryMembers(SIGNATURE_INPUT).map(({ member, end }) =>
      SIGNATURE_INPUT.slice(innerList(member).paramsStart, end),
    );
    expect(rest).toEqual([';created=1700000000;keyid="j\\"d"', ';tag="x"']);
    expect(innerList(parseList('()')[0]).paramsStart).toBe(2);
  });

  it('gives the text of list members and items', () => {
    const text = '  a; b=1\t,\t"c"';
    expect(parseList(text).map((member) => sourceOf(text, member as Item))).toEqual(['a; b=1', '"c"']);
    expect(sourceOf('  ?1;x  ', parseItem('  ?1;x  '))).toBe('?1;x');
  });

  it('begins a member without a value right after its key', () => {
    const text = 'a, b;x=1,c=?1';
    expect(parseDictionaryMembers(text).map((member) => [member.start, sourceOf(text, member)])).toEqual([
      [1, ''],
      [4, ';x=1'],
      [11, '?1'],
    ]);
  });
});

describe('keys that occur twice', () => {
  it('lets the last member win, in the place of the first', () => {
    expect([...parseDictionary('a=1,b=2,a=3')].map(([key, member]) => [key, (member as Item).value])).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('lets the last parameter win, in the place of the first', () => {
    expect([...parseItem('x;a=1;b=2;a').params]).toEqual([
      ['a', true],
      ['b', 2],
    ]);
  });

  it('keeps both members apart when asked for members', () => {
    expect(parseDictionaryMembers('a=1, a=(2)').map(({ key, start }) => [key, start])).toEqual([
      ['a', 2],
      ['a', 7],
    ]);
  });

  it('refuses repetitions of members and parameters if asked, wherever they stand', () => {
    for (const text of ['a;p;p', 'b=(1;q;q 2)', 'b=(1;q 2;q);r;q;r', 'a=1, a', 'a, b, a;x'])
      expect(() => parseDictionary(text, { unique: true }), text).toThrow(/^a (member|parameter) twice at index \d+$/);
    expect(() => parseList('1;p;o;p', { unique: true })).toThrow('a parameter twice');
    expect(() => parseItem('1;p;p', { unique: true })).toThrow('a parameter twice');
    expect(() => parseParameters(';p;o=1;p', { unique: true })).toThrow('a parameter twice');
    expect(parseDictionary('a;p;q, b=(1;p 2;p);p', { unique: true }).size).toBe(2);
    // Of members of one name, both: whoever asks for them decides.
    expect(parseDictionaryMembers('a, a', { unique: true })).toHaveLength(2);
  });

  it('takes keys that objects treat as their own', () => {
    expect([...parseDictionary('constructor=1, valueof=2').keys()]).toEqual(['constructor', 'valueof']);
    expect(refusedAt(() => parseDictionary('__proto__=1'))).toBe(0);
  });
});

describe('limits', () => {
  it.each<[string, (count: number, options?: ParseOptions) => unknown, keyof ParseOptions, number]>([
    ['characters', (count, options) => parseItem(`"${'x'.repeat(count - 2)}"`, options), 'maxLength', 65536],
    ['members of a list', (count, options) => parseList(Array(count).fill('1').join(), options), 'maxMembers', 1024],
    ['members of a dictionary', (count, options) => parseDictionary(Array(count).fill('a').join(), options), 'maxMembers', 1024],
    ['items', (count, options) => parseList(`(${'1 '.repeat(count)})`, options), 'maxItems', 256],
    ['parameters of an item', (count, options) => parseItem(`1${';a'.repeat(count)}`, options), 'maxParameters', 256],
    ['parameters of an inner list', (count, options) => parseList(`()${';a'.repeat(count)}`, options), 'maxParameters', 256],
  ])('bounds the %s', (_, parse, option, limit) => {
    expect(() => parse(limit)).not.toThrow();
    expect(() => parse(limit + 1)).toThrow(/ at index \d+$/);
    expect(() => parse(limit + 1, { [option]: limit + 1 })).not.toThrow();
    expect(() => parse(limit + 1, { [option]: undefined })).toThrow(/ at index \d+$/);
    expect(() => parse(4, { [option]: 4 })).not.toThrow();
    expect(() => parse(5, { [option]: 4 })).toThrow(/ at index \d+$/);
  });

  it('counts the items of each inner list and the parameters of each item by themselves', () => {
    expect(parseList('(1 2), (3 4), 5;a;b, 6;a;b', { maxItems: 2, maxParameters: 2 }).length).toBe(4);
  });
});

describe('what is refused', () => {
  it('says where, and nothing of the text', () => {
    const parse = () => parseDictionary('sig=:c2VjcmV0, k=1');
    expect(parse).toThrow('bad item at index 4');
    expect(parse).toThrow(ComponentError);
  });

  it.each([
    ['an empty item', parseItem, '', 0],
    ['two items', parseItem, '1, 2', 1],
    ['a space before a parameter', parseItem, '1 ;a', 2],
    ['a tab around an item', parseItem, '1\t', 1],
    ['a parameter without a key', parseItem, '1;', 2],
    ['a parameter without a value', parseItem, '1;a=', 4],
    ['an upper-case key', parseItem, '1;A', 2],
    ['a tab before a list', parseList, '\t1', 0],
    ['a trailing comma', parseList, '1,', 2],
    ['an empty member', parseList, '1,,2', 2],
    ['a missing comma', parseList, '1 2', 2],
    ['a list in a list', parseList, '((1))', 1],
    ['a list as a parameter', parseList, '1;a=(1)', 4],
    ['an open inner list', parseList, '(1 2', 4],
    ['an inner list without spaces', parseList, '(1"a")', 2],
    ['a tab in an inner list', parseList, '(1\t2)', 2],
    ['a space before a value', parseDictionary, 'a= 1', 2],
    ['a space before =', parseDictionary, 'a =1', 2],
    ['a key that begins with a digit', parseDictionary, '1a', 0],
    ['a key with a character beyond ASCII', parseDictionary, 'aé=1', 1],
    ['a line feed', parseDictionary, 'a=1\nb=2', 3],
  ])('%s', (_, parse, text, position) => {
    expect(refusedAt(() => parse(text))).toBe(position);
  });

  it('takes an empty list and dictionary', () => {
    expect(parseList('  ')).toEqual([]);
    expect(parseDictionary('').size).toBe(0);
  });

  it('takes spaces around, and spaces and tabs around commas', () => {
    expect(parseList('  1 \t,\t 2 \t').length).toBe(2);
    expect(parseDictionary('  a \t,\t b=() \t').size).toBe(2);
  });
});

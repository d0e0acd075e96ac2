import { describe, expect, it } from 'vitest';
import { parseItem } from '../../src/structured-fields/parse.ts';
import { type BareItem, Decimal, DisplayString, SfDate, Token } from '../../src/structured-fields/value.ts';

function parse(text: string): BareItem {
  return parseItem(text).value;
}

function refuses(texts: readonly string[]): void {
  for (const text of texts) expect(() => parse(text), text).toThrow(/ at index \d+$/);
}

describe('Integer and Decimal (RFC 9651 4.2.4)', () => {
  it('keeps them apart', () => {
    expect(parse('1')).toBe(1);
    expect(parse('1.0')).toStrictEqual(new Decimal(1));
    expect(parse('-0.5')).toStrictEqual(new Decimal(-0.5));
  });

  it('reads the largest exactly', () => {
    expect(parse('999999999999999')).toBe(999_999_999_999_999);
    expect(parse('-999999999999999')).toBe(-999_999_999_999_999);
    expect(parse('999999999999.999')).toStrictEqual(new Decimal(999_999_999_999.999));
  });

  it('has one zero', () => {
    expect(parse('-0')).toBe(0);
    expect(parse('-0.0')).toStrictEqual(new Decimal(0));
    expect(parse('@-0')).toStrictEqual(new SfDate(0));
  });

  it('refuses what is too long or incomplete', () => {
    refuses(['-', '--1', '+1', '1000000000000000', '-1000000000000000', '000000000000000000001']);
    refuses(['1.', '.5', '-.5', '1.0000', '1000000000000.0', '1.5.5', '1e3', '0x1', '١']);
  });
});

describe('String (4.2.5)', () => {
  it('undoes escapes', () => {
    expect(parse('"a\\"b\\\\c"')).toBe('a"b\\c');
    expect(parse('"\\\\\\""')).toBe('\\"');
    expect(parse('""')).toBe('');
  });

  it('refuses other escapes, control characters, anything beyond ASCII, and no end', () => {
    refuses(['"', '"a', '"a\\"', '"a\\', '"\\n"', '"\\u0041"', '"\t"', '"\x7f"', '"\x00"', '"é"', '"😀"', "'a'"]);
  });
});

describe('Token (4.2.6)', () => {
  it('reads every character a token may have', () => {
    const text = "*!#$%&'*+-.^_`|~:/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    expect(parse(text)).toStrictEqual(new Token(text));
    expect(parse('A')).toStrictEqual(new Token('A'));
  });

  it('refuses other beginnings and characters', () => {
    refuses(['!a', '_a', '/a', 'a"', 'a(', 'aé', 'ſ', 'a=b', 'a,b', '']);
  });
});

describe('Byte Sequence (4.2.7)', () => {
  it('decodes canonical Base64', () => {
    expect(parse(':aGk=:')).toStrictEqual(new TextEncoder().encode('hi'));
    expect(parse('::')).toStrictEqual(new Uint8Array());
  });

  it('refuses every other spelling of the same bytes', () => {
    refuses([':aGk:', ':aGl=:', ':aGk==:', ':aG k=:', ':aGk=\n:', ':a-_=:', ':aGk=', ':', ':=:', ':====:']);
  });
});

describe('Boolean (4.2.8)', () => {
  it('is ?0 or ?1', () => {
    expect([parse('?0'), parse('?1')]).toEqual([false, true]);
    refuses(['?', '?2', '?t', '?01', '? 1']);
  });
});

describe('Date (4.2.9)', () => {
  it('is whole seconds', () => {
    expect(parse('@1659578233')).toStrictEqual(new SfDate(1_659_578_233));
    expect(parse('@-62135596800')).toStrictEqual(new SfDate(-62_135_596_800));
    refuses(['@', '@1.0', '@ 1', '@"1"', '@@1']);
  });
});

describe('Display String (4.2.10)', () => {
  it('decodes UTF-8', () => {
    expect(parse('%"f%c3%bc%f0%9f%98%80 100%25 %22a%22 \\"')).toStrictEqual(new DisplayString('fü😀 100% "a" \\'));
    expect(parse('%"%00%7f%ef%bb%bf"')).toStrictEqual(new DisplayString('\x00\x7f\ufeff'));
    expect(parse('%""')).toStrictEqual(new DisplayString(''));
  });

  it('refuses upper-case and incomplete escapes', () => {
    refuses(['%"%C3%BC"', '%"%2F"', '%"%4A"', '%"%cA"', '%"%Ca"', '%"%"', '%"%2"', '%"%2g"', '%"%g2"', '%"%u0041"', '%"%+1"', '%"% 1"']);
    expect(parse('%"%41BC%25AB"')).toStrictEqual(new DisplayString('ABC%AB'));
  });

  it('refuses what is not UTF-8: overlong forms, surrogates, stray and missing bytes', () => {
    refuses(['%"%c0%80"', '%"%e0%80%80"', '%"%ed%a0%80"', '%"%f4%90%80%80"', '%"%80"', '%"%c3"', '%"%c3x"', '%"%ff"']);
  });

  it('refuses unescaped characters beyond printable ASCII, and no end', () => {
    refuses(['%', '%a', '%"a', '%"ü"', '%"\t"', '%"\x7f"', "%'a'", '% "a"']);
  });
});

describe('an item of the right form that means nothing', () => {
  it('is refused, whatever stands behind it', () => {
    for (const item of [':a:', ':aGl=:', '%"%ff"'])
      refuses([item, `${item}?1`, `${item}a`, `${item}1`, `${item}1.5`, `${item}@1`, `${item}%"a"`]);
  });
});

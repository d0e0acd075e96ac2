import { describe, expect, it } from 'vitest';
import {
  serializeBareItem,
  serializeDictionary,
  serializeInnerList,
  serializeItem,
  serializeList,
  serializeParameters,
} from '../../src/structured-fields/serialize.ts';
import { type BareItem, Decimal, DisplayString, type Item, type Parameters, SfDate, Token } from '../../src/structured-fields/value.ts';

const NONE: Parameters = new Map();

function item(value: BareItem, params: Record<string, BareItem> = {}): Item {
  return { value, params: new Map(Object.entries(params)) };
}

function refuses(values: readonly BareItem[], error: new (message: string) => Error): void {
  for (const value of values) {
    let thrown: unknown;
    try {
      serializeBareItem(value);
    } catch (cause) {
      thrown = cause;
    }
    expect(Object.getPrototypeOf(thrown), String(value)).toBe(error.prototype);
    expect((thrown as Error).message).toMatch(/^not a structured field [a-z ]+$/);
  }
}

describe('Integer (RFC 9651 4.1.4)', () => {
  it('writes 15 digits and one zero', () => {
    expect([0, -0, 42, -999_999_999_999_999].map(serializeBareItem)).toEqual(['0', '0', '42', '-999999999999999']);
  });

  it('refuses what is not whole or too large', () => {
    refuses([1e15, -1e15, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53], RangeError);
  });
});

describe('Decimal (4.1.5)', () => {
  it.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '0.0'],
    [1.5, '1.5'],
    [-1.25, '-1.25'],
    [1.0004, '1.0'],
    [0.0005, '0.0'],
    [0.0015, '0.002'],
    [0.0025, '0.002'],
    [0.00250001, '0.003'],
    [1.0015, '1.002'],
    [1.0025, '1.002'],
    [1.9995, '2.0'],
    [-0.0004, '0.0'],
    [-0.0006, '-0.001'],
    [5e-324, '0.0'],
    [0.000001, '0.0'],
    [999_999_999_999.999, '999999999999.999'],
    [-999_999_999_999.999, '-999999999999.999'],
    [123_456_789_012.1, '123456789012.1'],
    [100_000_000_000.5, '100000000000.5'],
  ])('writes %d as %s', (value, text) => {
    expect(serializeBareItem(new Decimal(value))).toBe(text);
  });

  it('refuses what has more than 12 digits before the point, before or after rounding', () => {
    refuses(
      [1e12, -1e12, 999_999_999_999.9996, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => new Decimal(value)),
      RangeError,
    );
  });
});

describe('String (4.1.6)', () => {
  it('escapes quotes and backslashes', () => {
    expect(serializeBareItem('')).toBe('""');
    expect(serializeBareItem('a "b" \\ ~')).toBe('"a \\"b\\" \\\\ ~"');
  });

  it('refuses anything but printable ASCII', () => {
    refuses(['a\n', '\x00', '\x7f', 'é', '"é', '😀', '\ud800'], TypeError);
  });
});

describe('Token (4.1.7)', () => {
  it('is written as it is', () => {
    expect(serializeBareItem(new Token('*a/b:c'))).toBe('*a/b:c');
  });

  it('refuses what would not be read back', () => {
    refuses(
      ['', '1a', 'a b', 'a"', 'aé', 'ſ', 'a\n', ':a'].map((value) => new Token(value)),
      TypeError,
    );
  });
});

describe('Byte Sequence, Boolean and Date (4.1.8 to 4.1.10)', () => {
  it('writes them', () => {
    expect(serializeBareItem(new Uint8Array([104, 105]))).toBe(':aGk=:');
    expect(serializeBareItem(new Uint8Array())).toBe('::');
    expect([true, false].map(serializeBareItem)).toEqual(['?1', '?0']);
    expect(serializeBareItem(new SfDate(-62_135_596_800))).toBe('@-62135596800');
  });

  it('refuses dates that are no whole seconds', () => {
    refuses([new SfDate(0.5), new SfDate(1e15), new SfDate(Number.NaN)], RangeError);
  });
});

describe('Display String (4.1.11)', () => {
  it('escapes the quote, the percent sign and all but printable ASCII, in lower case', () => {
    expect(serializeBareItem(new DisplayString('100% "ü" \\ 😀\n\x7f'))).toBe('%"100%25 %22%c3%bc%22 \\ %f0%9f%98%80%0a%7f"');
  });

  it('refuses lone surrogates', () => {
    refuses(
      ['\ud800', 'a\udc00b', '\ud83d\ud83d\ude00'].map((value) => new DisplayString(value)),
      TypeError,
    );
  });
});

describe('parameters, items and lists (4.1.1 to 4.1.3)', () => {
  it('writes true as the key alone', () => {
    expect(serializeParameters(item(1, { a: true, b: false, '*c-._9': 1 }).params)).toBe(';a;b=?0;*c-._9=1');
    expect(serializeParameters(NONE)).toBe('');
    expect(serializeItem(item(true, { x: new Decimal(1) }))).toBe('?1;x=1.0');
  });

  it('refuses keys that would not be read back', () => {
    for (const key of ['', 'A', '1', '-a', '_a', 'a b', 'a=', 'aé', 'a\n']) {
      expect(() => serializeParameters(new Map([[key, 1]])), key).toThrow('not a structured field key');
      expect(() => serializeDictionary(new Map([[key, item(1)]])), key).toThrow('not a structured field key');
    }
  });

  it('writes inner lists', () => {
    expect(serializeInnerList({ items: [], params: NONE })).toBe('()');
    const list = { items: [item('@method'), item('x', { req: true })], params: new Map([['created', 1]]) };
    expect(serializeInnerList(list)).toBe('("@method" "x";req);created=1');
  });

  it('writes lists and dictionaries', () => {
    const inner = { items: [item(1)], params: new Map([['a', true]]) };
    expect(serializeList([item(1, { a: 2 }), inner])).toBe('1;a=2, (1);a');
    const flags = { a: item(true), b: item(true, { x: 1 }), c: item(false), d: inner };
    expect(serializeDictionary(new Map(Object.entries(flags)))).toBe('a, b;x=1, c=?0, d=(1);a');
    expect(serializeList([])).toBe('');
    expect(serializeDictionary(new Map())).toBe('');
  });

  it('refuses what is no value at all', () => {
    for (const value of [undefined, null, {}, [], 1n, Symbol('x')]) {
      expect(() => serializeBareItem(value as unknown as BareItem)).toThrow(new TypeError('not a structured field item'));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { canonicalizeFields, percentEncode } from '../../src/canonical/fields.ts';

describe('percentEncode (RFC 3986 2.3)', () => {
  it('keeps what is unreserved', () => {
    const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
    expect(percentEncode(unreserved)).toBe(unreserved);
    expect(percentEncode('')).toBe('');
  });

  it('encodes every other ASCII character, in upper case', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code);
      if (/[\w\-.~]/.test(character)) continue;
      expect(percentEncode(character)).toBe(`%${code.toString(16).toUpperCase().padStart(2, '0')}`);
    }
  });

  it('encodes UTF-8', () => {
    expect(percentEncode('é€😀\uffff')).toBe('%C3%A9%E2%82%AC%F0%9F%98%80%EF%BF%BF');
    expect(percentEncode("a b+c!*'()%20")).toBe('a%20b%2Bc%21%2A%27%28%29%2520');
  });

  it.each(['\ud800', 'a\udfff', '\udc00\ud800'])('refuses lone surrogates', (text) => {
    expect(() => percentEncode(text)).toThrow(TypeError);
  });
});

describe('canonicalizeFields', () => {
  it('sorts by name, then value, as they are encoded', () => {
    expect(
      canonicalizeFields([
        ['b', '2'],
        ['a', '10'],
        ['a', '9'],
        ['A', ''],
        ['é', 'z'],
        ['a', 'é'],
      ]),
    ).toBe('%C3%A9=z&A=&a=%C3%A9&a=10&a=9&b=2');
  });

  it('puts a name before those that it begins', () => {
    // `%` and `-` sort before the `=` that ends the name.
    expect(
      canonicalizeFields([
        ['a b', '1'],
        ['a-', '2'],
        ['a', 'z'],
        ['a0', '3'],
      ]),
    ).toBe('a=z&a%20b=1&a-=2&a0=3');
    expect(
      canonicalizeFields([
        ['a', 'b c'],
        ['a', 'b'],
        ['a', 'b-'],
        ['a', ''],
      ]),
    ).toBe('a=&a=b&a=b%20c&a=b-');
  });

  it('keeps the separators apart from the data', () => {
    expect(canonicalizeFields([['a=b', 'c&d=e']])).toBe('a%3Db=c%26d%3De');
    expect(canonicalizeFields([['a', 'b=c&d=e']])).toBe('a=b%3Dc%26d%3De');
    expect(canonicalizeFields([['a\0', 'b']])).toBe('a%00=b');
  });

  it('keeps pairs that occur twice, and empty ones', () => {
    expect(
      canonicalizeFields([
        ['a', '1'],
        ['a', '1'],
      ]),
    ).toBe('a=1&a=1');
    expect(canonicalizeFields([['', '']])).toBe('=');
    expect(
      canonicalizeFields([
        ['', ''],
        ['', ''],
      ]),
    ).toBe('=&=');
    expect(canonicalizeFields([])).toBe('');
  });

  it('takes whatever gives pairs', () => {
    expect(canonicalizeFields(new URLSearchParams('b=1+2&a=%2B'))).toBe('a=%2B&b=1%202');
    expect(canonicalizeFields(new Map([['x', 'y']]))).toBe('x=y');
  });

  it('leaves the entries as they are', () => {
    const entries = [
      ['b', '1'],
      ['a', '2'],
    ] as const;
    canonicalizeFields(Object.freeze(entries));
    expect(entries[0][0]).toBe('b');
  });

  it('refuses what is no pair of well-formed strings', () => {
    const calls: readonly (readonly [unknown, unknown])[] = [
      ['a', 1],
      [null, 'a'],
      ['a', undefined],
      ['a', '\ud800'],
      ['\udc00', 'a'],
    ];
    for (const entry of calls) expect(() => canonicalizeFields([entry as [string, string]])).toThrow(TypeError);
  });
});

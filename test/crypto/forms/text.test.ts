import { describe, expect, it } from 'vitest';
import { decodeBase64url, decodeHex, encodeBase64url, encodeHex } from '../../../src/crypto/forms/text.ts';

const lengths = Array.from({ length: 70 }, (_, length) => crypto.getRandomValues(new Uint8Array(length)));

describe('base64url', () => {
  it('round-trips, as Node has it', () => {
    for (const bytes of lengths) {
      expect(encodeBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes);
    }
  });

  it('has one spelling', () => {
    for (const text of ['a', 'AA==', 'A+/A', 'AB', 'AAA\n', ' AAA', 'AAAAA', 'äAAA'])
      expect(() => decodeBase64url(text), text).toThrow(/^text must be base64url without padding(: trim its white space)?$/);
    expect(() => decodeBase64url('AAA\n')).toThrow(new TypeError('text must be base64url without padding: trim its white space'));
  });
});

describe('hexadecimal', () => {
  it('round-trips, in either case', () => {
    for (const bytes of lengths) {
      expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      for (const text of [encodeHex(bytes), encodeHex(bytes).toUpperCase()]) expect(decodeHex(text)).toEqual(bytes);
    }
  });

  it('is digits, two a byte, and nothing else', () => {
    for (const text of ['0', '0x00', 'zz', '00 00', '00:00', '٠٠'])
      expect(() => decodeHex(text), text).toThrow(new TypeError('text must be hexadecimal'));
    expect(() => decodeHex('00\n')).toThrow(new TypeError('text must be hexadecimal: trim its white space'));
  });
});

it('names what it was given instead of bytes or text', () => {
  for (const decode of [decodeBase64url, decodeHex]) {
    for (const wrong of [undefined, null, 5, new Uint8Array(2), ['AA']]) expect(() => decode(wrong as never)).toThrow(/^text must be/);
    expect(() => decode(Promise.resolve('') as never)).toThrow(new TypeError('text is a promise: await it first'));
  }
  for (const encode of [encodeBase64url, encodeHex]) {
    for (const wrong of [undefined, null, 5, 'AA', [1], new ArrayBuffer(2)])
      expect(() => encode(wrong as never)).toThrow(new TypeError('bytes must be a Uint8Array'));
    expect(() => encode(Promise.resolve(new Uint8Array(1)) as never)).toThrow(new TypeError('bytes is a promise: await it first'));
  }
});

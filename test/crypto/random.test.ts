import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomNonce } from '../../src/crypto/random.ts';

afterEach(() => vi.unstubAllGlobals());

describe('randomNonce', () => {
  it('is 16 bytes in base64url, and never the same', () => {
    const nonces = Array.from({ length: 2000 }, () => randomNonce());
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
    expect(new Set(nonces).size).toBe(2000);
  });

  it('draws at the first use, 4 KiB at a time', () => {
    const lengths: number[] = [];
    const source = (length: number): Uint8Array => {
      lengths.push(length);
      return new Uint8Array(length).fill(lengths.length);
    };
    for (let index = 0; index < 256; index++) expect(randomNonce(source)).toBe('AQEBAQEBAQEBAQEBAQEBAQ');
    expect(lengths).toEqual([4096]);
    expect(randomNonce(source)).toBe('AgICAgICAgICAgICAgICAg');
    expect(lengths).toEqual([4096, 4096]);
  });

  it('never gives the bytes of one source for another', () => {
    const constant = (value: number) => (length: number) => new Uint8Array(length).fill(value);
    expect(randomNonce(constant(0))).toBe('A'.repeat(22));
    expect(randomNonce(constant(255))).toBe(`${'_'.repeat(21)}w`);
    expect(randomNonce()).not.toBe('A'.repeat(22));
  });

  it('keeps its own copy of what the source gave', () => {
    const buffer = new Uint8Array(4096);
    const source = (): Uint8Array => buffer.fill(1);
    randomNonce(source);
    buffer.fill(2);
    expect(randomNonce(source)).toBe('AQEBAQEBAQEBAQEBAQEBAQ');
  });

  it('refuses a source that gives something else, and a runtime without one', () => {
    for (const wrong of [() => new Uint8Array(16), () => [], () => undefined, () => 'x'.repeat(4096)])
      expect(() => randomNonce(wrong as never)).toThrow(/^randomBytes must return/);
    vi.stubGlobal('crypto', undefined);
    // Until the pool of the other tests is used up.
    expect(() => Array.from({ length: 257 }, () => randomNonce())).toThrow(/^randomBytes must be given/);
  });
});

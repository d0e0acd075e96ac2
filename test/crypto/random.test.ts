import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomNonce } from '../../src/crypto/random.ts';

afterEach(() => vi.unstubAllGlobals());

describe('randomNonce', () => {
  it('is 16 bytes in base64url, and never the same', () => {
    const nonces = Array.from({ length: 2000 }, () => randomNonce());
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
    expect(new Set(nonces).size).toBe(2000);
  });

  it("draws the runtime's at the first use, 4 KiB at a time", () => {
    const lengths: number[] = [];
    vi.stubGlobal('crypto', {
      getRandomValues: (bytes: Uint8Array) => {
        lengths.push(bytes.length);
        return bytes.fill(lengths.length);
      },
    });
    // Until what other tests left is used up.
    while (lengths.length === 0) randomNonce();
    for (let index = 1; index < 256; index++) expect(randomNonce()).toBe('AQEBAQEBAQEBAQEBAQEBAQ');
    expect(lengths).toEqual([4096]);
    expect(randomNonce()).toBe('AgICAgICAgICAgICAgICAg');
    expect(lengths).toEqual([4096, 4096]);
    // Nothing of it is left for the tests after this one.
    for (let index = 1; index < 256; index++) randomNonce();
  });

  it('asks a source that is given for each nonce', () => {
    const lengths: number[] = [];
    const source = (length: number): Uint8Array => {
      lengths.push(length);
      return new Uint8Array(length).fill(lengths.length);
    };
    expect([randomNonce(source), randomNonce(source)]).toEqual(['AQEBAQEBAQEBAQEBAQEBAQ', 'AgICAgICAgICAgICAgICAg']);
    expect(lengths).toEqual([16, 16]);
  });

  it('never gives the bytes of one source for another', () => {
    const constant = (value: number) => (length: number) => new Uint8Array(length).fill(value);
    expect(randomNonce(constant(0))).toBe('A'.repeat(22));
    expect(randomNonce(constant(255))).toBe(`${'_'.repeat(21)}w`);
    expect(randomNonce()).not.toBe('A'.repeat(22));
  });

  it('refuses a source that gives something else, and a runtime without one', () => {
    for (const wrong of [() => new Uint8Array(15), () => [], () => undefined, () => 'x'.repeat(16)])
      expect(() => randomNonce(wrong as never)).toThrow(/^randomBytes must return/);
    vi.stubGlobal('crypto', undefined);
    // Until the pool of the other tests is used up.
    expect(() => Array.from({ length: 257 }, () => randomNonce())).toThrow(/^randomBytes must be given/);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandomBytes } from '../../src/crypto/random.ts';
import { createFingerprint } from '../../src/replay/fingerprint.ts';

describe('fingerprints', () => {
  const copy = (print: Int32Array) => print.join();

  it('differ for all pairs of scope and nonce, lone surrogates included', () => {
    const fingerprint = createFingerprint(systemRandomBytes);
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('a', '1', ':', '\u0000', '\u0080', '\u8080', '\ud800', '\udfff', '\ufffd'),
        fc.string({ unit: 'binary' }),
      ),
      maxLength: 6,
    });
    fc.assert(
      fc.property(text, text, text, text, (scopeA, nonceA, scopeB, nonceB) => {
        const same = scopeA === scopeB && nonceA === nonceB;
        expect(copy(fingerprint(scopeA, nonceA)) === copy(fingerprint(scopeB, nonceB))).toBe(same);
      }),
      { numRuns: 5000 },
    );
    const units = Array.from({ length: 65_536 }, (_, unit) => String.fromCharCode(unit));
    expect(new Set(units.map((unit) => copy(fingerprint(unit, '')))).size).toBe(65_536);
    expect(copy(fingerprint('ab', 'c'))).not.toBe(copy(fingerprint('a', 'bc')));
  });

  it('differ from store to store, and not from call to call', () => {
    const one = createFingerprint(systemRandomBytes);
    const other = createFingerprint(systemRandomBytes);
    expect(copy(one('s', 'n'))).toBe(copy(one('s', 'n')));
    expect(copy(one('s', 'n'))).not.toBe(copy(other('s', 'n')));
  });

  it('stay as they are in a place of their own', () => {
    const fingerprint = createFingerprint(systemRandomBytes);
    const own = new Int32Array(4);
    expect(fingerprint('s', 'n', own)).toBe(own);
    const before = copy(own);
    expect(copy(fingerprint('s', 'n'))).toBe(before);
    fingerprint('other', 'n');
    expect(copy(own)).toBe(before);
  });

  it('do not depend on what was longer before', () => {
    const fingerprint = createFingerprint(systemRandomBytes);
    const before = copy(fingerprint('scope', 'nonce'));
    fingerprint('€'.repeat(5000), 'y'.repeat(5000));
    expect(copy(fingerprint('scope', 'nonce'))).toBe(before);
  });
});

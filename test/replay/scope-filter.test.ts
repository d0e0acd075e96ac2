import { describe, expect, it } from 'vitest';
import { systemRandomBytes } from '../../src/crypto/random.ts';
import { createFingerprint } from '../../src/replay/fingerprint.ts';
import { ScopeFilter } from '../../src/replay/scope-filter.ts';

function filled(expected: number, count: number) {
  const fingerprint = createFingerprint(systemRandomBytes);
  const filter = new ScopeFilter(expected);
  for (let index = 0; index < count; index++) filter.add(fingerprint('met', String(index)));
  return {
    missing: Array.from({ length: count }, (_, index) => filter.has(fingerprint('met', String(index)))).filter((met) => !met).length,
    wrong: Array.from({ length: 10_000 }, (_, index) => filter.has(fingerprint('never', String(index)))).filter((met) => met).length,
  };
}

describe('ScopeFilter', () => {
  it('knows none before the first', () => {
    expect(filled(1000, 0).wrong).toBe(0);
  });

  it('knows every scope that was met, and is seldom wrong about others, however many there are', () => {
    for (const count of [1, 10, 511, 512, 513, 20_000, 100_000]) {
      const { missing, wrong } = filled(100_000, count);
      expect(missing).toBe(0);
      expect(wrong).toBeLessThan(300);
    }
  });

  it('says yes rather than no of more than were expected', () => {
    const { missing, wrong } = filled(1, 20_000);
    expect(missing).toBe(0);
    expect(wrong).toBeGreaterThan(9000);
  });
});

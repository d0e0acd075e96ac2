import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrequentScopes } from '../../src/replay/frequent-scopes.ts';

describe('FrequentScopes', () => {
  it('counts never too high, and at most a 65th of all too low', () => {
    const scope = fc.oneof({ weight: 3, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 2000, size: 'max' }), (added) => {
        const counted = new FrequentScopes();
        const exact = new Map<number, number>();
        for (const each of added) {
          counted.add(String(each));
          exact.set(each, (exact.get(each) ?? 0) + 1);
        }
        for (const [each, count] of exact) {
          expect(counted.leastOf(String(each))).toBeLessThanOrEqual(count);
          expect(counted.leastOf(String(each))).toBeGreaterThanOrEqual(count - added.length / 65);
        }
        expect(counted.leastOf('never')).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('finds one that floods among any number of others', () => {
    const counted = new FrequentScopes();
    for (let index = 0; index < 100_000; index++) {
      counted.add(`k${index}`);
      if (index % 10 === 0) counted.add('flood');
    }
    expect(counted.leastOf('flood')).toBeGreaterThan(8000);
    expect(counted.leastOf('k7')).toBeLessThan(100);
  });
});

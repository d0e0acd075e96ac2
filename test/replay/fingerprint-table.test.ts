import { describe, expect, it } from 'vitest';
import { FingerprintTable } from '../../src/replay/fingerprint-table.ts';

describe('FingerprintTable', () => {
  it('holds what was added and nothing else, also when all want the same place', () => {
    for (const crowd of [false, true]) {
      const table = new FingerprintTable();
      const prints = Array.from({ length: 3000 }, (_, index) =>
        Int32Array.of(1 + (index % 5), crowd ? -1 : Math.imul(index, 0x9e3779b9), index, crowd ? -1 : Math.imul(index, 0x85ebca6b)),
      );
      prints.forEach((print, index) => {
        expect(table.has(print)).toBe(false);
        table.add(print);
        expect(table.size).toBe(index + 1);
        expect(table.has(print)).toBe(true);
      });
      expect(prints.every((print) => table.has(print))).toBe(true);
      for (const word of [0, 1, 2, 3]) {
        const near = Int32Array.from(prints[7]!);
        near[word]! ^= 64;
        expect(table.has(near)).toBe(false);
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { isAcceptableKey, isAcceptableSignature } from '../../../src/crypto/ed25519/gate.ts';

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;
const SIGN = 2n ** 255n;
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 0x58 : 0x66));

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
}

function signature(r: Uint8Array, s: bigint): Uint8Array {
  return Uint8Array.from([...r, ...littleEndian(s)]);
}

describe('the gate: S (RFC 8032, section 5.1.7)', () => {
  it('takes every S below L, and no other', () => {
    for (const s of [0n, 1n, 255n, 2n ** 252n, L - 1n]) expect(isAcceptableSignature(signature(BASE_POINT, s)), `${s}`).toBe(true);
    for (const s of [L, L + 1n, L + 256n, 2n * L, 2n ** 253n, SIGN, 2n ** 256n - 1n])
      expect(isAcceptableSignature(signature(BASE_POINT, s)), `${s}`).toBe(false);
  });

  it('compares with L at each of its bytes', () => {
    for (let index = 0n; index < 32n; index++) {
      const step = 1n << (8n * index);
      expect(isAcceptableSignature(signature(BASE_POINT, L + step))).toBe(false);
      if (L - step >= 0n) expect(isAcceptableSignature(signature(BASE_POINT, L - step))).toBe(true);
    }
  });
});

describe('the gate: A and R', () => {
  const orderEight = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

  it('refuses y at or above p, whatever its sign', () => {
    for (let y = P; y < SIGN; y++) {
      expect(isAcceptableKey(littleEndian(y))).toBe(false);
      expect(isAcceptableKey(littleEndian(y + SIGN))).toBe(false);
      expect(isAcceptableSignature(signature(littleEndian(y), 1n))).toBe(false);
    }
  });

  it('refuses small order, whatever the sign, and nothing beside it', () => {
    for (const y of [0n, 1n, P - 1n, orderEight, P - orderEight]) {
      for (const value of [y, y + SIGN]) {
        expect(isAcceptableKey(littleEndian(value)), `${value}`).toBe(false);
        expect(isAcceptableSignature(signature(littleEndian(value), 1n)), `${value}`).toBe(false);
      }
    }
    for (const y of [2n, 3n, P - 2n, orderEight + 1n, orderEight - 1n, orderEight ^ (1n << 200n)])
      expect(isAcceptableKey(littleEndian(y)), `${y}`).toBe(true);
  });

  it('refuses other lengths', () => {
    expect(isAcceptableKey(BASE_POINT)).toBe(true);
    for (const length of [0, 31, 33, 64]) expect(isAcceptableKey(new Uint8Array(length).fill(0x66))).toBe(false);
    for (const length of [0, 32, 63, 65, 128]) expect(isAcceptableSignature(new Uint8Array(length).fill(6))).toBe(false);
  });
});

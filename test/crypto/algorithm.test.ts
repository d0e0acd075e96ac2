import { describe, expect, it } from 'vitest';
import { algorithms, isAlgorithm } from '../../src/crypto/algorithm.ts';

describe('the algorithm table (RFC 9421, section 3.3)', () => {
  it('has the six registered algorithms', () => {
    expect(Object.keys(algorithms)).toEqual([
      'hmac-sha256',
      'ed25519',
      'ecdsa-p256-sha256',
      'ecdsa-p384-sha384',
      'rsa-pss-sha512',
      'rsa-v1_5-sha256',
    ]);
    expect(algorithms['rsa-pss-sha512'].params).toEqual({ name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 });
    expect(Object.isFrozen(algorithms)).toBe(true);
  });

  it('finds no name that it does not have', () => {
    expect(isAlgorithm('ed25519')).toBe(true);
    for (const name of ['', 'none', 'ED25519', 'toString', 'constructor', '__proto__', 'hasOwnProperty'])
      expect(isAlgorithm(name), name).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import { isAlgorithm, signatureLength, type VerificationKey } from '../../src/crypto/key.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';

describe('signatureLength', () => {
  it('is that of the algorithm, or as long as the modulus', async () => {
    expect(signatureLength(hmacKey('x'.repeat(32)))).toBe(32);
    for (const [algorithm, length, modulusLength] of [
      ['ed25519', 64, 2048],
      ['ecdsa-p256-sha256', 64, 2048],
      ['ecdsa-p384-sha384', 96, 2048],
      ['rsa-pss-sha512', 256, 2048],
      ['rsa-v1_5-sha256', 320, 2560],
    ] as const) {
      const { publicKey, privateKey } = await generateKeyPair({ algorithm, modulusLength });
      expect(signatureLength(publicKey), algorithm).toBe(length);
      expect(await privateKey.sign(new Uint8Array(3))).toHaveLength(length);
    }
  });

  it("is not known of an application's own RSA key, unless it says, nor of an unknown algorithm", () => {
    const own = (algorithm: string, more: object = {}) => ({ algorithm, verify: () => true, ...more }) as unknown as VerificationKey;
    expect(signatureLength(own('ed25519'))).toBe(64);
    expect(signatureLength(own('rsa-pss-sha512'))).toBe(undefined);
    expect(signatureLength(own('rsa-pss-sha512', { jwk: { n: 5 } }))).toBe(undefined);
    expect(signatureLength(own('rsa-pss-sha512', { jwk: { n: 'x'.repeat(342) } }))).toBe(256);
    for (const algorithm of ['ml-dsa-44', 'toString', '__proto__', '']) expect(signatureLength(own(algorithm))).toBe(undefined);
  });
});

describe('isAlgorithm', () => {
  it('finds no name that the table does not have', () => {
    expect(isAlgorithm('ed25519')).toBe(true);
    for (const name of ['', 'none', 'ED25519', 'toString', 'constructor', '__proto__', 'hasOwnProperty'])
      expect(isAlgorithm(name), name).toBe(false);
  });
});

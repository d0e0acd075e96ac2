import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Algorithm, algorithms } from '../../src/crypto/algorithm.ts';
import { dummyVerify } from '../../src/crypto/dummy-verification.ts';
import { signatureLength } from '../../src/crypto/key.ts';
import { createPublicKey } from '../../src/crypto/key-pair.ts';
import { prepareVerify } from '../../src/crypto/verification.ts';

const BASE = new Uint8Array(320);

/** Passes as an Ed25519 signature: R is a point, S is small. */
function signature(length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x66);
  bytes[0] = 0x58;
  bytes[length - 1] = 0x06;
  return bytes;
}

afterEach(() => {
  vi.doUnmock('../../src/crypto/verification.ts');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

/** A fresh copy, which counts the verifications by what they were prepared for. */
async function counting() {
  const calls: string[] = [];
  vi.resetModules();
  vi.doMock('../../src/crypto/verification.ts', () => ({
    prepareVerify: (algorithm: string) => (base: Uint8Array, given: Uint8Array) => {
      expect(base).toBe(BASE);
      calls.push(`${algorithm} ${given.length}`);
      return false;
    },
  }));
  const { dummyVerify: fresh } = await import('../../src/crypto/dummy-verification.ts');
  return { fresh, calls };
}

const RSA_LENGTHS = Array.from({ length: 13 }, (_, index) => 256 + 64 * index);

const kinds: readonly (readonly [number, Algorithm])[] = [
  [32, 'hmac-sha256'],
  [64, 'ed25519'],
  [96, 'ecdsa-p384-sha384'],
  ...RSA_LENGTHS.map((length) => [length, 'rsa-pss-sha512'] as const),
];

describe('dummyVerify', () => {
  it('spends one verification a call, of the kind that the length suggests', async () => {
    const { fresh, calls } = await counting();
    for (const [length, algorithm] of kinds) {
      for (let round = 0; round < 3; round++) {
        calls.length = 0;
        await fresh(signature(length), BASE);
        expect(calls).toEqual([`${algorithm} ${length}`]);
      }
    }
  });

  it('spends nothing where no key has such signatures, as no key would', async () => {
    const { fresh, calls } = await counting();
    for (const length of [0, 1, 31, 33, 48, 63, 65, 95, 97, 128, 255, 257, 320 - 1, 1025, 1088, 4096])
      await fresh(new Uint8Array(length), BASE);
    expect(calls).toEqual([]);
  });

  it('answers at once where the verification does, but for the first of its kind', async () => {
    for (const length of [32, 64]) {
      await dummyVerify(signature(length), BASE);
      expect(dummyVerify(signature(length), BASE)).toBe(undefined);
      await Promise.resolve();
    }
    expect(await dummyVerify(signature(96), BASE)).toBe(undefined);
  });

  it('never throws, whatever the runtime lacks', async () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
    vi.resetModules();
    const { dummyVerify: fresh } = await import('../../src/crypto/dummy-verification.ts');
    for (const [length] of kinds) {
      for (let round = 0; round < 2; round++) expect(await fresh(signature(length), BASE)).toBe(undefined);
    }
  });

  it('never throws where a verification does', async () => {
    for (const verify of [() => Promise.reject(new Error('no')), () => Promise.reject(undefined), () => expect.unreachable('no')]) {
      vi.resetModules();
      vi.doMock('../../src/crypto/verification.ts', () => ({ prepareVerify: () => verify }));
      const { dummyVerify: fresh } = await import('../../src/crypto/dummy-verification.ts');
      for (let round = 0; round < 2; round++) expect(await fresh(signature(64), BASE)).toBe(undefined);
    }
  });

  it('uses what the runtime brings: one call of WebCrypto each where there is no node:crypto', async () => {
    vi.stubGlobal('process', undefined);
    vi.resetModules();
    const { dummyVerify: fresh } = await import('../../src/crypto/dummy-verification.ts');
    const verify = vi.spyOn(crypto.subtle, 'verify');
    const sign = vi.spyOn(crypto.subtle, 'sign');
    for (const [length] of kinds) await fresh(signature(length), BASE);
    verify.mockClear();
    sign.mockClear();
    for (const [length] of kinds) await fresh(signature(length), BASE);
    // A code of HMAC is computed and compared.
    expect(sign).toHaveBeenCalledTimes(1);
    expect(verify).toHaveBeenCalledTimes(kinds.length - 1);
  });
});

describe('the sample keys of the table', () => {
  it('are keys of their algorithm, with signatures of the length asked for', async () => {
    for (const algorithm of Object.keys(algorithms) as Algorithm[]) {
      const { sampleKey, signatureBytes, kty } = algorithms[algorithm];
      for (const length of signatureBytes === undefined ? RSA_LENGTHS : [signatureBytes]) {
        const jwk = sampleKey(length)!;
        const verify = await prepareVerify(algorithm, jwk);
        expect(await verify(BASE, signature(length)), `${algorithm} ${length}`).toBe(false);
        if (kty !== 'oct') expect(signatureLength(await createPublicKey(algorithm, jwk))).toBe(length);
      }
      expect(sampleKey(1)).toBe(undefined);
    }
  });
});

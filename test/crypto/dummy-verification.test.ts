import { afterEach, describe, expect, it, vi } from 'vitest';
import { dummyVerify } from '../../src/crypto/dummy-verification.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('dummyVerify', () => {
  it('answers nothing, for any length', async () => {
    for (const length of [0, 1, 31, 32, 33, 64, 96, 128, 256, 384, 512, 1e9, -1, Number.NaN])
      expect(await dummyVerify(length)).toBe(undefined);
    for (const length of [0, 32, 64, 96, 256])
      expect(await dummyVerify(new Uint8Array(length).fill(255), new Uint8Array(5))).toBe(undefined);
  });

  it('never throws, whatever the runtime lacks', async () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
    const { dummyVerify: fresh } = await import('../../src/crypto/dummy-verification.ts');
    for (const length of [32, 64, 96, 256]) expect(await fresh(length)).toBe(undefined);
  });

  it('takes WebCrypto where there is no node:crypto', async () => {
    vi.stubGlobal('process', undefined);
    vi.resetModules();
    const { dummyVerify: fresh } = await import('../../src/crypto/dummy-verification.ts');
    const verify = vi.spyOn(crypto.subtle, 'verify');
    await fresh(32);
    await fresh(64);
    // One for each, and the probe that comes before the first Ed25519 verification.
    expect(verify).toHaveBeenCalledTimes(3);
    verify.mockRestore();
  });
});

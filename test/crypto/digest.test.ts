import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHasher, digest } from '../../src/crypto/digest.ts';

const environments: Readonly<Record<string, () => void>> = {
  'node:crypto': () => undefined,
  'node:crypto without hash': () => {
    const { hash: _, ...rest } = process.getBuiltinModule('node:crypto');
    vi.stubGlobal('process', { getBuiltinModule: () => rest });
  },
  WebCrypto: () => void vi.stubGlobal('process', undefined),
  Deno: () => void vi.stubGlobal('Deno', {}),
  JavaScript: () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
  },
};

afterEach(() => vi.unstubAllGlobals());

for (const [name, enter] of Object.entries(environments)) {
  describe(`with ${name}`, () => {
    it('digests', async () => {
      enter();
      for (const algorithm of ['sha-256', 'sha-512'] as const) {
        for (const length of [0, 1, 63, 64, 111, 112, 128, 1000, 5000]) {
          const bytes = randomBytes(length);
          const found = await digest(algorithm, bytes);
          expect(found).toEqual(new Uint8Array(createHash(algorithm.replace('-', '')).update(bytes).digest()));
          expect(Object.getPrototypeOf(found)).toBe(Uint8Array.prototype);
        }
      }
    });

    it('hashes a stream, chunk by chunk', async () => {
      enter();
      for (const algorithm of ['sha-256', 'sha-512'] as const) {
        const hasher = await createHasher(algorithm);
        const chunks = [0, 1, 100, 64, 5000].map((length) => randomBytes(length));
        for (const chunk of chunks) hasher.update(chunk);
        expect(hasher.digest()).toEqual(new Uint8Array(createHash(algorithm.replace('-', '')).update(Buffer.concat(chunks)).digest()));
      }
    });
  });
}

describe('on Node', () => {
  it('is done at once', () => {
    expect(digest('sha-256', new Uint8Array(3))).toBeInstanceOf(Uint8Array);
    expect(createHasher('sha-256')).not.toBeInstanceOf(Promise);
  });
});

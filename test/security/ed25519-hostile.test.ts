/**
 * One verdict on hostile Ed25519 signatures, whatever computes it.
 */
import { hashes, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isAcceptableKey, isAcceptableSignature } from '../../src/crypto/ed25519/gate.ts';
import { nodePublic } from '../../src/crypto/ed25519/node.ts';
import { webPublic } from '../../src/crypto/ed25519/web.ts';
import { importPublicKeyRaw } from '../../src/crypto/forms/raw.ts';
import { preparePublic as fallbackPublic } from '../../src/crypto/javascript.ts';
import type { VerificationKey } from '../../src/crypto/key.ts';
import { nodeCrypto } from '../../src/crypto/runtime.ts';
import { fromHex } from '../../src/internal/hex.ts';

import { hostileEd25519Vectors } from '../support/hostile-ed25519.ts';

const vectors = hostileEd25519Vectors();
const bytes = (hex: string): Uint8Array => fromHex(hex)!;
const expected = vectors.map(({ valid }) => (valid ? 'V' : '-')).join('');

/** One letter a vector, so that a difference shows where it is. A key that is refused verifies nothing. */
async function verdict(verify: (publicKey: Uint8Array, base: Uint8Array, signature: Uint8Array) => Promise<boolean>): Promise<string> {
  let text = '';
  for (const { publicKey, message, signature } of vectors)
    text += (await verify(bytes(publicKey), bytes(message), bytes(signature))) ? 'V' : '-';
  return text;
}

const implementations = {
  'node:crypto': (key: Uint8Array) => nodePublic(nodeCrypto()!, key),
  WebCrypto: async (key: Uint8Array) => (await webPublic(crypto.subtle, key))!,
  JavaScript: fallbackPublic,
};

async function imported(publicKey: Uint8Array, base: Uint8Array, signature: Uint8Array): Promise<boolean> {
  let key: VerificationKey;
  try {
    key = await importPublicKeyRaw(publicKey);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return false;
  }
  return key.verify(base, signature);
}

afterEach(() => vi.unstubAllGlobals());

describe('the hostile set', () => {
  it('has what it should have', () => {
    const count = (group: string, valid: boolean): number =>
      vectors.filter((vector) => vector.group === group && vector.valid === valid).length;
    expect(vectors.length).toBeGreaterThan(800);
    expect(new Set(vectors.map((vector) => JSON.stringify(vector))).size).toBe(vectors.length);
    expect([count('honest', true), count('honest', false)]).toEqual([32, 0]);
    expect([count('ZIP 215', true), count('ZIP 215', false)]).toEqual([0, 196]);
    expect(count('cofactor split', true)).toBe(14);
    expect(count('mixed A', true)).toBeGreaterThan(0);
    expect(count('mixed A', false)).toBeGreaterThan(0);
    expect(count('mixed R', true)).toBe(0);
  });

  it('is the same at every call', () => {
    expect(hostileEd25519Vectors()).toEqual(vectors);
  });

  it("would catch noble's own verify, which forgives small order", async () => {
    hashes.sha512 ??= sha512;
    const found = await verdict(
      async (key, base, signature) => key.length === 32 && signature.length === 64 && verify(signature, base, key, { zip215: false }),
    );
    expect(found).not.toBe(expected);
  });
});

describe('one verdict', () => {
  for (const [name, prepare] of Object.entries(implementations)) {
    it(`of the gate and ${name}`, async () => {
      const found = await verdict(
        async (key, base, signature) => isAcceptableKey(key) && isAcceptableSignature(signature) && (await prepare(key))(base, signature),
      );
      expect(found).toBe(expected);
    });
  }

  it('of an imported key, on the implementation it chose', async () => {
    expect(await verdict(imported)).toBe(expected);
  });

  it('of an imported key where there is WebCrypto only', async () => {
    vi.stubGlobal('process', undefined);
    expect(await verdict(imported)).toBe(expected);
  });

  it('of an imported key where there is no crypto at all', async () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
    expect(await verdict(imported)).toBe(expected);
  });
});

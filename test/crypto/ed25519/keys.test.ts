import { afterEach, describe, expect, it, vi } from 'vitest';
import { exportPublicKeyRaw } from '../../../src/crypto/forms/export.ts';
import { importPrivateKeyRaw, importPublicKeyRaw } from '../../../src/crypto/forms/raw.ts';
import { decodeBase64url, decodeHex, encodeHex } from '../../../src/crypto/forms/text.ts';
import { derivePublicKey } from '../../../src/crypto/key-pair.ts';

/** RFC 8032, section 7.1, test 3. */
const SEED = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7';
const PUBLIC = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025';
const MESSAGE = decodeHex('af82')!;
const SIGNATURE =
  '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';

const environments: Readonly<Record<string, () => void>> = {
  'node:crypto': () => undefined,
  WebCrypto: () => void vi.stubGlobal('process', undefined),
  'no crypto': () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
  },
  'WebCrypto without Ed25519': () => {
    const unsupported = async (): Promise<never> => Promise.reject(new DOMException('no', 'NotSupportedError'));
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', { subtle: { importKey: unsupported, digest: crypto.subtle.digest.bind(crypto.subtle) } });
  },
};

afterEach(() => vi.unstubAllGlobals());

describe('Ed25519 (RFC 8032, section 7.1)', () => {
  for (const [name, enter] of Object.entries(environments)) {
    it(`signs and verifies with ${name}`, async () => {
      enter();
      const privateKey = await importPrivateKeyRaw(decodeHex(SEED));
      const publicKey = await derivePublicKey(privateKey);
      const signature = await privateKey.sign(MESSAGE);
      expect(encodeHex(signature)).toBe(SIGNATURE);
      expect(Object.getPrototypeOf(signature)).toBe(Uint8Array.prototype);
      expect(encodeHex(exportPublicKeyRaw(publicKey))).toBe(PUBLIC);
      expect(await publicKey.verify(MESSAGE, signature)).toBe(true);
      expect(await publicKey.verify(new Uint8Array(2), signature)).toBe(false);
      expect(await publicKey.verify(MESSAGE, signature.slice(0, 63))).toBe(false);
      expect(privateKey.thumbprint).toMatch(/^[\w-]{43}$/);
    });
  }

  it('does not hide another failure of the runtime behind the fallback', async () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', { subtle: { importKey: () => Promise.reject(new DOMException('broken', 'OperationError')) } });
    await expect(importPublicKeyRaw(decodeHex(PUBLIC))).rejects.toThrow('broken');
  });

  it('answers a call that comes alone at once, and calls that come together from the pool', async () => {
    const privateKey = await importPrivateKeyRaw(decodeHex(SEED));
    const publicKey = await importPublicKeyRaw(decodeHex(PUBLIC));
    expect(privateKey.sign(MESSAGE)).toBeInstanceOf(Uint8Array);
    const second = privateKey.sign(MESSAGE);
    const third = publicKey.verify(MESSAGE, decodeHex(SIGNATURE)!);
    expect(second).toBeInstanceOf(Promise);
    expect(third).toBeInstanceOf(Promise);
    expect(encodeHex(await second)).toBe(SIGNATURE);
    expect(Object.getPrototypeOf(await second)).toBe(Uint8Array.prototype);
    expect(await third).toBe(true);
    expect(publicKey.verify(MESSAGE, decodeHex(SIGNATURE)!)).toBe(true);
  });
});

describe('keys from 32 bytes', () => {
  it('reads each encoding by its own function, and no other', async () => {
    const base64url = Buffer.from(PUBLIC, 'hex').toString('base64url');
    const seed64 = Buffer.from(SEED, 'hex').toString('base64url');
    for (const key of [
      await importPublicKeyRaw(decodeHex(PUBLIC)!),
      await importPublicKeyRaw(decodeHex(PUBLIC.toUpperCase())),
      await importPublicKeyRaw(decodeBase64url(base64url)),
    ]) {
      expect(await key.verify(MESSAGE, decodeHex(SIGNATURE)!)).toBe(true);
    }
    for (const key of [await importPrivateKeyRaw(decodeHex(SEED)!), await importPrivateKeyRaw(decodeBase64url(seed64))])
      expect(encodeHex(await key.sign(MESSAGE))).toBe(SIGNATURE);
    expect(() => decodeHex(base64url)).toThrow(new TypeError('text must be hexadecimal'));
    await expect(importPublicKeyRaw(decodeBase64url(PUBLIC))).rejects.toThrow(new RangeError('publicKey must be 32 bytes'));
    expect(() => decodeBase64url(`${base64url}=`)).toThrow(new TypeError('text must be base64url without padding'));
  });

  it('refuses other lengths and types, naming the argument', async () => {
    for (const length of [0, 31, 33, 64]) {
      await expect(importPublicKeyRaw(new Uint8Array(length))).rejects.toThrow(new RangeError('publicKey must be 32 bytes'));
      await expect(importPrivateKeyRaw(new Uint8Array(length))).rejects.toThrow(new RangeError('privateKey must be 32 bytes'));
    }
    for (const [wrong, message] of [
      [PUBLIC, 'must be a Uint8Array: see decodeBase64url and decodeHex'],
      [null, 'must be a Uint8Array'],
      [undefined, 'must be a Uint8Array'],
      [new ArrayBuffer(32), 'must be a Uint8Array'],
      [Promise.resolve(decodeHex(PUBLIC)), 'is a promise: await it first'],
    ] as const) {
      await expect(importPublicKeyRaw(wrong as never)).rejects.toThrow(new TypeError(`publicKey ${message}`));
      await expect(importPrivateKeyRaw(wrong as never)).rejects.toThrow(new TypeError(`privateKey ${message}`));
    }
  });

  it('refuses small order and non-canonical keys', async () => {
    const error = new RangeError('publicKey is of small order or not canonical');
    for (const hex of [
      `01${'00'.repeat(31)}`,
      '00'.repeat(32),
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
      'ff'.repeat(32),
      `01${'00'.repeat(30)}80`,
    ]) {
      await expect(importPublicKeyRaw(decodeHex(hex))).rejects.toThrow(error);
    }
  });

  it('keeps its own copy of the bytes', async () => {
    for (const enter of Object.values(environments)) {
      enter();
      const seed = decodeHex(SEED)!;
      const point = decodeHex(PUBLIC)!;
      const [privateKey, publicKey] = await Promise.all([importPrivateKeyRaw(seed), importPublicKeyRaw(point)]);
      seed.fill(0);
      point.fill(0);
      expect(encodeHex(await privateKey.sign(MESSAGE))).toBe(SIGNATURE);
      expect(await publicKey.verify(MESSAGE, decodeHex(SIGNATURE)!)).toBe(true);
      vi.unstubAllGlobals();
    }
  });
});

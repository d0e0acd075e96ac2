import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importPrivateCryptoKey } from '../../../src/crypto/forms/crypto-key.ts';
import {
  exportPrivateKeyJwk,
  exportPrivateKeyPem,
  exportPrivateKeyRaw,
  exportPublicKeyJwk,
  exportPublicKeyPem,
  exportPublicKeyRaw,
} from '../../../src/crypto/forms/export.ts';
import { importPrivateKeyJwk, importPrivateKeyPem, importPublicKeyJwk, importPublicKeyPem } from '../../../src/crypto/forms/import.ts';
import { importPrivateKeyRaw, importPublicKeyRaw } from '../../../src/crypto/forms/raw.ts';
import { decodeBase64url, decodeHex, encodeBase64url, encodeHex } from '../../../src/crypto/forms/text.ts';
import { generateKeyPair } from '../../../src/crypto/key-pair.ts';

describe('generateKeyPair', () => {
  for (const algorithm of ['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa-pss-sha512', 'rsa-v1_5-sha256'] as const) {
    it(`makes a pair for ${algorithm} whose exports are read back, by node:crypto too`, async () => {
      const { privateKey, publicKey } = await generateKeyPair({ algorithm, extractable: true, modulusLength: 2048 });
      const base = new Uint8Array(10);
      const options = { algorithm, extractable: true };
      const pem = await exportPrivateKeyPem(privateKey);
      const copies = [await importPrivateKeyPem(pem, options), await importPrivateKeyJwk(exportPrivateKeyJwk(privateKey), options)];
      for (const copy of copies) {
        expect(await publicKey.verify(base, await copy.sign(base))).toBe(true);
        expect(exportPrivateKeyJwk(copy)).toEqual(exportPrivateKeyJwk(privateKey));
      }
      const publicPem = await exportPublicKeyPem(publicKey);
      expect(await exportPublicKeyPem(privateKey)).toBe(publicPem);
      expect(createPublicKey(publicPem).export({ type: 'spki', format: 'pem' })).toBe(publicPem);
      expect(createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' })).toBe(pem);
      expect((await importPublicKeyPem(publicPem, { algorithm })).jwk).toEqual(publicKey.jwk);
      expect((await importPublicKeyJwk(exportPublicKeyJwk(privateKey), { algorithm })).jwk).toEqual(publicKey.jwk);
    });
  }

  it('makes a new one every time, Ed25519, not extractable, unless told otherwise', async () => {
    const [one, two] = await Promise.all([generateKeyPair(), generateKeyPair()]);
    expect(one.publicKey.algorithm).toBe('ed25519');
    expect(one.privateKey.extractable).toBe(false);
    expect(one.privateKey.thumbprint).not.toBe(two.privateKey.thumbprint);
  });

  it('draws Ed25519 seeds from the source given', async () => {
    const { privateKey } = await generateKeyPair({ extractable: true, randomBytes: (length) => new Uint8Array(length).fill(5) });
    expect(exportPrivateKeyRaw(privateKey)).toEqual(new Uint8Array(32).fill(5));
    await expect(generateKeyPair({ randomBytes: () => new Uint8Array(31) })).rejects.toThrow(
      'randomBytes must return a Uint8Array of 32 bytes',
    );
  });

  it('refuses what has no key pairs, and weak RSA', async () => {
    for (const algorithm of ['hmac-sha256', 'none', 'toString'] as never[])
      await expect(generateKeyPair({ algorithm })).rejects.toThrow('options.algorithm must have key pairs');
    await expect(generateKeyPair({ algorithm: 'rsa-v1_5-sha256', modulusLength: 1024 })).rejects.toThrow(
      'options.modulusLength must be a whole number from 2048 to 16384',
    );
  });
});

describe('exports of Ed25519 keys', () => {
  it('are read back by the import function of the same name', async () => {
    const { privateKey, publicKey } = await generateKeyPair({ extractable: true });
    const points = [
      await importPublicKeyRaw(exportPublicKeyRaw(publicKey)),
      await importPublicKeyRaw(decodeHex(encodeHex(exportPublicKeyRaw(privateKey)))),
      await importPublicKeyRaw(decodeBase64url(encodeBase64url(exportPublicKeyRaw(publicKey)))),
    ];
    for (const point of points) expect(point.jwk).toEqual(publicKey.jwk);
    const seeds = [
      await importPrivateKeyRaw(exportPrivateKeyRaw(privateKey)),
      await importPrivateKeyRaw(decodeHex(encodeHex(exportPrivateKeyRaw(privateKey)))),
      await importPrivateKeyRaw(decodeBase64url(encodeBase64url(exportPrivateKeyRaw(privateKey)))),
    ];
    for (const seed of seeds) expect(seed.thumbprint).toBe(privateKey.thumbprint);
  });

  it('are copies', async () => {
    const { privateKey, publicKey } = await generateKeyPair({ extractable: true });
    exportPrivateKeyRaw(privateKey).fill(0);
    Object.assign(exportPrivateKeyJwk(privateKey), { d: 'AAAA' });
    Object.assign(exportPublicKeyJwk(publicKey), { x: 'AAAA' });
    expect(encodeHex(exportPrivateKeyRaw(privateKey))).not.toMatch(/^0+$/);
    expect(exportPrivateKeyJwk(privateKey).d).toHaveLength(43);
    expect(exportPublicKeyJwk(publicKey).x).toHaveLength(43);
  });
});

describe('what is not exported', () => {
  it('is a private key that is not extractable', async () => {
    const { privateKey } = await generateKeyPair();
    const error = new TypeError('privateKey is not extractable');
    for (const write of [exportPrivateKeyRaw, exportPrivateKeyJwk]) expect(() => write(privateKey)).toThrow(error);
    await expect(exportPrivateKeyPem(privateKey)).rejects.toThrow(error);
  });

  it('is the raw form of another algorithm', async () => {
    const { privateKey, publicKey } = await generateKeyPair({ algorithm: 'ecdsa-p256-sha256', extractable: true });
    const error = new TypeError('only Ed25519 keys have a raw form');
    expect(() => exportPublicKeyRaw(publicKey)).toThrow(error);
    expect(() => exportPrivateKeyRaw(privateKey)).toThrow(error);
  });

  it('is no key at all, or one whose public half is not known', async () => {
    expect(() => exportPublicKeyJwk({} as never)).toThrow('key must be a PublicKey');
    expect(() => exportPrivateKeyJwk({ exportJwk: () => ({}) } as never)).toThrow('key must be a PrivateKey');
    const { privateKey } = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    const alone = await importPrivateCryptoKey(privateKey);
    expect(() => exportPublicKeyJwk(alone)).toThrow('key must be a PublicKey');
    expect(() => exportPrivateKeyJwk(alone)).toThrow('privateKey is not extractable');
  });
});

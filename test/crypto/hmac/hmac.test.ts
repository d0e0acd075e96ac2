import * as nodeCrypto from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hmacKey, hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { nodeMac } from '../../../src/crypto/hmac/mac.ts';
import { prepareMac as nobleMac } from '../../../src/crypto/javascript.ts';
import type { NodeCrypto } from '../../../src/crypto/runtime.ts';
import { toHex } from '../../../src/internal/hex.ts';

const node = nodeCrypto as unknown as NodeCrypto;
const SECRET = 'a text of thirty-two bytes, just.';
const BASE = new TextEncoder().encode('"@method": POST');
const reference = (secret: string | Uint8Array, base: Uint8Array): string =>
  nodeCrypto.createHmac('sha256', secret).update(base).digest('hex');

async function cryptoKey(usages: KeyUsage[] = ['sign', 'verify'], bytes = 32, hash = 'SHA-256'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(bytes).fill(7), { name: 'HMAC', hash }, false, usages);
}

afterEach(() => vi.unstubAllGlobals());

describe('HMAC-SHA256 on both backends', () => {
  it('agrees with node:crypto at every length', () => {
    const secret = nodeCrypto.randomBytes(64);
    const macs = [nodeMac(node, secret), nobleMac(secret)];
    for (let length = 0; length < 400; length++) {
      const base = nodeCrypto.randomBytes(length);
      for (const mac of macs) expect(toHex(mac(base))).toBe(reference(secret, base));
    }
  });

  it('starts every call from the keyed state: no call leaves a trace in the next', () => {
    const mac = nobleMac(new TextEncoder().encode(SECRET));
    const first = mac(BASE);
    mac(new Uint8Array(1000));
    expect(mac(BASE)).toEqual(first);
    expect(toHex(first)).toBe(reference(SECRET, BASE));
  });

  it('takes a text for the bytes that it is, whatever its length and characters', () => {
    for (const secret of [SECRET, 's'.repeat(100)].map((text) => new TextEncoder().encode(text))) {
      for (const mac of [nodeMac(node, secret), nodeMac({ ...node, hash: undefined } as unknown as NodeCrypto, secret)]) {
        for (const text of [
          '',
          '"@method": POST',
          'a'.repeat(2048),
          'a'.repeat(2049),
          'é',
          'é'.repeat(1024),
          'é'.repeat(2048),
          '\u{1f600}',
        ])
          expect(toHex(mac(text))).toBe(reference(secret, new TextEncoder().encode(text)));
      }
    }
  });

  it('gives a plain Uint8Array, of its own memory', () => {
    for (const mac of [nodeMac(node, new Uint8Array(32)), nobleMac(new Uint8Array(32))]) {
      const code = mac(BASE);
      expect(Object.getPrototypeOf(code)).toBe(Uint8Array.prototype);
      expect(code.buffer.byteLength).toBe(32);
    }
  });
});

describe('hmacSigner and hmacKey', () => {
  for (const name of ['node:crypto', 'WebCrypto', 'JavaScript']) {
    it(`sign and verify with ${name}, at once where that can be`, async () => {
      if (name !== 'node:crypto') vi.stubGlobal('process', undefined);
      if (name === 'JavaScript') vi.stubGlobal('crypto', undefined);
      const atOnce = (value: unknown) => expect(value instanceof Promise).toBe(name === 'WebCrypto');
      const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });
      const key = hmacKey(new TextEncoder().encode(SECRET));
      // The first use loads what is missing; also two first uses at once.
      const [earlier] = await Promise.all([signer.sign(BASE), signer.sign(BASE), key.verify(BASE, new Uint8Array(32))]);
      atOnce(signer.sign(BASE));
      const signature = await signer.sign(BASE);
      expect(signature).toEqual(earlier);
      expect(toHex(signature)).toBe(reference(SECRET, BASE));
      expect({ ...signer }).toMatchObject({ keyid: 'jdoe', algorithm: 'hmac-sha256' });
      expect(key.algorithm).toBe('hmac-sha256');
      expect(await key.verify(BASE, signature)).toBe(true);
      expect(await key.verify(new Uint8Array(3), signature)).toBe(false);
      for (let index = 0; index < 32; index++) expect(await key.verify(BASE, signature.with(index, signature[index]! ^ 1))).toBe(false);
      // A prefix is no signature (CVE-2024-21491), nor is more than one.
      for (const length of [0, 1, 16, 31]) expect(await key.verify(BASE, signature.slice(0, length))).toBe(false);
      expect(await key.verify(BASE, new Uint8Array([...signature, 0]))).toBe(false);
    });
  }

  it('uses non-extractable CryptoKeys through WebCrypto', async () => {
    const secret = await cryptoKey();
    const signature = await hmacSigner({ keyid: 'a', secret }).sign(BASE);
    expect(toHex(signature)).toBe(reference(new Uint8Array(32).fill(7), BASE));
    expect(await hmacKey(secret).verify(BASE, signature)).toBe(true);
    expect(await hmacKey(secret).verify(BASE, signature.slice(0, 31))).toBe(false);
    expect(await hmacKey(secret).verify(BASE, signature.with(0, signature[0]! ^ 1))).toBe(false);
  });

  it('refuses CryptoKeys for anything else', async () => {
    const signOnly = await cryptoKey(['sign']);
    expect(() => hmacKey(signOnly)).toThrow('secret must be a CryptoKey that may verify');
    const sha512 = await cryptoKey(['sign', 'verify'], 64, 'SHA-512');
    expect(() => hmacKey(sha512)).toThrow('secret must be a CryptoKey for HMAC with SHA-256');
    const short = await cryptoKey(['sign', 'verify'], 16);
    expect(() => hmacKey(short)).toThrow(RangeError);
    expect(hmacKey(short, { insecurelyAllowShortSecret: true }).algorithm).toBe('hmac-sha256');
    const { publicKey } = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    expect(() => hmacKey(publicKey)).toThrow(TypeError);
  });

  it('requires a keyid that a field can carry', () => {
    for (const keyid of ['', 'a\nb', 'ä', 'a\u0000', undefined, 5])
      expect(() => hmacSigner({ keyid: keyid as string, secret: SECRET })).toThrow(/keyid must/);
    expect(() => hmacSigner(undefined as never)).toThrow('options must be an object');
  });

  it('is frozen, and works taken apart', () => {
    const { sign } = hmacSigner({ keyid: 'a', secret: SECRET });
    const key = hmacKey(SECRET);
    const { verify } = key;
    expect(verify(BASE, sign(BASE) as Uint8Array)).toBe(true);
    expect(Object.isFrozen(key)).toBe(true);
  });
});

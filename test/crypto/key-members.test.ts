import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importPrivateCryptoKey, importPublicCryptoKey } from '../../src/crypto/forms/crypto-key.ts';
import { importPrivateKeyJwk, importPrivateKeyPem, importPublicKeyJwk, importPublicKeyPem } from '../../src/crypto/forms/import.ts';
import type { Jwk } from '../../src/crypto/jwk.ts';

const options = { algorithm: 'rsa-v1_5-sha256' } as const;
const BASE = new Uint8Array(20);
const jwkOf = (key: KeyObject): Jwk => key.export({ format: 'jwk' }) as Jwk;
const text = (value: bigint): string => {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
};
const value = (member: string | undefined): bigint => BigInt(`0x${Buffer.from(member!, 'base64url').toString('hex')}`);
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const another = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const jwk = jwkOf(pair.publicKey);
const whole = jwkOf(pair.privateKey);
const odd = (bits: number): string => text((1n << BigInt(bits - 1)) | 1n);

/** A length of DER. */
const lengthOf = (length: number): number[] =>
  length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
};
const integer = (bytes: Uint8Array): Buffer => der(2, bytes[0]! >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), bytes);
const pem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`;
const pkcs1 = ({ n, e }: Jwk): string =>
  pem('RSA PUBLIC KEY', der(0x30, integer(Buffer.from(n!, 'base64url')), integer(Buffer.from(e!, 'base64url'))));

const EXPONENT = 'the exponent of an RSA key must be odd, from 3 to 2^32 - 1, without leading zeros';

describe('the numbers of an RSA public key', () => {
  it('have an odd exponent from 3 to 2^32 - 1', async () => {
    for (const e of [3n, 5n, 17n, 257n, 65_537n, 2n ** 32n - 1n])
      expect((await importPublicKeyJwk({ ...jwk, e: text(e) }, options)).jwk.e).toBe(text(e));
    for (const e of [0n, 1n, 2n, 4n, 65_536n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 64n + 1n, 2n ** 2048n + 1n, value(jwk.n)]) {
      await expect(importPublicKeyJwk({ ...jwk, e: text(e) }, options), String(e)).rejects.toThrow(new RangeError(EXPONENT));
      await expect(importPublicKeyPem(pkcs1({ ...jwk, e: text(e) }), options), String(e)).rejects.toThrow(new RangeError(EXPONENT));
    }
  });

  it('have an exponent of one spelling', async () => {
    for (const e of ['', 'AA', 'AAEAAQ', Buffer.from([0, 0, 3]).toString('base64url')])
      await expect(importPublicKeyJwk({ ...jwk, e }, options), e).rejects.toThrow(new RangeError(EXPONENT));
  });

  it('verify no signature that everybody can make: with e = 1, a message is its own', async () => {
    await expect(importPublicKeyJwk({ ...jwk, e: 'AQ' }, options)).rejects.toThrow(new RangeError(EXPONENT));
  });

  it('have an odd modulus of 2,048 to 16,384 bits', async () => {
    for (const bits of [1024, 2040, 2047])
      await expect(importPublicKeyJwk({ ...jwk, n: odd(bits) }, options)).rejects.toThrow(
        new RangeError('an RSA key must have at least 2048 bits'),
      );
    for (const bits of [2048, 2049, 4096, 16_384])
      expect((await importPublicKeyJwk({ ...jwk, n: odd(bits) }, options)).algorithm).toBe(options.algorithm);
    for (const bits of [16_385, 16_392, 32_768])
      await expect(importPublicKeyJwk({ ...jwk, n: odd(bits) }, options)).rejects.toThrow(
        new RangeError('an RSA key must have at most 16384 bits'),
      );
    await expect(importPublicKeyJwk({ ...jwk, n: text(value(jwk.n) - 1n) }, options)).rejects.toThrow(
      new RangeError('the modulus of an RSA key must be odd'),
    );
    await expect(importPublicKeyPem(pkcs1({ ...jwk, n: text(value(jwk.n) - 1n) }), options)).rejects.toThrow(
      new RangeError('the modulus of an RSA key must be odd'),
    );
  });

  it('are looked at in CryptoKeys too', async () => {
    const generate = async (modulusLength: number, exponent: readonly number[]) =>
      (await crypto.subtle.generateKey(
        { name: 'RSA-PSS', hash: 'SHA-512', modulusLength, publicExponent: new Uint8Array(exponent) },
        false,
        ['sign', 'verify'],
      )) as CryptoKeyPair;
    const weak = await generate(1024, [1, 0, 1]);
    await expect(importPublicCryptoKey(weak.publicKey)).rejects.toThrow(new RangeError('an RSA key must have at least 2048 bits'));
    await expect(importPrivateCryptoKey(weak.privateKey)).rejects.toThrow(new RangeError('an RSA key must have at least 2048 bits'));
    const three = await generate(2048, [3]);
    expect((await importPrivateCryptoKey(three.privateKey, { publicKey: three.publicKey })).algorithm).toBe('rsa-pss-sha512');
  });
});

describe('the numbers of an RSA private key', () => {
  const n = value(whole.n);
  const [p, q, d] = [value(whole.p), value(whole.q), value(whole.d)];

  it('are those of one key', async () => {
    const key = await importPrivateKeyJwk(whole, options);
    expect(await (await importPublicKeyJwk(jwk, options)).verify(BASE, await key.sign(BASE))).toBe(true);
    // A private exponent may be reduced by either function of the primes.
    const carmichael = d % (((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n));
    for (const exponent of [carmichael, d % ((p - 1n) * (q - 1n))])
      expect((await importPrivateKeyJwk({ ...whole, d: text(exponent) }, options)).thumbprint).toBe(key.thumbprint);
  });

  it('include no d of another key, which runtimes that sign by the primes would not see', async () => {
    const wrong: readonly Partial<Jwk>[] = [
      { d: another.d },
      { d: text(d + 2n) },
      { d: text(d + n) },
      { d: 'AQ' },
      { p: another.p },
      { q: another.q },
      { p: whole.q },
      { p: 'AQ', q: whole.n },
      { p: whole.n, q: 'AQ' },
      { dp: another.dp },
      { dp: text(value(whole.dp) + p - 1n) },
      { dq: another.dq },
      { qi: another.qi },
      { qi: text(value(whole.qi) + p) },
      { e: 'Aw' },
      { n: another.n },
      { p: '', q: '' },
    ];
    for (const change of wrong)
      await expect(importPrivateKeyJwk({ ...whole, ...change }, options), JSON.stringify(Object.keys(change))).rejects.toThrow(
        new TypeError('the numbers of the RSA key do not belong together'),
      );
  });

  it('are looked at in PEM too', async () => {
    const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;
    const write = (key: Jwk): string =>
      pem('RSA PRIVATE KEY', der(0x30, integer(Buffer.of(0)), ...names.map((name) => integer(Buffer.from(key[name]!, 'base64url')))));
    expect((await importPrivateKeyPem(write(whole), options)).algorithm).toBe(options.algorithm);
    await expect(importPrivateKeyPem(write({ ...whole, d: another.d }), options)).rejects.toThrow('do not belong together');
  });
});

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

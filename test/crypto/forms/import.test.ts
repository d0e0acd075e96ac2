import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Algorithm } from '../../../src/crypto/algorithm.ts';
import { importPrivateCryptoKey, importPublicCryptoKey } from '../../../src/crypto/forms/crypto-key.ts';
import { importPrivateKeyJwk, importPrivateKeyPem, importPublicKeyJwk, importPublicKeyPem } from '../../../src/crypto/forms/import.ts';
import { importPublicKeyRaw } from '../../../src/crypto/forms/raw.ts';
import type { Jwk } from '../../../src/crypto/jwk.ts';
import { derivePublicKey } from '../../../src/crypto/key-pair.ts';
import { jwkThumbprint } from '../../../src/crypto/thumbprint.ts';

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const BASE = new TextEncoder().encode('"@method": POST');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pairs: readonly (readonly [Algorithm, Pair])[] = [
  ['ed25519', generateKeyPairSync('ed25519')],
  ['ecdsa-p256-sha256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ecdsa-p384-sha384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['rsa-pss-sha512', rsa],
  ['rsa-v1_5-sha256', rsa],
];
const other = {
  ed25519: generateKeyPairSync('ed25519'),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

const jwkOf = (key: KeyObject): Jwk => key.export({ format: 'jwk' }) as Jwk;
const pemOf = (key: KeyObject): string => key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }) as string;
const jwks = Object.fromEntries(pairs.map(([name, { privateKey }]) => [name, jwkOf(privateKey)])) as Record<Algorithm, Jwk>;
const publicOf = ({ kty, crv, x, y, n, e }: Jwk): Jwk => JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as Jwk;

afterEach(() => vi.unstubAllGlobals());

describe('JWK and PEM', () => {
  for (const [algorithm, { publicKey, privateKey }] of pairs) {
    it(`give one key for ${algorithm}`, async () => {
      const options = { algorithm };
      const signers = [await importPrivateKeyJwk(jwkOf(privateKey), options), await importPrivateKeyPem(pemOf(privateKey), options)];
      const verifiers = [
        await importPublicKeyJwk(jwkOf(publicKey), options),
        await importPublicKeyPem(pemOf(publicKey), options),
        await derivePublicKey(signers[0]!),
      ];
      for (const signer of signers) {
        const signature = await signer.sign(BASE);
        expect(signer).toMatchObject({ algorithm, thumbprint: await jwkThumbprint(jwkOf(publicKey)), extractable: false });
        for (const verifier of verifiers) {
          expect(verifier).toMatchObject({ algorithm, jwk: publicOf(jwkOf(publicKey)) });
          expect(await verifier.verify(BASE, signature)).toBe(true);
          expect(await verifier.verify(new Uint8Array(5), signature)).toBe(false);
          expect(await verifier.verify(BASE, signature.slice(1))).toBe(false);
          expect(await verifier.verify(BASE, new Uint8Array([...signature, 0]))).toBe(false);
          expect(await verifier.verify(BASE, new Uint8Array(0))).toBe(false);
        }
      }
    });

    it(`refuses private for public and public for private, ${algorithm}`, async () => {
      await expect(importPublicKeyJwk(jwkOf(privateKey), { algorithm })).rejects.toThrow(
        new TypeError('jwk is a private key where a public one is expected'),
      );
      await expect(importPrivateKeyJwk(jwkOf(publicKey), { algorithm })).rejects.toThrow(
        new TypeError('jwk is a public key where a private one is expected'),
      );
      await expect(importPublicKeyPem(pemOf(privateKey), { algorithm })).rejects.toThrow(
        new TypeError('publicKey is a private key where a public one is expected'),
      );
      await expect(importPrivateKeyPem(pemOf(publicKey), { algorithm })).rejects.toThrow(
        new TypeError('privateKey is a public key where a private one is expected'),
      );
    });
  }

  it('take Ed25519 without any crypto of the runtime', async () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
    const key = await importPrivateKeyPem(pemOf(pairs[0]![1].privateKey));
    expect(await (await importPublicKeyJwk(publicOf(jwks.ed25519))).verify(BASE, await key.sign(BASE))).toBe(true);
    await expect(importPublicKeyJwk(publicOf(jwks['ecdsa-p256-sha256']))).rejects.toThrow(/^ecdsa-p256-sha256 needs WebCrypto/);
    await expect(importPublicKeyPem(pemOf(rsa.publicKey), { algorithm: 'rsa-v1_5-sha256' })).rejects.toThrow(
      /^rsa-v1_5-sha256 needs WebCrypto/,
    );
  });
});

describe('the algorithm of a key', () => {
  it('is left open by RSA keys, unless they say', async () => {
    const jwk = publicOf(jwks['rsa-pss-sha512']);
    await expect(importPublicKeyJwk(jwk)).rejects.toThrow('options.algorithm must be rsa-pss-sha512 or rsa-v1_5-sha256');
    await expect(importPublicKeyPem(pemOf(rsa.publicKey))).rejects.toThrow('options.algorithm must be rsa-pss-sha512 or rsa-v1_5-sha256');
    await expect(importPrivateKeyPem(pemOf(rsa.privateKey))).rejects.toThrow('options.algorithm must be');
    expect((await importPublicKeyJwk({ ...jwk, alg: 'PS512' })).algorithm).toBe('rsa-pss-sha512');
    expect((await importPublicKeyJwk({ ...jwk, alg: 'RS256' })).algorithm).toBe('rsa-v1_5-sha256');
  });

  it('must agree with what the key says', async () => {
    const ed25519 = publicOf(jwks.ed25519);
    for (const alg of ['EdDSA', 'Ed25519'])
      expect((await importPublicKeyJwk({ ...ed25519, alg, use: 'sig', key_ops: ['verify'], kid: 'a' })).algorithm).toBe('ed25519');
    for (const alg of ['ES256', 'none', 'HS256', '', 'X25519'])
      await expect(importPublicKeyJwk({ ...ed25519, alg })).rejects.toThrow(/^jwk is no key for/);
    for (const crv of ['X25519', 'Ed448', 'P-256', undefined])
      await expect(importPublicKeyJwk({ ...ed25519, crv })).rejects.toThrow(/^jwk is no key for/);
    await expect(importPublicKeyJwk(ed25519, { algorithm: 'ecdsa-p256-sha256' })).rejects.toThrow('jwk is no key for ecdsa-p256-sha256');
    await expect(importPublicKeyJwk(ed25519, { algorithm: 'hmac-sha256' })).rejects.toThrow('jwk is no key for hmac-sha256');
    await expect(importPublicKeyPem(pemOf(other.p256.publicKey), { algorithm: 'ed25519' })).rejects.toThrow(
      'the key is for ecdsa-p256-sha256',
    );
    await expect(importPublicKeyJwk({ ...publicOf(jwks['rsa-pss-sha512']), alg: 'PS256' })).rejects.toThrow(
      'jwk is no key for a supported algorithm',
    );
  });

  it('must be allowed for the use', async () => {
    const { ed25519 } = jwks;
    await expect(importPublicKeyJwk({ ...publicOf(ed25519), use: 'enc' })).rejects.toThrow('jwk.use does not allow to verify');
    await expect(importPublicKeyJwk({ ...publicOf(ed25519), key_ops: ['sign'] })).rejects.toThrow('jwk.key_ops does not allow to verify');
    // Of a text, `includes` would ask something else; so would a list in it.
    for (const operations of ['verify', 'sign verify', { includes: () => true }, [['verify']], ['verify', 5], 5, null, true])
      await expect(importPublicKeyJwk({ ...publicOf(ed25519), key_ops: operations as never })).rejects.toThrow(
        'jwk.key_ops must be a list of strings',
      );
    for (const use of ['', 'SIG', ['sig'], null, 5])
      await expect(importPublicKeyJwk({ ...publicOf(ed25519), use: use as never })).rejects.toThrow('jwk.use does not allow to verify');
    for (const alg of [['EdDSA'], null, 5, {}])
      await expect(importPublicKeyJwk({ ...publicOf(ed25519), alg: alg as never })).rejects.toThrow(/^jwk is no key for/);
    await expect(importPrivateKeyJwk({ ...ed25519, key_ops: ['verify'] })).rejects.toThrow('jwk.key_ops does not allow to sign');
  });
});

describe('a JWK that is refused', () => {
  it('is a secret', async () => {
    await expect(importPublicKeyJwk({ kty: 'oct', k: 'AAAA' })).rejects.toThrow('jwk is a secret');
  });

  it('lacks a member, or inherits it', async () => {
    await expect(importPublicKeyJwk({ kty: 'OKP', crv: 'Ed25519' })).rejects.toThrow('jwk.x must be');
    await expect(importPublicKeyJwk(Object.create(publicOf(jwks.ed25519)) as Jwk)).rejects.toThrow(TypeError);
    await expect(importPublicKeyJwk({})).rejects.toThrow(TypeError);
    for (const none of [undefined, null, 'text', 5])
      await expect(importPublicKeyJwk(none as never)).rejects.toThrow('jwk must be an object');
    const { x: _, ...rest } = jwks.ed25519;
    await expect(importPrivateKeyJwk(rest)).rejects.toThrow('jwk.x must be');
    const { p: __, ...withoutPrime } = jwks['rsa-pss-sha512'];
    await expect(importPrivateKeyJwk(withoutPrime, { algorithm: 'rsa-pss-sha512' })).rejects.toThrow('jwk.p must be');
  });

  it('is not strict base64url, or of another length', async () => {
    const jwk = publicOf(jwks.ed25519);
    const x = jwk.x!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // The last character has two bits to spare, which must be zero.
    const twin = x.slice(0, -1) + alphabet[alphabet.indexOf(x.slice(-1)) + 1]!;
    for (const text of [`${x}=`, `${x}\n`, twin, `${x} `])
      await expect(importPublicKeyJwk({ ...jwk, x: text })).rejects.toThrow('jwk.x must be base64url without padding');
    await expect(importPublicKeyJwk({ ...jwk, x: 'AAAA' })).rejects.toThrow(new RangeError('jwk.x must be 32 bytes'));
    await expect(importPublicKeyJwk({ ...publicOf(jwks['ecdsa-p256-sha256']), y: 'AAAA' })).rejects.toThrow(
      new RangeError('jwk.y must be 32 bytes'),
    );
    await expect(importPrivateKeyJwk({ ...jwks.ed25519, d: 'AAAA' })).rejects.toThrow(new RangeError('jwk.d must be 32 bytes'));
    await expect(importPrivateKeyJwk({ ...jwks['ecdsa-p384-sha384'], d: 'AAAA' })).rejects.toThrow(
      new RangeError('jwk.d must be 48 bytes'),
    );
  });

  it('is of small order, or lies on no curve', async () => {
    await expect(importPublicKeyJwk({ kty: 'OKP', crv: 'Ed25519', x: `AQ${'A'.repeat(41)}` })).rejects.toThrow(RangeError);
    const p256 = publicOf(jwks['ecdsa-p256-sha256']);
    await expect(importPublicKeyJwk({ ...p256, y: p256.x })).rejects.toThrow(
      new TypeError('publicKey is no valid key for ecdsa-p256-sha256'),
    );
  });

  it('has a private part that does not belong to its public one', async () => {
    const message = /do not belong together|no valid key/;
    for (const enter of [() => undefined, () => void vi.stubGlobal('process', undefined)]) {
      enter();
      await expect(importPrivateKeyJwk({ ...jwks.ed25519, x: jwkOf(other.ed25519.publicKey).x })).rejects.toThrow(
        'privateKey and its public key do not belong together',
      );
      const { x, y } = jwkOf(other.p256.publicKey);
      await expect(importPrivateKeyJwk({ ...jwks['ecdsa-p256-sha256'], x, y })).rejects.toThrow(message);
      const { n } = jwkOf(other.rsa.publicKey);
      await expect(importPrivateKeyJwk({ ...jwks['rsa-pss-sha512'], n }, { algorithm: 'rsa-pss-sha512' })).rejects.toThrow(message);
      const { d } = jwkOf(other.p256.privateKey);
      await expect(importPrivateKeyJwk({ ...jwks['ecdsa-p256-sha256'], d })).rejects.toThrow(message);
      vi.unstubAllGlobals();
    }
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('crypto', undefined);
    await expect(importPrivateKeyJwk({ ...jwks.ed25519, x: jwkOf(other.ed25519.publicKey).x })).rejects.toThrow(
      'privateKey and its public key do not belong together',
    );
  });

  it('is a weak RSA key', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const options = { algorithm: 'rsa-v1_5-sha256' } as const;
    const error = new RangeError('an RSA key must have at least 2048 bits');
    await expect(importPublicKeyJwk(jwkOf(weak.publicKey), options)).rejects.toThrow(error);
    await expect(importPublicKeyPem(pemOf(weak.publicKey), options)).rejects.toThrow(error);
    await expect(importPrivateKeyPem(pemOf(weak.privateKey), options)).rejects.toThrow(error);
    const odd = Buffer.alloc(256, 0x7f).toString('base64url');
    await expect(importPublicKeyJwk({ kty: 'RSA', n: odd, e: 'AQAB' }, options)).rejects.toThrow(error);
    const padded = Buffer.concat([Buffer.alloc(1), Buffer.alloc(256, 0xff)]).toString('base64url');
    await expect(importPublicKeyJwk({ kty: 'RSA', n: padded, e: 'AQAB' }, options)).rejects.toThrow(error);
  });
});

describe('PEM', () => {
  const ed25519 = pairs[0]![1];

  it('comes in the older forms too', async () => {
    const { publicKey, privateKey } = rsa;
    const options = { algorithm: 'rsa-pss-sha512' } as const;
    const signer = await importPrivateKeyPem(privateKey.export({ type: 'pkcs1', format: 'pem' }) as string, options);
    const verifier = await importPublicKeyPem(publicKey.export({ type: 'pkcs1', format: 'pem' }) as string, options);
    expect(await verifier.verify(BASE, await signer.sign(BASE))).toBe(true);
    for (const [algorithm, pair] of pairs.slice(1, 3)) {
      const sec1 = await importPrivateKeyPem(
        `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pair.privateKey.export({ type: 'sec1', format: 'pem' }) as string}`,
      );
      expect(sec1.algorithm).toBe(algorithm);
      expect(await (await importPublicKeyPem(pemOf(pair.publicKey))).verify(BASE, await sec1.sign(BASE))).toBe(true);
    }
  });

  it('labels RSASSA-PSS keys for one algorithm', async () => {
    const plain = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    const bound = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha512',
      mgf1HashAlgorithm: 'sha512',
      saltLength: 64 as never,
    });
    for (const { publicKey, privateKey } of [plain, bound]) {
      const signer = await importPrivateKeyPem(pemOf(privateKey));
      const verifier = await importPublicKeyPem(pemOf(publicKey));
      expect(verifier.algorithm).toBe('rsa-pss-sha512');
      expect(await verifier.verify(BASE, await signer.sign(BASE))).toBe(true);
      await expect(importPublicKeyPem(pemOf(publicKey), { algorithm: 'rsa-v1_5-sha256' })).rejects.toThrow('the key is for rsa-pss-sha512');
    }
    const sha256 = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
      saltLength: 32 as never,
    });
    await expect(importPublicKeyPem(pemOf(sha256.publicKey))).rejects.toThrow('of a supported algorithm');
  });

  it('may hold the public key beside an Ed25519 seed, and then it must be the right one', async () => {
    const seed = Buffer.from(jwkOf(ed25519.privateKey).d!, 'base64url');
    const version2 = (point: string): string => {
      const der = Buffer.concat([
        Buffer.from('3051020101300506032b657004220420', 'hex'),
        seed,
        Buffer.from('812100', 'hex'),
        Buffer.from(point, 'base64url'),
      ]);
      return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----`;
    };
    const right = await importPrivateKeyPem(version2(jwkOf(ed25519.publicKey).x!));
    expect(right.thumbprint).toBe(await jwkThumbprint(jwkOf(ed25519.publicKey)));
    await expect(importPrivateKeyPem(version2(jwkOf(other.ed25519.publicKey).x!))).rejects.toThrow('do not belong together');
  });

  it('may stand in other text, with any line ends', async () => {
    const pem = pemOf(ed25519.publicKey);
    for (const text of [`Subject: me\n${pem}\ntrailer`, pem.replaceAll('\n', '\r\n'), pem.replaceAll('\n', ' '), pem.trim()])
      expect((await importPublicKeyPem(text)).algorithm).toBe('ed25519');
  });

  it('is one key, not encrypted, of a supported form and algorithm', async () => {
    const pem = pemOf(ed25519.publicKey);
    for (const text of [
      '',
      'text',
      pem + pem,
      pem.replace('MCow', 'M*ow'),
      pem.replace('-----END', '-----FIN'),
      pem.replace('MCow', 'MCo'),
    ]) {
      await expect(importPublicKeyPem(text)).rejects.toThrow(new TypeError('publicKey must be one key in PEM'));
    }
    await expect(importPublicKeyPem(undefined as never)).rejects.toThrow('publicKey must be a string');
    const encrypted = ed25519.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string;
    await expect(importPrivateKeyPem(encrypted)).rejects.toThrow('privateKey is encrypted');
    for (const { publicKey, privateKey } of [
      generateKeyPairSync('x25519'),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
    ]) {
      await expect(importPublicKeyPem(pemOf(publicKey))).rejects.toThrow(/^publicKey must be a PUBLIC KEY/);
      await expect(importPrivateKeyPem(pemOf(privateKey))).rejects.toThrow(/^privateKey must be a PRIVATE KEY/);
    }
    await expect(importPublicKeyPem(pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'))).rejects.toThrow(/^publicKey must be a PUBLIC KEY/);
  });

  it('may hold a point that lies on no curve: refused', async () => {
    const der = other.p256.publicKey.export({ type: 'spki', format: 'der' });
    const broken = der.with(der.length - 1, der[der.length - 1]! ^ 1);
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(broken).toString('base64')}\n-----END PUBLIC KEY-----`;
    await expect(importPublicKeyPem(pem)).rejects.toThrow(new TypeError('publicKey is no valid key for ecdsa-p256-sha256'));
  });

  it('refuses any mangled byte of what surrounds a key, and any truncation', async () => {
    const der = other.ed25519.privateKey.export({ type: 'pkcs8', format: 'der' });
    const spki = other.ed25519.publicKey.export({ type: 'spki', format: 'der' });
    const block = (label: string, bytes: Uint8Array): string =>
      `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----`;
    for (let index = 0; index < 16; index++) {
      for (const bit of [1, 0x80, 0xff]) {
        await expect(importPrivateKeyPem(block('PRIVATE KEY', der.with(index, der[index]! ^ bit)))).rejects.toThrow(/^privateKey must be/);
        if (index < 12)
          await expect(importPublicKeyPem(block('PUBLIC KEY', spki.with(index, spki[index]! ^ bit)))).rejects.toThrow(/^publicKey must be/);
      }
    }
    for (let length = 0; length < der.length; length++)
      await expect(importPrivateKeyPem(block('PRIVATE KEY', der.subarray(0, length)))).rejects.toThrow(TypeError);
  });
});

describe('CryptoKey', () => {
  const params = [{ name: 'Ed25519' }, { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', namedCurve: 'P-384' }] as const;
  let keys: readonly CryptoKeyPair[] = [];
  beforeAll(async () => {
    keys = await Promise.all(params.map((each) => crypto.subtle.generateKey(each, false, ['sign', 'verify']) as Promise<CryptoKeyPair>));
  });

  it('signs without being extractable', async () => {
    for (const { privateKey, publicKey } of keys) {
      const signer = await importPrivateCryptoKey(privateKey, { publicKey });
      const verifier = await importPublicCryptoKey(publicKey);
      expect(await verifier.verify(BASE, await signer.sign(BASE))).toBe(true);
      expect(signer.thumbprint).toBe(await jwkThumbprint(verifier.jwk));
      expect(signer.extractable).toBe(false);
      expect((await derivePublicKey(signer)).jwk).toEqual(verifier.jwk);
    }
  });

  it('has no thumbprint alone', async () => {
    const signer = await importPrivateCryptoKey(keys[0]!.privateKey);
    expect([signer.thumbprint, signer.publicJwk]).toEqual([undefined, undefined]);
    await expect(derivePublicKey(signer)).rejects.toThrow('privateKey does not show its public key');
  });

  it('is taken for its own algorithm and half only', async () => {
    const [ed25519, p256] = keys as [CryptoKeyPair, CryptoKeyPair];
    await expect(importPrivateCryptoKey(ed25519.privateKey, { publicKey: p256.publicKey })).rejects.toThrow('do not belong together');
    const another = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    await expect(importPrivateCryptoKey(ed25519.privateKey, { publicKey: another.publicKey })).rejects.toThrow('do not belong together');
    await expect(importPrivateCryptoKey(ed25519.publicKey)).rejects.toThrow('privateKey is a public key where a private one is expected');
    await expect(importPublicCryptoKey(ed25519.privateKey)).rejects.toThrow('publicKey is a private key where a public one is expected');
    await expect(importPublicCryptoKey({} as never)).rejects.toThrow('publicKey must be a CryptoKey');
    const hmac = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
    await expect(importPrivateCryptoKey(hmac)).rejects.toThrow('privateKey is a secret key where a private one is expected');
    const wrongHash = (await crypto.subtle.generateKey(
      { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    )) as CryptoKeyPair;
    await expect(importPublicCryptoKey(wrongHash.publicKey)).rejects.toThrow('publicKey must be a CryptoKey of a supported algorithm');
    const agreement = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])) as CryptoKeyPair;
    await expect(importPrivateCryptoKey(agreement.privateKey)).rejects.toThrow('privateKey must be a CryptoKey of a supported algorithm');
  });

  it('is checked like any other public key', async () => {
    const small = await crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', true, ['verify']);
    await expect(importPublicCryptoKey(small)).rejects.toThrow(RangeError);
    const hidden = await crypto.subtle.importKey('raw', Buffer.from(jwks.ed25519.x!, 'base64url'), 'Ed25519', false, ['verify']);
    await expect(importPublicCryptoKey(hidden)).rejects.toThrow('publicKey must be extractable');
  });
});

describe('a public key', () => {
  it('shows what it is, and cannot be changed', async () => {
    const key = await importPublicKeyRaw(Buffer.from(jwks.ed25519.x!, 'base64url'));
    expect(JSON.parse(JSON.stringify(key))).toEqual({ algorithm: 'ed25519', jwk: publicOf(jwks.ed25519) });
    expect(Object.isFrozen(key) && Object.isFrozen(key.jwk)).toBe(true);
  });
});

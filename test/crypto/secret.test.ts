import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac.ts';
import {
  exportSecretBase64url,
  exportSecretHex,
  generateSecret,
  secretBytes,
  secretFromBase64url,
  secretFromHex,
  secretFromJwk,
} from '../../src/crypto/secret.ts';
import { rounds } from '../support/rounds.ts';

afterEach(() => vi.unstubAllGlobals());

const refused = (secret: unknown, message: RegExp): void => {
  expect(() => hmacKey(secret as string)).toThrow(message);
  expect(() => hmacSigner({ keyid: 'a', secret: secret as string })).toThrow(message);
};

describe('the length of a secret', () => {
  it('is 32 bytes, or 16 with insecurelyAllowShortSecret, counted in UTF-8', () => {
    for (const secret of ['', 'short', 'x'.repeat(31), new Uint8Array(31)]) refused(secret, /^secret must be at least 32 bytes/);
    expect(hmacKey('x'.repeat(32)).algorithm).toBe('hmac-sha256');
    expect(hmacKey('ä'.repeat(16)).algorithm).toBe('hmac-sha256');
    const options = { insecurelyAllowShortSecret: true };
    expect(hmacKey('x'.repeat(16), options).algorithm).toBe('hmac-sha256');
    for (const secret of ['', 'x'.repeat(15), new Uint8Array(15)])
      expect(() => hmacKey(secret, options)).toThrow('secret must be at least 16 bytes');
  });

  it('may exceed the block of the hash', () => {
    expect(secretBytes('x'.repeat(200), {})).toHaveLength(200);
  });
});

describe('what is no secret', () => {
  const spki = { type: 'spki', format: 'der' } as const;
  const pkcs8 = { type: 'pkcs8', format: 'der' } as const;
  const pairs = {
    ed25519: generateKeyPairSync('ed25519'),
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  const ders: Record<string, Buffer> = {};
  for (const [name, { publicKey, privateKey }] of Object.entries(pairs)) {
    ders[`${name} SPKI`] = publicKey.export(spki);
    ders[`${name} PKCS #8`] = privateKey.export(pkcs8);
  }
  ders['RSA PKCS #1 public'] = pairs.rsa.publicKey.export({ type: 'pkcs1', format: 'der' });
  ders['RSA PKCS #1 private'] = pairs.rsa.privateKey.export({ type: 'pkcs1', format: 'der' });
  ders['EC SEC 1'] = pairs.p256.privateKey.export({ type: 'sec1', format: 'der' });

  it('is a key in DER, bare or in Base64', () => {
    for (const [name, der] of Object.entries(ders)) {
      expect(() => hmacKey(new Uint8Array(der)), name).toThrow(/^secret is a key for another algorithm/);
      expect(() => hmacKey(der.toString('base64')), name).toThrow(/^secret is a key for another algorithm/);
      expect(() => hmacKey(der.toString('base64').replace(/.{64}/g, '$&\n')), name).toThrow(/^secret is a key for another algorithm/);
    }
  });

  it('is a key in PEM, as text or bytes', () => {
    for (const { publicKey, privateKey } of Object.values(pairs)) {
      for (const pem of [publicKey.export({ type: 'spki', format: 'pem' }), privateKey.export({ type: 'pkcs8', format: 'pem' })]) {
        refused(pem, /^secret is a key for another algorithm/);
        refused(`\n  ${pem.toString()}`, /^secret is a key for another algorithm/);
        refused(new TextEncoder().encode(pem.toString()), /^secret is a key for another algorithm/);
      }
    }
  });

  it('is a JWK, as text or object', () => {
    for (const { publicKey } of Object.values(pairs)) {
      const jwk = publicKey.export({ format: 'jwk' });
      refused(JSON.stringify(jwk), /^secret is a key for another algorithm/);
      refused(JSON.stringify(jwk, null, 2), /^secret is a key for another algorithm/);
      refused(jwk, /^secret must be/);
    }
  });

  it('is anything but text or bytes, and no text with lone surrogates', () => {
    for (const secret of [undefined, null, 5, [], {}, new ArrayBuffer(32), () => 'x']) refused(secret, /^secret must be well-formed text/);
    refused(`${'x'.repeat(32)}\ud800`, /^secret must be well-formed text/);
  });

  it('hardly ever a random one', () => {
    for (let round = 0; round < rounds(5000); round++) expect(secretBytes(randomBytes(32), {})).toHaveLength(32);
    // Begins like DER, but is not as long as it says, or goes on otherwise.
    expect(
      secretBytes(
        Uint8Array.from({ length: 32 }, (_, index) => [0x30, 0x1f, 0x30, 5, 6][index] ?? 0),
        {},
      ),
    ).toHaveLength(32);
    expect(
      secretBytes(
        Uint8Array.from({ length: 32 }, (_, index) => [0x30, 0x1e, 0x31, 5, 6][index] ?? 0),
        {},
      ),
    ).toHaveLength(32);
  });
});

describe('a secret in a page', () => {
  it('needs insecurelyAllowInBrowser', () => {
    vi.stubGlobal('document', {});
    refused('x'.repeat(32), /^secret: whoever opens a page can read it/);
    expect(hmacKey('x'.repeat(32), { insecurelyAllowInBrowser: true }).algorithm).toBe('hmac-sha256');
    expect(hmacSigner({ keyid: 'a', secret: 'x'.repeat(32), insecurelyAllowInBrowser: true }).keyid).toBe('a');
  });

  it('may be a CryptoKey, which a page cannot read', async () => {
    const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    vi.stubGlobal('document', {});
    expect(hmacKey(key).algorithm).toBe('hmac-sha256');
  });
});

describe('secrets written down', () => {
  it('round-trip', () => {
    const secret = generateSecret();
    expect(secret).toHaveLength(32);
    expect(generateSecret()).not.toEqual(secret);
    expect(secretFromBase64url(exportSecretBase64url(secret))).toEqual(secret);
    expect(secretFromHex(exportSecretHex(secret))).toEqual(secret);
    expect(secretFromJwk({ kty: 'oct', k: exportSecretBase64url(secret), alg: 'HS256' })).toEqual(secret);
  });

  it('are refused in any other form', () => {
    for (const text of ['a', 'AA==', 'A+/A', 'AB', '', undefined, 5]) {
      if (text !== '') expect(() => secretFromBase64url(text as string)).toThrow(new TypeError('secret must be base64url without padding'));
    }
    for (const text of ['0', '0x00', 'zz', undefined])
      expect(() => secretFromHex(text as string)).toThrow(new TypeError('secret must be hexadecimal'));
    expect(() => secretFromJwk({ kty: 'OKP', k: 'AAAA' })).toThrow('jwk must be of kty oct');
    expect(() => secretFromJwk({ kty: 'oct', k: 'AAAA', alg: 'HS512' })).toThrow('jwk must be of kty oct');
    expect(() => secretFromJwk({ kty: 'oct' })).toThrow('jwk.k must be');
    expect(() => secretFromJwk(Object.create({ kty: 'oct', k: 'AAAA' }))).toThrow(TypeError);
  });

  it('come from the source given', () => {
    expect(generateSecret({ randomBytes: (length) => new Uint8Array(length).fill(9) })).toEqual(new Uint8Array(32).fill(9));
    expect(() => generateSecret({ randomBytes: () => new Uint8Array(8) })).toThrow('randomBytes must return');
  });
});

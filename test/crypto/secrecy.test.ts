/**
 * No secret in anything a program shows of our objects and errors, in any encoding (security: row 46).
 */
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { importPrivateKeyJwk, importPrivateKeyPem } from '../../src/crypto/forms/import.ts';
import { importPrivateKeyRaw, importPublicKeyRaw } from '../../src/crypto/forms/raw.ts';
import { secretFromJwk } from '../../src/crypto/forms/secret-jwk.ts';
import { decodeBase64url, decodeHex } from '../../src/crypto/forms/text.ts';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner } from '../../src/crypto/signer.ts';

/** Everything that could be printed of a value, on one line. */
function shown(value: unknown): string {
  const parts = [
    inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true, maxStringLength: null, maxArrayLength: null }),
    inspect(value),
    String(value),
  ];
  parts.push(JSON.stringify(value) ?? '', JSON.stringify(value, Object.getOwnPropertyNames(value)) ?? '');
  for (const name of Reflect.ownKeys(value as object))
    parts.push(inspect((value as Record<PropertyKey, unknown>)[name], { showHidden: true, depth: null }));
  if (value instanceof Error) parts.push(value.message, value.stack ?? '', inspect(value.cause));
  // Lists of bytes are broken into lines.
  return parts.join('\n').replace(/\s+/g, ' ');
}

/** A secret in every encoding it might appear in, whole or by its first twelve bytes. */
function encodings(secret: Uint8Array): readonly string[] {
  const all = [secret, secret.subarray(0, 12)].flatMap((bytes) => {
    const buffer = Buffer.from(bytes);
    return [
      buffer.toString('hex'),
      buffer.toString('base64').replace(/=+$/, ''),
      buffer.toString('base64url'),
      buffer.toString('latin1'),
      Array.from(bytes).join(','),
      Array.from(bytes).join(', '),
      buffer.toString('hex').replace(/..(?=.)/g, '$& '),
    ];
  });
  return [...all, ...all.map((text) => text.toUpperCase())];
}

function expectSilent(value: unknown, secret: Uint8Array): void {
  const text = shown(value);
  for (const encoding of encodings(secret)) expect(text.includes(encoding), `shows ${encoding.length} characters of a secret`).toBe(false);
}

async function refusal(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('was not refused');
}

const text = 'correct horse battery staple, at least 32 bytes';
const textBytes = new TextEncoder().encode(text);

describe('the test itself', () => {
  it('finds what is shown', () => {
    for (const value of [{ a: textBytes }, new Error(Buffer.from(textBytes).toString('hex')), { text }])
      expect(() => expectSilent(value, textBytes)).toThrow();
  });
});

describe('keys and signers', () => {
  it('show no Ed25519 seed, extractable or not', async () => {
    for (const extractable of [true, false]) {
      const seed = crypto.getRandomValues(new Uint8Array(32));
      const key = await importPrivateKeyRaw(seed, { extractable });
      for (const value of [key, createSigner({ privateKey: key }), { nested: [key] }, key.publicJwk]) expectSilent(value, seed);
      expect(inspect(key)).toBe(`PrivateKey {"algorithm":"ed25519","thumbprint":"${key.thumbprint}"}`);
      expect(JSON.parse(JSON.stringify(key))).toEqual({ algorithm: 'ed25519', thumbprint: key.thumbprint });
    }
  });

  it('show no ECDSA or RSA private part', async () => {
    for (const algorithm of ['ecdsa-p256-sha256', 'rsa-pss-sha512'] as const) {
      const { privateKey } = await generateKeyPair({ algorithm, extractable: true, modulusLength: 2048 });
      const { d, p } = privateKey.exportJwk();
      for (const part of [d, p])
        if (part !== undefined) expectSilent({ privateKey, signer: createSigner({ privateKey }) }, Buffer.from(part, 'base64url'));
    }
  });

  it('show no HMAC secret', () => {
    for (const secret of [text, textBytes])
      for (const value of [hmacSigner({ keyid: 'a', secret }), hmacKey(secret)]) expectSilent(value, textBytes);
  });
});

describe('errors', () => {
  it('show no HMAC secret', async () => {
    const short = textBytes.subarray(0, 15);
    const jwk = { kty: 'oct', k: Buffer.from(textBytes).toString('base64url'), alg: 'HS512' };
    const tries: readonly (() => unknown)[] = [
      () => hmacKey(short),
      () => hmacKey(text.slice(0, 15)),
      () => hmacSigner({ keyid: 'a', secret: text.slice(0, 31) }),
      () => hmacKey(`-----BEGIN PRIVATE KEY-----${text}`),
      () => hmacKey(`${text}\ud800`),
      () => hmacSigner({ keyid: '', secret: text }),
      () => decodeHex(`${Buffer.from(textBytes).toString('hex')}0`),
      () => decodeBase64url(`${Buffer.from(textBytes).toString('base64url')}=`),
      () => secretFromJwk(jwk),
    ];
    for (const run of tries) {
      const error = await refusal(run);
      expect(error).toBeInstanceOf(/bytes|empty/.test(error.message) ? RangeError : TypeError);
      expectSilent(error, textBytes.subarray(0, 15));
    }
  });

  it('show no private key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const jwk = privateKey.export({ format: 'jwk' }) as { d: string; x: string };
    const seed = Buffer.from(jwk.d, 'base64url');
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) as { x: string };
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const tries: readonly (() => unknown)[] = [
      () => importPrivateKeyRaw(Buffer.concat([seed, seed])),
      () => importPrivateKeyRaw(seed.subarray(0, 31)),
      () => importPublicKeyRaw(Buffer.concat([seed, seed])),
      () => importPrivateKeyRaw(decodeHex(`${seed.toString('hex')}0`)),
      () => importPrivateKeyRaw(decodeBase64url(`${jwk.d}=`)),
      () => importPrivateKeyJwk({ ...jwk, x: other.x }),
      () => importPrivateKeyJwk({ ...jwk, d: `${jwk.d}A` }),
      () => importPrivateKeyJwk({ ...jwk, alg: 'ES256' }),
      () => importPrivateKeyPem(pem.replace('MC4CAQ', 'MC4CAg')),
      () => importPrivateKeyPem(pem.replaceAll('PRIVATE KEY', 'ODD KEY')),
      () => importPrivateKeyPem(pem + pem),
      () => importPrivateKeyPem(pem, { algorithm: 'ecdsa-p256-sha256' }),
    ];
    for (const run of tries) expectSilent(await refusal(run), seed);
  });

  it('of the runtime show no EC private key either', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = pair.privateKey.export({ format: 'jwk' }) as { d: string; x: string };
    const error = await refusal(() => importPrivateKeyJwk({ ...jwk, y: jwk.x }));
    expectSilent(error, Buffer.from(jwk.d, 'base64url'));
  });
});

/** Keys in DER that hold something besides the key, or hold it in another way. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../../src/crypto/algorithm.ts';
import { importPrivateKeyPem, importPublicKeyPem } from '../../../src/crypto/forms/import.ts';

const lengthOf = (length: number): number[] =>
  length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
};
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (text: string): Buffer => der(6, hex(text));
const octets = (...parts: readonly Uint8Array[]): Buffer => der(4, ...parts);
const bits = (bytes: Uint8Array, unused = 0): Buffer => der(3, Buffer.of(unused), bytes);
const integer = (...bytes: readonly number[]): Buffer => der(2, Buffer.from(bytes));
const NULL = hex('0500');

const pem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`;
const importPublic = (bytes: Uint8Array, algorithm?: Algorithm, label = 'PUBLIC KEY') =>
  importPublicKeyPem(pem(label, bytes), { algorithm });
const importPrivate = (bytes: Uint8Array, algorithm?: Algorithm, label = 'PRIVATE KEY') =>
  importPrivateKeyPem(pem(label, bytes), { algorithm });

const pairs = {
  ed25519: generateKeyPairSync('ed25519'),
  'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ecdsa-p384-sha384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'rsa-v1_5-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const IDENTIFIERS: Readonly<Record<keyof typeof pairs, Buffer>> = {
  ed25519: sequence(oid('2b6570')),
  'ecdsa-p256-sha256': sequence(oid('2a8648ce3d0201'), oid('2a8648ce3d030107')),
  'ecdsa-p384-sha384': sequence(oid('2a8648ce3d0201'), oid('2b81040022')),
  'rsa-v1_5-sha256': sequence(oid('2a864886f70d010101'), NULL),
};
const kinds = Object.keys(pairs) as (keyof typeof pairs)[];

const member = (key: KeyObject, name: 'd' | 'x' | 'y'): Buffer => Buffer.from(key.export({ format: 'jwk' })[name] as string, 'base64url');

/** What a public key is, inside its wrapping. */
function publicOf(kind: keyof typeof pairs): Buffer {
  const { publicKey } = pairs[kind];
  if (kind === 'ed25519') return member(publicKey, 'x');
  if (kind === 'rsa-v1_5-sha256') return publicKey.export({ type: 'pkcs1', format: 'der' });
  return Buffer.concat([Buffer.of(4), member(publicKey, 'x'), member(publicKey, 'y')]);
}

/** What a private key is, inside its OCTET STRING. */
function privateOf(kind: keyof typeof pairs): Buffer {
  const { privateKey } = pairs[kind];
  if (kind === 'ed25519') return octets(member(privateKey, 'd'));
  if (kind === 'rsa-v1_5-sha256') return privateKey.export({ type: 'pkcs1', format: 'der' });
  return sequence(integer(1), octets(member(privateKey, 'd')), der(0xa1, bits(publicOf(kind))));
}

const EXTRA = [NULL, octets(Buffer.of(1)), integer(0), sequence(), hex('00'), hex('ff')];

describe.each(kinds)('SubjectPublicKeyInfo of %s', (kind) => {
  const spki = (...parts: readonly Uint8Array[]) => sequence(IDENTIFIERS[kind], bits(publicOf(kind)), ...parts);

  it('is read', async () => {
    expect(spki()).toEqual(pairs[kind].publicKey.export({ type: 'spki', format: 'der' }));
    expect((await importPublic(spki(), kind)).algorithm).toBe(kind);
  });

  it('has nothing behind the key, before it or in it, and no unused bits', async () => {
    const key = publicOf(kind);
    const wrong = [
      ...EXTRA.map((extra) => spki(extra)),
      ...EXTRA.map((extra) => Buffer.concat([spki(), extra])),
      ...EXTRA.map((extra) => sequence(IDENTIFIERS[kind], extra, bits(key))),
      ...EXTRA.map((extra) => sequence(IDENTIFIERS[kind], bits(Buffer.concat([key, extra])))),
      sequence(IDENTIFIERS[kind], bits(key), bits(key)),
      ...[1, 4, 7].map((unused) => sequence(IDENTIFIERS[kind], bits(key, unused))),
      sequence(IDENTIFIERS[kind], octets(Buffer.of(0), key)),
      sequence(IDENTIFIERS[kind], der(3)),
      sequence(IDENTIFIERS[kind], bits(key.subarray(1))),
    ];
    for (const [index, bytes] of wrong.entries())
      await expect(importPublic(bytes, kind), `${index}`).rejects.toThrow(/^publicKey must be a PUBLIC KEY/);
  });

  it('names its algorithm in one way', async () => {
    const id = IDENTIFIERS[kind].subarray(2);
    for (const identifier of [
      ...EXTRA.map((extra) => sequence(id, extra)),
      sequence(id, NULL, NULL),
      sequence(id.subarray(0, -2)),
      sequence(),
    ])
      await expect(importPublic(sequence(identifier, bits(publicOf(kind))), kind)).rejects.toThrow(/^publicKey must be a PUBLIC KEY/);
  });
});

describe.each(kinds)('PKCS #8 of %s', (kind) => {
  const pkcs8 = (...parts: readonly Uint8Array[]) => sequence(integer(0), IDENTIFIERS[kind], octets(privateOf(kind)), ...parts);
  const version2 = (...parts: readonly Uint8Array[]) => sequence(integer(1), IDENTIFIERS[kind], octets(privateOf(kind)), ...parts);
  const beside = (bytes: Uint8Array, unused = 0) => der(0x81, Buffer.of(unused), bytes);
  const attributes = der(0xa0, sequence(oid('551d0f'), der(0x31, hex('03020780'))));

  it('is read', async () => {
    expect(pkcs8()).toEqual(pairs[kind].privateKey.export({ type: 'pkcs8', format: 'der' }));
    const { thumbprint } = await importPrivate(pkcs8(), kind);
    expect((await importPrivate(version2(beside(publicOf(kind))), kind)).thumbprint).toBe(thumbprint);
    // As some systems write it: what the key is for.
    expect((await importPrivate(pkcs8(attributes), kind)).thumbprint).toBe(thumbprint);
    expect((await importPrivate(version2(attributes, beside(publicOf(kind))), kind)).thumbprint).toBe(thumbprint);
  });

  it('has nothing besides the key', async () => {
    const key = publicOf(kind);
    const wrong = [
      ...EXTRA.map((extra) => pkcs8(extra)),
      ...EXTRA.map((extra) => Buffer.concat([pkcs8(), extra])),
      ...EXTRA.map((extra) => version2(beside(key), extra)),
      ...EXTRA.map((extra) => sequence(integer(0), IDENTIFIERS[kind], octets(privateOf(kind), extra))),
      version2(beside(key), beside(key)),
      version2(beside(key), attributes),
      version2(beside(key, 1)),
      version2(beside(key, 7)),
      version2(beside(Buffer.concat([key, Buffer.of(0)]))),
      version2(beside(key.subarray(1))),
      version2(der(0xa1, bits(key))),
      // What a version says must be so.
      version2(),
      pkcs8(beside(key)),
      pkcs8(attributes, attributes),
      pkcs8(hex('a000')),
      pkcs8(der(0xa0, octets(Buffer.alloc(32)))),
      sequence(integer(2), IDENTIFIERS[kind], octets(privateOf(kind))),
      sequence(integer(0, 0), IDENTIFIERS[kind], octets(privateOf(kind))),
      sequence(integer(0), IDENTIFIERS[kind], bits(privateOf(kind))),
    ];
    for (const [index, bytes] of wrong.entries())
      await expect(importPrivate(bytes, kind), `${index}`).rejects.toThrow(/^privateKey must be a PRIVATE KEY/);
  });

  it('has the public key that belongs to it', async () => {
    const other =
      kind === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : kind === 'rsa-v1_5-sha256'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 })
          : undefined;
    const curve = kind === 'ecdsa-p384-sha384' ? 'P-384' : 'P-256';
    const { publicKey } = other ?? generateKeyPairSync('ec', { namedCurve: curve });
    const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-publicOf(kind).length);
    await expect(importPrivate(version2(beside(bytes)), kind)).rejects.toThrow('privateKey and its public key do not belong together');
  });
});

describe('keys on a curve', () => {
  const kind = 'ecdsa-p256-sha256';
  const { privateKey } = pairs[kind];
  const d = member(privateKey, 'd');
  const curve = der(0xa0, oid('2a8648ce3d030107'));
  const point = der(0xa1, bits(publicOf(kind)));

  it('may leave their point out: it is derived', async () => {
    const bytes = sequence(integer(0), IDENTIFIERS[kind], octets(sequence(integer(1), octets(d))));
    const expected = await importPrivate(privateKey.export({ type: 'pkcs8', format: 'der' }));
    expect((await importPrivate(bytes)).thumbprint).toBe(expected.thumbprint);
    expect((await importPrivate(sequence(integer(1), octets(d), curve), undefined, 'EC PRIVATE KEY')).thumbprint).toBe(expected.thumbprint);
  });

  it('have nothing besides, in either wrapping', async () => {
    const wrong = [
      [integer(0), octets(d), point],
      [integer(1), octets(d.subarray(1)), point],
      [integer(1), octets(Buffer.of(0), d), point],
      [integer(1), octets(d), point, point],
      [integer(1), octets(d), point, curve],
      [integer(1), octets(d), curve, curve, point],
      [integer(1), octets(d), der(0xa0, oid('2b81040022')), point],
      [integer(1), octets(d), der(0xa0, oid('2a8648ce3d030107'), NULL), point],
      [integer(1), octets(d), der(0xa1, bits(publicOf(kind), 1))],
      [integer(1), octets(d), der(0xa1, bits(publicOf(kind)), NULL)],
      [integer(1), octets(d), der(0xa1, bits(publicOf(kind).subarray(0, 33)))],
      ...EXTRA.map((extra) => [integer(1), octets(d), curve, point, extra]),
    ];
    for (const [index, parts] of wrong.entries()) {
      await expect(importPrivate(sequence(integer(0), IDENTIFIERS[kind], octets(sequence(...parts)))), `${index}`).rejects.toThrow(
        /^privateKey must be/,
      );
      const named =
        parts.includes(curve) || parts.some((part) => part[0] === 0xa0) ? parts : [...parts.slice(0, 2), curve, ...parts.slice(2)];
      await expect(importPrivate(sequence(...named), undefined, 'EC PRIVATE KEY'), `SEC 1, ${index}`).rejects.toThrow(
        /^privateKey must be/,
      );
    }
  });

  it('are points that are written whole', async () => {
    const key = publicOf(kind);
    const compressed = Buffer.concat([Buffer.of(2 + (key[64]! & 1)), key.subarray(1, 33)]);
    for (const bytes of [compressed, Buffer.of(0), key.with(0, 6)])
      await expect(importPublic(sequence(IDENTIFIERS[kind], bits(bytes)))).rejects.toThrow(/^publicKey must be/);
  });
});

describe('RSA numbers', () => {
  const jwk = pairs['rsa-v1_5-sha256'].privateKey.export({ format: 'jwk' });
  const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;
  const unsigned = (bytes: Buffer, pad = bytes[0]! >= 0x80): Buffer => der(2, pad ? Buffer.of(0) : Buffer.alloc(0), bytes);
  const numbers = names.map((name) => unsigned(Buffer.from(jwk[name]!, 'base64url')));
  const options = { algorithm: 'rsa-v1_5-sha256' } as const;

  it('stand there once each, of two primes, in their shortest form', async () => {
    const read = (parts: readonly Uint8Array[]) => importPrivateKeyPem(pem('RSA PRIVATE KEY', sequence(...parts)), options);
    expect((await read([integer(0), ...numbers])).algorithm).toBe(options.algorithm);
    const wrong = [
      [integer(1), ...numbers],
      [integer(0), ...numbers, sequence()],
      [integer(1), ...numbers, sequence(sequence(numbers[3]!, numbers[5]!, numbers[7]!))],
      [integer(0), ...numbers.slice(0, -1)],
      [integer(0), ...numbers, integer(1)],
      ...names.map((_, index) => [
        integer(0),
        ...numbers.with(index, unsigned(Buffer.concat([Buffer.of(0), Buffer.from(jwk[names[index]!]!, 'base64url')]), true)),
      ]),
      [integer(0), ...numbers.with(0, unsigned(Buffer.from(jwk.n!, 'base64url'), false))],
      [integer(0), ...numbers.with(1, der(2))],
    ];
    for (const [index, parts] of wrong.entries()) await expect(read(parts), `${index}`).rejects.toThrow(/^privateKey must be/);
  });
});

describe('keys labelled RSASSA-PSS (RFC 4055)', () => {
  const RSASSA_PSS = oid('2a864886f70d01010a');
  const hash = { sha1: '2b0e03021a', sha256: '608648016503040201', sha512: '608648016503040203' };
  const hashed = (name: keyof typeof hash, ...params: readonly Uint8Array[]) => sequence(oid(hash[name]), ...params);
  const mgf1 = oid('2a864886f70d010108');
  const at = (tag: number, ...parts: readonly Uint8Array[]) => der(0xa0 + tag, ...parts);
  const full = [at(0, hashed('sha512', NULL)), at(1, sequence(mgf1, hashed('sha512', NULL))), at(2, integer(64))];
  const read = (...params: readonly Uint8Array[]) =>
    importPublic(sequence(sequence(RSASSA_PSS, ...params), bits(publicOf('rsa-v1_5-sha256'))));

  it('are for rsa-pss-sha512 if they are not restricted, or restricted to it', async () => {
    for (const params of [
      [],
      [sequence(...full)],
      [sequence(at(0, hashed('sha512')), at(1, sequence(mgf1, hashed('sha512'))), at(2, integer(64)))],
      // The salt of a key is the least that its signatures have; 20 bytes if nothing is said.
      [sequence(full[0]!, full[1]!)],
      [sequence(full[0]!, full[1]!, at(2, integer(0)))],
      [sequence(...full, at(3, integer(1)))],
    ]) {
      expect((await read(...params)).algorithm).toBe('rsa-pss-sha512');
    }
  });

  it('are for nothing we know if they are restricted to something else, whatever bytes they hold besides', async () => {
    const [first, second, third] = full as [Buffer, Buffer, Buffer];
    const wrong: readonly (readonly Uint8Array[])[] = [
      // All defaults: SHA-1.
      [sequence()],
      [NULL],
      [sequence(first)],
      [sequence(second)],
      [sequence(third)],
      [sequence(first, third)],
      [sequence(at(0, hashed('sha256', NULL)), second, third)],
      [sequence(first, at(1, sequence(mgf1, hashed('sha256', NULL))), third)],
      [sequence(first, at(1, sequence(oid('2a864886f70d010109'), hashed('sha512', NULL))), third)],
      [sequence(first, at(1, hashed('sha512', NULL)), third)],
      [sequence(first, second, at(2, integer(65)))],
      [sequence(first, second, at(2, integer(1, 0)))],
      [sequence(first, second, at(2, integer(0xff)))],
      [sequence(first, second, at(2, integer(0, 64)))],
      [sequence(first, second, third, at(3, integer(2)))],
      [sequence(first, second, third, at(4, integer(1)))],
      [sequence(...full, ...full)],
      [sequence(second, first, third)],
      [sequence(first, first, second, third)],
      [sequence(...full), NULL],
      [sequence(...full), sequence(...full)],
      // The object identifier of SHA-512 twice, as data.
      [sequence(octets(oid(hash.sha512), oid(hash.sha512)))],
      [sequence(at(0, hashed('sha1', octets(oid(hash.sha512)))), at(1, sequence(mgf1, hashed('sha1', octets(oid(hash.sha512))))), third)],
      [sequence(at(0, hashed('sha512', sequence())), second, third)],
      [sequence(at(0, hashed('sha512', NULL), NULL), second, third)],
      [sequence(at(0, hashed('sha512', NULL, NULL)), second, third)],
      [sequence(first, at(1, sequence(mgf1, hashed('sha512', NULL), NULL)), third)],
      [octets(...full)],
    ];
    for (const [index, params] of wrong.entries())
      await expect(read(...params), `${index}`).rejects.toThrow(/^publicKey must be a PUBLIC KEY/);
  });

  it('are read as private ones by the same rule', async () => {
    const key = octets(privateOf('rsa-v1_5-sha256'));
    expect((await importPrivate(sequence(integer(0), sequence(RSASSA_PSS, sequence(...full)), key))).algorithm).toBe('rsa-pss-sha512');
    await expect(importPrivate(sequence(integer(0), sequence(RSASSA_PSS, sequence()), key))).rejects.toThrow(/^privateKey must be/);
  });
});

describe('a damaged byte', () => {
  it('gives another key that is whole, or one of our errors', async () => {
    for (const kind of ['ed25519', 'ecdsa-p256-sha256'] as const) {
      const bytes = pairs[kind].privateKey.export({ type: 'pkcs8', format: 'der' });
      for (let index = 0; index < bytes.length; index++) {
        const error = await importPrivate(bytes.with(index, bytes[index]! ^ 0x11)).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect((error as Error).message).toMatch(/^(privateKey|publicKey|the key|jwk\.)/);
      }
    }
  });
});

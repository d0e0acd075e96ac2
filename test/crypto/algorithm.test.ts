/** The table, and that an algorithm is added in one place: in a copy of it, with one entry more, everything else works. */
import { createHash, createPrivateKey, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Algorithm, type AlgorithmEntry, algorithms, ecdsa, rsa } from '../../src/crypto/algorithm.ts';
import type { Jwk } from '../../src/crypto/jwk.ts';

describe('the algorithm table (RFC 9421, section 3.3)', () => {
  it('has the six registered algorithms', () => {
    expect(Object.keys(algorithms)).toEqual([
      'hmac-sha256',
      'ed25519',
      'ecdsa-p256-sha256',
      'ecdsa-p384-sha384',
      'rsa-pss-sha512',
      'rsa-v1_5-sha256',
    ]);
    expect(algorithms['rsa-pss-sha512'].params).toEqual({ name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 });
    expect(Object.isFrozen(algorithms)).toBe(true);
    expect(Object.getPrototypeOf(algorithms)).toBe(null);
  });
});

const ODD = new Uint8Array(100).fill(7);

/** Of nobody's registry; WebCrypto happens to know their mathematics. */
const madeUp: Readonly<Record<string, AlgorithmEntry>> = {
  'ecdsa-p521-sha512': ecdsa({
    crv: 'P-521',
    hash: 'SHA-512',
    jose: 'ES512',
    fieldBytes: 66,
    identifier: '301006072a8648ce3d020106052b81040023',
    x: 'AMaFjga3BATpzZ4-y2YjlbRCnGSBOQU_tSH4KK9ga009uqFLXnfv51ko_h3BJ6L_qN4zSLPBhWpCm_l-fjHC5b1m',
    y: 'ARg5KWp4mjvABFyKX7QsfRvZmPVESVebRGgXr70XJz5mLJfucple9CZAxVC5AT-tB2E1PHCGonLCQIi-lHaf0WZQ',
  }),
  'rsa-pss-sha256': rsa({ name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 }, 'PS256', '608648016503040201'),
};

/** All modules anew, over a table that has one entry more. */
async function withEntry(name: string) {
  vi.resetModules();
  vi.doMock('../../src/crypto/algorithm.ts', async (importOriginal) => ({
    ...(await importOriginal<object>()),
    algorithms: Object.freeze(Object.assign(Object.create(null), algorithms, { [name]: madeUp[name] })),
  }));
  const { generateKeyPair, ...keyPairs } = await import('../../src/key-pairs/index.ts');
  return {
    ...keyPairs,
    generateKeyPair,
    ...(await import('../../src/crypto/dummy-verification.ts')),
    ...(await import('../../src/crypto/key.ts')),
    ...(await import('../../src/http/sign-request.ts')),
    ...(await import('../../src/http/verifier.ts')),
  };
}

afterEach(() => {
  vi.doUnmock('../../src/crypto/algorithm.ts');
  vi.restoreAllMocks();
  vi.resetModules();
});

describe.each(Object.keys(madeUp))('%s, made up by one entry', (made) => {
  const algorithm = made as Exclude<Algorithm, 'hmac-sha256'>;
  let library: Awaited<ReturnType<typeof withEntry>>;
  beforeEach(async () => {
    library = await withEntry(made);
  });
  const pairOf = () => library.generateKeyPair({ algorithm, modulusLength: 2048, extractable: true });

  it('is generated, signs and verifies', async () => {
    const { privateKey, publicKey } = await pairOf();
    const signature = await privateKey.sign(ODD);
    expect(publicKey.algorithm).toBe(made);
    expect(library.isAlgorithm(made)).toBe(true);
    expect(library.signatureLength(publicKey)).toBe(signature.length);
    expect(await publicKey.verify(ODD, signature)).toBe(true);
    expect(await publicKey.verify(ODD, signature.with(9, signature[9]! ^ 1))).toBe(false);
    expect(await publicKey.verify(ODD, new Uint8Array([...signature, 0]))).toBe(false);
  });

  it('is read from JWK and written as one', async () => {
    const { privateKey, publicKey } = await pairOf();
    const { jose } = madeUp[made]!;
    const read = await library.importPublicKeyJwk({ ...library.exportPublicKeyJwk(publicKey), alg: jose[0] });
    const own = await library.importPrivateKeyJwk({ ...library.exportPrivateKeyJwk(privateKey), alg: jose[0] });
    expect([read.algorithm, own.algorithm]).toEqual([made, made]);
    expect(await read.verify(ODD, await own.sign(ODD))).toBe(true);
    await expect(library.importPublicKeyJwk({ ...library.exportPublicKeyJwk(publicKey), alg: 'ES256' })).rejects.toThrow(
      'jwk is no key for',
    );
  });

  it('is read from PEM and written as such, as node:crypto does', async () => {
    const { privateKey, publicKey } = await pairOf();
    const [publicPem, privatePem] = [await library.exportPublicKeyPem(publicKey), await library.exportPrivateKeyPem(privateKey)];
    expect(createPublicKey(publicPem).export({ type: 'spki', format: 'pem' })).toBe(publicPem);
    expect(createPrivateKey(privatePem).export({ type: 'pkcs8', format: 'pem' })).toBe(privatePem);
    const own = await library.importPrivateKeyPem(privatePem, { algorithm });
    expect(await (await library.importPublicKeyPem(publicPem, { algorithm })).verify(ODD, await own.sign(ODD))).toBe(true);
    if (made.startsWith('ecdsa')) {
      const sec1 = createPrivateKey(privatePem).export({ type: 'sec1', format: 'pem' }) as string;
      expect((await library.importPrivateKeyPem(sec1)).thumbprint).toBe(privateKey.thumbprint);
      const signature = await own.sign(ODD);
      expect(nodeVerify('sha512', ODD, { key: createPublicKey(publicPem), dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
  });

  it('is taken as CryptoKey', async () => {
    const { params } = madeUp[made]!;
    const generate = { ...params, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const pair = (await crypto.subtle.generateKey(generate, false, ['sign', 'verify'])) as CryptoKeyPair;
    const own = await library.importPrivateCryptoKey(pair.privateKey, { publicKey: pair.publicKey });
    expect(own.algorithm).toBe(made);
    expect(await (await library.importPublicCryptoKey(pair.publicKey)).verify(ODD, await own.sign(ODD))).toBe(true);
  });

  it('has a thumbprint', async () => {
    const { privateKey, publicKey } = await pairOf();
    const { e, kty, n, crv, x, y }: Jwk = publicKey.jwk;
    const hashed = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y };
    const expected = createHash('sha256').update(JSON.stringify(hashed)).digest('base64url');
    expect([await library.jwkThumbprint(publicKey.jwk), privateKey.thumbprint]).toEqual([expected, expected]);
  });

  it('signs and verifies a request', async () => {
    const { privateKey, publicKey } = await pairOf();
    const signer = library.createSigner({ privateKey });
    const request = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [], body: undefined } as const;
    const { fields } = await library.signRequest(request, { signer, includeAlg: true });
    const verifier = library.createVerifier({
      authority: 'bank.example',
      resolveKey: (keyid) => (keyid === signer.keyid ? publicKey : undefined),
      replayStore: { consume: () => 'consumed' },
    });
    const verified = await verifier.verifyRequest({ ...request, fields });
    expect(verified.signatures[0].algorithm).toBe(made);
  });

  it('has a dummy verification of its own, of one call', async () => {
    const length = made.startsWith('ecdsa') ? 132 : 256;
    await library.dummyVerify(new Uint8Array(length).fill(1), ODD);
    const verify = vi.spyOn(crypto.subtle, 'verify');
    await library.dummyVerify(new Uint8Array(length).fill(1), ODD);
    expect(verify).toHaveBeenCalledTimes(1);
    const { params } = madeUp[made]!;
    expect(verify.mock.calls[0]![0]).toMatchObject(length === 132 ? params : { name: 'RSA-PSS' });
    await expect(Promise.resolve(verify.mock.results[0]!.value)).resolves.toBe(false);
  });
});

/**
 * Keys in every form: generated, imported, exported, refused.
 *
 * @module
 */

import { createSigner, generateKeyPair, generateSecret, hmacKey, hmacSigner, type PrivateKey, type VerificationKey } from 'countersign';
import {
  decodeBase64url,
  decodeHex,
  encodeBase64url,
  encodeHex,
  exportPrivateKeyJwk,
  exportPrivateKeyPem,
  exportPrivateKeyRaw,
  exportPublicKeyJwk,
  exportPublicKeyPem,
  exportPublicKeyRaw,
  importPrivateCryptoKey,
  importPrivateKeyJwk,
  importPrivateKeyPem,
  importPrivateKeyRaw,
  importPublicKeyJwk,
  importPublicKeyPem,
  importPublicKeyRaw,
  jwkThumbprint,
} from 'countersign/key-pairs';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine, hex, injectedRandom, unhex, utf8 } from './engine.ts';
import { IN_PAGE, SECRET, SEED } from './keys.ts';

/** RFC 8032, section 7.1, test 2. */
const RFC8032 = {
  seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  message: '72',
  signature:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
};

/** RFC 8037, appendix A.1 to A.3. */
const RFC8037 = {
  jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
};

const BASE: Uint8Array = utf8('"@method": POST\n"@signature-params": ("@method");created=1');

async function works(privateKey: PrivateKey, publicKey: VerificationKey): Promise<void> {
  const signature = await privateKey.sign(BASE);
  equal(await publicKey.verify(BASE, signature), true, 'the signature');
  equal(await publicKey.verify(utf8('something else'), signature), false, 'the signature of something else');
  const bent = new Uint8Array(signature);
  bent[5] = bent[5]! ^ 1;
  equal(await publicKey.verify(BASE, bent), false, 'a bent signature');
  equal(await publicKey.verify(BASE, bent.subarray(1)), false, 'a short signature');
}

/** Declares the tests. */
export function keyTests(test: Declare): void {
  test('signs as RFC 8032 says', async () => {
    const privateKey = await importPrivateKeyRaw(decodeHex(RFC8032.seed));
    equal(encodeHex(exportPublicKeyRaw(privateKey)), RFC8032.publicKey);
    equal(hex(await privateKey.sign(unhex(RFC8032.message))), RFC8032.signature);
    equal(await (await importPublicKeyRaw(decodeHex(RFC8032.publicKey))).verify(unhex(RFC8032.message), unhex(RFC8032.signature)), true);
  });
  test('knows the thumbprint of RFC 8037', async () => {
    equal(await jwkThumbprint(RFC8037.jwk), RFC8037.thumbprint);
    const privateKey = await importPrivateKeyJwk({ ...RFC8037.jwk, d: RFC8037.d });
    equal(createSigner({ privateKey }).keyid, RFC8037.thumbprint);
  });
  test('generates a pair that works, its private half not to be had', async () => {
    const { privateKey, publicKey } = await generateKeyPair({ ...injectedRandom });
    await works(privateKey, publicKey);
    await refuses(() => exportPrivateKeyRaw(privateKey), 'TypeError');
    ok(!JSON.stringify(privateKey).includes('"d"'), 'JSON does not show the private key');
  });
  test('takes seeds and public keys with zeros at their ends', async () => {
    // Any 32 bytes are a seed.
    const zeros = {
      first: new Uint8Array(32).fill(7).fill(0, 0, 2),
      last: new Uint8Array(32).fill(7).fill(0, 30),
      all: new Uint8Array(32),
    };
    for (const seed of Object.values(zeros)) {
      const privateKey = await importPrivateKeyRaw(seed);
      await works(privateKey, await importPublicKeyRaw(exportPublicKeyRaw(privateKey)));
    }
  });
  test('exports and imports raw, base64url, hex and JWK', roundTrips);
  test('exports and imports PEM', async () => {
    const privateKey = await importPrivateKeyRaw(SEED, { extractable: true });
    await works(
      await importPrivateKeyPem(await exportPrivateKeyPem(privateKey)),
      await importPublicKeyPem(await exportPublicKeyPem(privateKey)),
    );
  });
  test('refuses keys that are none', refusals);
  hmacTests(test);
  webCryptoTests(test);
}

async function roundTrips(): Promise<void> {
  const key = await importPrivateKeyRaw(SEED, { extractable: true });
  const privateKeys = [
    await importPrivateKeyRaw(exportPrivateKeyRaw(key)),
    await importPrivateKeyRaw(decodeBase64url(encodeBase64url(exportPrivateKeyRaw(key)))),
    await importPrivateKeyRaw(decodeHex(encodeHex(exportPrivateKeyRaw(key)))),
    await importPrivateKeyJwk(exportPrivateKeyJwk(key)),
  ];
  const publicKeys = [
    await importPublicKeyRaw(exportPublicKeyRaw(key)),
    await importPublicKeyRaw(decodeBase64url(encodeBase64url(exportPublicKeyRaw(key)))),
    await importPublicKeyRaw(decodeHex(encodeHex(exportPublicKeyRaw(key)))),
    await importPublicKeyJwk(exportPublicKeyJwk(key)),
  ];
  for (const [index, privateKey] of privateKeys.entries()) await works(privateKey, publicKeys[index]!);
}

async function refusals(): Promise<void> {
  await refuses(() => importPublicKeyRaw(new Uint8Array(31)), 'RangeError');
  await refuses(() => importPublicKeyRaw(decodeHex('zz')), 'TypeError');
  // Of small order: it would verify nearly anything.
  await refuses(() => importPublicKeyRaw(new Uint8Array(32)), 'RangeError');
  // A JWK whose public half is another's: signing with it would give the private key away.
  await refuses(() => importPrivateKeyJwk({ ...RFC8037.jwk, d: exportable() }), 'TypeError');
}

function exportable(): string {
  return 'TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs';
}

function hmacTests(test: Declare): void {
  test('signs and verifies with a secret of text and of bytes', async () => {
    const signature = await hmacSigner({ keyid: 'jdoe', secret: SECRET, ...IN_PAGE }).sign(BASE);
    equal(await hmacKey(utf8(SECRET), IN_PAGE).verify(BASE, signature), true);
    equal(await hmacKey(`${SECRET}x`, IN_PAGE).verify(BASE, signature), false);
  });
  test('generates secrets of 32 bytes', () => equal(generateSecret({ ...injectedRandom }).length, 32));
  test('refuses short secrets and public keys taken for secrets', async () => {
    await refuses(() => hmacKey('short', IN_PAGE), 'RangeError');
    const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----';
    await refuses(() => hmacKey(pem, IN_PAGE), 'TypeError');
  });
  test('lets a page have a secret only when told to', async () => {
    if (engine.document === undefined) equal(hmacKey(SECRET).algorithm, 'hmac-sha256');
    else await refuses(() => hmacKey(SECRET), 'TypeError');
  });
}

function webCryptoTests(test: Declare): void {
  const subtle = engine.crypto?.subtle as SubtleCrypto | undefined;
  for (const algorithm of ['ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa-pss-sha512', 'rsa-v1_5-sha256'] as const) {
    test(`${algorithm}${subtle === undefined ? ' is refused without WebCrypto' : ''}`, async () => {
      const generate = () => generateKeyPair({ algorithm, modulusLength: 2048 });
      if (subtle === undefined) return void (await refuses(generate, 'TypeError'));
      const { privateKey, publicKey } = await generate();
      await works(privateKey, publicKey);
      await works(privateKey, await importPublicKeyJwk(exportPublicKeyJwk(publicKey), { algorithm }));
    });
  }
  if (subtle === undefined) return;
  test('takes CryptoKeys that cannot be extracted', async () => {
    const generate = async () => (await subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    // Any 32 bytes are a seed.
    const pair = await generate().catch(generate).catch(generate);
    const privateKey = await importPrivateCryptoKey(pair.privateKey, { publicKey: pair.publicKey });
    await works(privateKey, await importPublicKeyRaw(new Uint8Array(await subtle.exportKey('raw', pair.publicKey))));
    const secret = await subtle.importKey('raw', utf8(SECRET), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    const signature = await hmacSigner({ keyid: 'jdoe', secret }).sign(BASE);
    equal(await hmacKey(SECRET, IN_PAGE).verify(BASE, signature), true);
    equal(await hmacKey(secret).verify(BASE, signature), true);
  });
}

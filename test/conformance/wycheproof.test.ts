/**
 * Project Wycheproof, every algorithm, on every implementation we may run on.
 */
import { expect, it } from 'vitest';
import { isAcceptableKey, isAcceptableSignature } from '../../src/crypto/ed25519/gate.ts';
import { nodePublic } from '../../src/crypto/ed25519/node.ts';
import { webPublic } from '../../src/crypto/ed25519/web.ts';
import { importPublicKeyJwk, importPublicKeyPem } from '../../src/crypto/forms/import.ts';
import { importPublicKeyRaw } from '../../src/crypto/forms/raw.ts';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import { nodeMac } from '../../src/crypto/hmac/mac.ts';
import { preparePublic as fallbackPublic, prepareMac as nobleMac } from '../../src/crypto/javascript.ts';
import type { Jwk } from '../../src/crypto/jwk.ts';
import type { VerificationKey } from '../../src/crypto/key.ts';
import { nodeCrypto } from '../../src/crypto/runtime.ts';
import { fromHex, toHex } from '../../src/internal/hex.ts';

import { describeWithVectors, readVectorJson } from '../support/vectors.ts';

interface Test {
  readonly tcId: number;
  readonly msg: string;
  readonly sig: string;
  readonly key: string;
  readonly tag: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

interface Group {
  readonly tests: readonly Test[];
  readonly tagSize: number;
  readonly publicKey: { readonly pk: string };
  readonly publicKeyPem: string;
  readonly publicKeyJwk?: Jwk;
  readonly keyJwk?: Jwk;
}

const node = nodeCrypto()!;
const bytes = (hex: string): Uint8Array<ArrayBuffer> => fromHex(hex)!;
const groupsOf = (file: string): readonly Group[] => readVectorJson<{ testGroups: Group[] }>(`wycheproof/${file}_test.json`).testGroups;
const idsOf = (groups: readonly Group[], ...results: readonly Test['result'][]): readonly number[] =>
  groups.flatMap(({ tests }) => tests.filter(({ result }) => results.includes(result)).map(({ tcId }) => tcId));

/** The tests a key accepts; a verification that throws fails the suite. */
async function accepted(
  groups: readonly Group[],
  keyOf: (group: Group) => Promise<Pick<VerificationKey, 'verify'>>,
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const group of groups) {
    const key = await keyOf(group);
    for (const { tcId, msg, sig } of group.tests) if ((await key.verify(bytes(msg), bytes(sig))) === true) ids.push(tcId);
  }
  return ids;
}

describeWithVectors('Wycheproof: Ed25519', () => {
  const groups = groupsOf('ed25519');
  const implementations = {
    'node:crypto': (key: Uint8Array) => nodePublic(node, key),
    WebCrypto: async (key: Uint8Array) => (await webPublic(crypto.subtle, key))!,
    JavaScript: fallbackPublic,
  };

  for (const [name, prepare] of Object.entries(implementations)) {
    it(`holds on ${name}`, async () => {
      const found = await accepted(groups, async ({ publicKey: { pk } }) => {
        const verify = isAcceptableKey(bytes(pk)) ? await prepare(bytes(pk)) : () => false;
        return { verify: (base, signature) => isAcceptableSignature(signature) && verify(base, signature) };
      });
      expect(found).toEqual(idsOf(groups, 'valid'));
      expect(found).toHaveLength(88);
    });
  }

  it('holds for keys from hex, PEM and JWK', async () => {
    expect(await accepted(groups, ({ publicKey }) => importPublicKeyRaw(bytes(publicKey.pk)))).toEqual(idsOf(groups, 'valid'));
    expect(await accepted(groups, ({ publicKeyPem }) => importPublicKeyPem(publicKeyPem))).toEqual(idsOf(groups, 'valid'));
    expect(await accepted(groups, ({ publicKeyJwk }) => importPublicKeyJwk(publicKeyJwk!))).toEqual(idsOf(groups, 'valid'));
  });
});

describeWithVectors('Wycheproof: HMAC-SHA256', () => {
  const groups = groupsOf('hmac_sha256');
  const backends = { 'node:crypto': (key: Uint8Array) => nodeMac(node, key), JavaScript: nobleMac };

  for (const [name, prepare] of Object.entries(backends)) {
    it(`computes every code with ${name}`, () => {
      const found = groups.flatMap(({ tests, tagSize }) =>
        tests.filter(({ key, msg, tag }) => toHex(prepare(bytes(key))(bytes(msg))).slice(0, tagSize / 4) === tag).map(({ tcId }) => tcId),
      );
      expect(found).toEqual(idsOf(groups, 'valid'));
    });
  }

  it('verifies whole codes only: by bytes and by CryptoKey', async () => {
    for (const { tests, tagSize } of groups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        if (key.length < 32) continue;
        const options = { insecurelyAllowShortSecret: true };
        const cryptoKey = await crypto.subtle.importKey('raw', bytes(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
        const expected = result === 'valid' && tagSize === 256;
        expect(hmacKey(bytes(key), options).verify(bytes(msg), bytes(tag)), `tcId ${tcId}`).toBe(expected);
        expect(await hmacKey(cryptoKey, options).verify(bytes(msg), bytes(tag)), `tcId ${tcId}`).toBe(expected);
      }
    }
  });
});

describeWithVectors('Wycheproof: ECDSA, r and s', () => {
  for (const [file, algorithm] of [
    ['ecdsa_secp256r1_sha256_p1363', 'ecdsa-p256-sha256'],
    ['ecdsa_secp384r1_sha384_p1363', 'ecdsa-p384-sha384'],
  ] as const) {
    it(`holds for ${algorithm}`, async () => {
      const groups = groupsOf(file);
      expect(await accepted(groups, ({ publicKeyPem }) => importPublicKeyPem(publicKeyPem, { algorithm }))).toEqual(idsOf(groups, 'valid'));
      const withJwk = groups.filter(({ publicKeyJwk }) => publicKeyJwk !== undefined);
      expect(await accepted(withJwk, ({ publicKeyJwk }) => importPublicKeyJwk(publicKeyJwk!))).toEqual(idsOf(withJwk, 'valid'));
      expect(withJwk.length).toBeGreaterThan(1);
    });
  }
});

describeWithVectors('Wycheproof: RSA', () => {
  it('holds for rsa-pss-sha512, keys labelled RSASSA-PSS', async () => {
    const algorithm = 'rsa-pss-sha512';
    const groups = groupsOf('rsa_pss_4096_sha512_mgf1_64_params');
    expect(await accepted(groups, ({ publicKeyPem }) => importPublicKeyPem(publicKeyPem, { algorithm }))).toEqual(idsOf(groups, 'valid'));
  });

  it('accepts no salt of 32 bytes: RFC 9421, section 3.3.1, says 64', async () => {
    const algorithm = 'rsa-pss-sha512';
    const groups = groupsOf('rsa_pss_4096_sha512_mgf1_32');
    const found = await accepted(groups, ({ publicKeyPem }) => importPublicKeyPem(publicKeyPem, { algorithm }));
    expect(found.filter((id) => idsOf(groups, 'valid').includes(id))).toEqual([]);
  });

  it('holds for rsa-v1_5-sha256; what is merely acceptable is refused', async () => {
    const algorithm = 'rsa-v1_5-sha256';
    const groups = groupsOf('rsa_signature_2048_sha256');
    expect(await accepted(groups, ({ publicKeyPem }) => importPublicKeyPem(publicKeyPem, { algorithm }))).toEqual(idsOf(groups, 'valid'));
  });
});

/**
 * Whoever guesses keyids must not learn which exist: an unknown key and a wrong signature leave as one answer.
 *
 * That both take as long is shown by `npm run bench`.
 */
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import type { VerificationKey } from '../../src/crypto/key.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { VerificationError } from '../../src/errors.ts';
import { toBase64 } from '../../src/internal/base64.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import type { KeyLookup } from '../../src/signature/key-record.ts';

import { SECRET, signed, signer, verifier } from '../support/bank.ts';

/** A request whose signature is of that length and nobody's. The bytes pass as an Ed25519 signature: R is a point, S small. */
async function forged(length: number): Promise<RequestMessage> {
  const bytes = new Uint8Array(length).fill(0x66);
  bytes[0] = 0x58;
  bytes[length - 1] = 0x06;
  const request = await signed({ body: undefined }, { signer: { ...signer, sign: () => bytes } });
  expect(JSON.stringify(request.fields)).toContain(toBase64(bytes));
  return request;
}

const publicKeyOf = async (algorithm: 'ed25519' | 'ecdsa-p256-sha256' | 'ecdsa-p384-sha384' | 'rsa-pss-sha512' | 'rsa-v1_5-sha256') =>
  (await generateKeyPair({ algorithm, modulusLength: 2048 })).publicKey;

const keys: readonly VerificationKey[] = [
  hmacKey(SECRET),
  await publicKeyOf('ed25519'),
  await publicKeyOf('ecdsa-p256-sha256'),
  await publicKeyOf('ecdsa-p384-sha384'),
  await publicKeyOf('rsa-pss-sha512'),
  await publicKeyOf('rsa-v1_5-sha256'),
];
const LENGTHS = [0, 1, 32, 64, 96, 256, 384, 512];

async function refusalOf(request: RequestMessage, found: KeyLookup, policy = {}): Promise<VerificationError> {
  const error: unknown = await verifier({ resolveKey: () => found, policy })
    .verifyRequest(request)
    .then(
      () => new Error('accepted'),
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof VerificationError)) throw error;
  return error;
}

const answerOf = (error: VerificationError): string => JSON.stringify(error.toProblem());

describe.each(keys.map((key) => [key.algorithm, key] as const))('a wrong signature under a key of %s', (_, key) => {
  it.each(LENGTHS)('of %i bytes: the answer of an unknown key', async (length) => {
    const request = await forged(length);
    const unknown = await refusalOf(request, undefined);
    expect(unknown.code).toBe('key_unknown');
    for (const found of [key, { key: [key, key] }, { key: [key, hmacKey(`another ${SECRET}`)] }]) {
      const wrong = await refusalOf(request, found);
      expect(wrong.code).toBe('signature_mismatch');
      expect(answerOf(wrong)).toBe(answerOf(unknown));
    }
    const forbidden = await refusalOf(request, key, {
      algorithms: [key.algorithm === 'ed25519' ? 'hmac-sha256' : 'ed25519'],
    });
    expect(forbidden.code).toBe('algorithm_forbidden');
    expect(answerOf(forbidden)).toBe(answerOf(unknown));
  });
});

describe('a record with two keys', () => {
  it('has each asked at most once', async () => {
    const asked: number[] = [0, 0];
    const counting = (index: number): VerificationKey => ({
      algorithm: 'hmac-sha256',
      verify: () => {
        asked[index]!++;
        return false;
      },
    });
    expect((await refusalOf(await forged(32), { key: [counting(0), counting(1)] })).code).toBe('signature_mismatch');
    expect(asked).toEqual([1, 1]);
  });
});

describe('a record with more keys', () => {
  it('has at most two that may have made a signature of one length', async () => {
    const [hmac, ed25519, p256, p384, pss, rsa] = keys as readonly [VerificationKey, VerificationKey, ...VerificationKey[]];
    const few = [
      [hmac, ed25519, p256],
      [hmac, hmac, ed25519, p256, p384],
      [pss!, rsa!, p384!, p384!, ed25519],
    ];
    for (const key of few) expect((await refusalOf(await forged(64), { key } as KeyLookup)).code).toBe('signature_mismatch');
    const many = [
      [hmac, hmac, hmac],
      [ed25519, ed25519, p256],
      [ed25519, hmac, p256, p256],
      [pss, rsa, rsa],
    ];
    for (const key of many) await expect(refusalOf(await forged(64), { key } as KeyLookup)).rejects.toThrow(/more than 2 keys/);
  });

  it('of a KMS too, which says no length', async () => {
    const kms: VerificationKey = { algorithm: 'rsa-pss-sha512', verify: () => false };
    await expect(refusalOf(await forged(256), { key: [kms, kms, kms] })).rejects.toThrow(
      'more than 2 keys for rsa-pss-sha512, in one record',
    );
  });
});

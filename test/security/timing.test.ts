/** Whoever guesses keyids must not learn by the clock which exist. */
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac.ts';
import type { VerificationKey } from '../../src/crypto/key.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { encodeBase64 } from '../../src/internal/base64.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';

import { codeOf, SECRET, signed, signer, verifier } from '../support/bank.ts';

/** A request whose signature is of that length and nobody's. The bytes pass as an Ed25519 signature: R is a point, S small. */
async function forged(length: number): Promise<RequestMessage> {
  const bytes = new Uint8Array(length).fill(0x66);
  bytes[0] = 0x58;
  bytes[length - 1] = 0x06;
  const request = await signed({ body: undefined }, { signer: { ...signer, sign: () => bytes } });
  expect(JSON.stringify(request.fields)).toContain(encodeBase64(bytes));
  return request;
}

/** Medians of interleaved runs, so that neighbours disturb both alike; the best of several attempts. */
async function timeRatio(first: () => Promise<unknown>, second: () => Promise<unknown>, runs: number): Promise<number> {
  const spread = (ratio: number) => Math.max(ratio, 1 / ratio);
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 30 && !(spread(best) <= 1.3); attempt++) {
    const times: [number[], number[]] = [[], []];
    for (let run = 0; run < 2 * runs; run++) {
      const start = performance.now();
      await (run % 2 === 0 ? first : second)();
      times[run % 2]!.push(performance.now() - start);
    }
    const [one, other] = times.map((list) => list.sort((a, b) => a - b)[runs >> 1]!) as [number, number];
    if (spread(one / other) < spread(best)) best = one / other;
  }
  return spread(best);
}

const ed25519 = await generateKeyPair();
const p384 = await generateKeyPair({ algorithm: 'ecdsa-p384-sha384' });

const cases: readonly (readonly [string, VerificationKey, number, number])[] = [
  ['an HMAC key and a signature of its length', hmacKey(SECRET), 32, 1500],
  ['an HMAC key and a signature as long as Ed25519', hmacKey(SECRET), 64, 300],
  ['an Ed25519 key and a signature of its length', ed25519.publicKey, 64, 300],
  ['an Ed25519 key and a signature as long as HMAC', ed25519.publicKey, 32, 1500],
  ['a P-384 key and a signature as long as Ed25519', p384.publicKey, 64, 300],
];

describe('an unknown key takes as long as a wrong signature', () => {
  it.each(cases)('%s', async (_, key, length, runs) => {
    const request = await forged(length);
    const known = verifier({ resolveKey: () => key });
    const unknown = verifier({ resolveKey: () => undefined });
    expect(await codeOf(() => known.verifyRequest(request))).toBe('signature_mismatch');
    expect(await codeOf(() => unknown.verifyRequest(request))).toBe('key_unknown');
    const ratio = await timeRatio(
      () => codeOf(() => known.verifyRequest(request)),
      () => codeOf(() => unknown.verifyRequest(request)),
      runs,
    );
    expect(ratio).toBeLessThanOrEqual(1.3);
  });

  it('and a key that the policy forbids, too', async () => {
    const request = await forged(64);
    const wrong = verifier({ resolveKey: () => ed25519.publicKey });
    const forbidden = verifier({ resolveKey: () => ed25519.publicKey, policy: { algorithms: ['hmac-sha256'] } });
    expect(await codeOf(() => forbidden.verifyRequest(request))).toBe('algorithm_forbidden');
    const ratio = await timeRatio(
      () => codeOf(() => wrong.verifyRequest(request)),
      () => codeOf(() => forbidden.verifyRequest(request)),
      300,
    );
    expect(ratio).toBeLessThanOrEqual(1.3);
  });
});

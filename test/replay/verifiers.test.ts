import { describe, expect, it } from 'vitest';
import type { VerifierOptions } from '../../src/http/verifier-options.ts';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';
import { type ConsumeRequest, replayScope } from '../../src/replay/store.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { verifyUrl } from '../../src/url/verify-url.ts';
import { codeOf, key, NOW, signed, signer, verdict } from '../support/bank.ts';

const WEEK = 604_800;

/** What a verifier asks of its store about one message. */
async function askedFor(signing: object, options: Partial<VerifierOptions> = {}): Promise<ConsumeRequest> {
  const asked: ConsumeRequest[] = [];
  const consume = (request: ConsumeRequest) => {
    asked.push(request);
    return 'consumed' as const;
  };
  expect(await verdict(await signed({}, signing), { replayStore: { consume }, ...options })).toBe('accepted');
  expect(asked).toHaveLength(1);
  return asked[0]!;
}

describe('what verifiers ask of replay stores', () => {
  it('names a record by keyid, tag and nonce, and gives the tenant for quotas', async () => {
    const resolveKey = () => ({ key, tenant: 'acme' });
    expect(await askedFor({ nonce: 'n' }, { resolveKey })).toMatchObject({
      tenant: 'acme',
      scope: replayScope('jdoe', undefined),
      nonce: 'n',
    });
    expect((await askedFor({ tag: 'app' }, { policy: { tag: 'app' } })).scope).toBe(replayScope('jdoe', 'app'));
  });

  it('keeps a record for a second longer than anybody accepts the message, by their clocks', async () => {
    expect(await askedFor({})).toMatchObject({ created: NOW, keepUntil: NOW + 306, now: NOW, futureSkew: 5 });
    expect((await askedFor({})).expires).toBeUndefined();
    expect(await askedFor({ expiresIn: 60 })).toMatchObject({ expires: NOW + 60, keepUntil: NOW + 66 });
    expect(await askedFor({}, { policy: { maxAge: 3600, futureSkew: 0 } })).toMatchObject({ keepUntil: NOW + 3601, futureSkew: 0 });
  });
});

describe('verifiers that share a store in memory', () => {
  it('accept one message once in all, though one accepts it for 300 s and the other for 3600 s', async () => {
    for (const [first, second] of [
      [300, 3600],
      [3600, 300],
    ] as const) {
      for (const later of [0, 100, 299, 300, 301, 305, 306, 307, 400, 700, 3599, 3600]) {
        const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
        const meet = async (request: Awaited<ReturnType<typeof signed>>, maxAge: number, now: number) =>
          verdict(request, { replayStore, policy: { maxAge }, now: () => now });
        const request = await signed();
        expect(await meet(request, first, NOW)).toBe('accepted');
        for (let now = NOW; now < NOW + later; now += 100) await meet(await signed({}, { now: () => now }), 300, now);
        expect(await meet(request, second, NOW + later), `${first} s, then ${second} s, ${later} s later`).not.toBe('accepted');
      }
    }
  });

  it('accept nothing again because its key was given a tenant', async () => {
    const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const request = await signed();
    expect(await verdict(request, { replayStore, resolveKey: () => key })).toBe('accepted');
    expect(await verdict(request, { replayStore, resolveKey: () => ({ key, tenant: 'acme' }) })).toBe('nonce_replayed');
  });

  it('accept a URL in the last second of its week, once, while the same key sends requests and short URLs', async () => {
    const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, capacity: 1000 });
    const sign = (now: number, expiresIn: number) =>
      signUrl('https://bank.example/file', { signer, expiresIn, oneTime: true, now: () => now });
    const open = (url: string, now: number) =>
      codeOf(() => verifyUrl({ url }, { authority: 'bank.example', resolveKey: () => key, replayStore, now: () => now }));
    const url = await sign(NOW, WEEK);
    for (let now = NOW; now < NOW + WEEK; now += 310) {
      expect(await verdict(await signed({}, { now: () => now }), { replayStore, now: () => now })).toBe('accepted');
      expect(await open(await sign(now, 60), now)).toBe('accepted');
    }
    expect(await open(url, NOW + WEEK)).toBe('accepted');
    expect(await open(url, NOW + WEEK)).toBe('nonce_replayed');
  });
});

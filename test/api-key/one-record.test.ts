/** Whatever carries a key, one record says what becomes of it: one change ends all its uses. */
import { createVerifier, hmacSigner, isVerificationError, memoryReplayStore, type RequestMessage, signRequest } from 'countersign';
import type { ApiKeys } from 'countersign/api-keys';
import { signPayload, verifyPayload } from 'countersign/payload';
import { signUrl, verifyUrl } from 'countersign/url';
import { describe, expect, it } from 'vitest';
import { openKeys } from './setup.ts';

const MESSAGE: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };

const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    return error.code;
  }
};

/** Each use of a signing key, and what its owner hears when it has ended. */
function usesOf(apiKeys: ApiKeys, { keyid, secret }: { readonly keyid: string; readonly secret: string }, now: () => number) {
  const signer = hmacSigner({ keyid, secret });
  const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
  const { resolveKey } = apiKeys;
  const verifier = createVerifier({ authority: 'bank.example', resolveKey, replayStore, now });
  const basic = Buffer.from(`${keyid}:${secret}`).toString('base64');
  return {
    'a signed request': async () => {
      const { fields } = await signRequest(MESSAGE, { signer, now });
      return verifier.verifyRequest({ ...MESSAGE, fields });
    },
    'a signed URL': async () => {
      const url = await signUrl('https://bank.example/report.pdf', { signer, expiresIn: 60, now });
      return verifyUrl(url, { authority: 'bank.example', resolveKey, now });
    },
    'a signed payload': async () => {
      const text = await signPayload({ amount: 10 }, { signer, tag: 'credit', audience: 'bank.example', expiresIn: 60, now });
      return verifyPayload(text, { tag: 'credit', audience: 'bank.example', resolveKey, replayStore, now });
    },
    'a secret that is sent': () =>
      apiKeys.authenticate({ ...MESSAGE, fields: [['authorization', `Basic ${basic}`]] }, { basic: true, kinds: ['hmac'] }),
  };
}

describe('one record', () => {
  it.each<[string, (apiKeys: ApiKeys, keyid: string) => Promise<unknown>, string]>([
    ['revoke', (apiKeys, keyid) => apiKeys.revoke(keyid, { reason: 'leaked' }), 'key_revoked'],
    ['disable', (apiKeys, keyid) => apiKeys.disable(keyid), 'key_disabled'],
    ['rotate without an overlap', (apiKeys, keyid) => apiKeys.rotate(keyid, { overlap: 0 }), 'key_rotated_out'],
  ])('ends every use of a key by one %s', async (_, change, code) => {
    const { apiKeys, clock } = openKeys();
    const issued = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const uses = Object.entries(usesOf(apiKeys, issued, () => clock.now));
    for (const [name, use] of uses) expect(await codeOf(use), name).toBe('accepted');
    await change(apiKeys, issued.keyid);
    for (const [name, use] of uses) expect(await codeOf(use), name).toBe(code);
  });
});

describe('a flood of unknown keyids', () => {
  it('asks the store once for each, and is remembered up to 100,000 of them', async () => {
    const { store } = openKeys();
    let asked = 0;
    const { apiKeys } = openKeys({
      store: {
        ...store,
        get: (keyid) => {
          asked++;
          return store.get(keyid);
        },
      },
    });
    const find = (index: number) => apiKeys.resolveKey(`unknown ${index}`, undefined as never);
    for (let index = 0; index < 100_000; index++) expect(await find(index)).toBeUndefined();
    for (let index = 0; index < 100_000; index++) await find(index);
    expect(asked).toBe(100_000);
    await find(100_000);
    await find(1);
    expect(asked).toBe(100_001);
    // The first one had to go.
    await find(0);
    expect(asked).toBe(100_002);
  });
});

import { describe, expect, it } from 'vitest';
import { hmacKey, hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../../src/http/sign-request.ts';
import { createVerifier } from '../../../src/http/verifier.ts';
import type { LaterVerifierOptions, VerifierOptions } from '../../../src/http/verifier-options.ts';
import { signPayload } from '../../../src/payload/sign-payload.ts';
import { verifyPayload } from '../../../src/payload/verify-payload.ts';
import type { BatchReplayStore, Consumption, ReplayStore } from '../../../src/replay/store.ts';
import type { Unconsumed } from '../../../src/signature/verified/unconsumed.ts';
import { signUrl } from '../../../src/url/sign-url.ts';
import { signedUrls, verifyUrl } from '../../../src/url/verify-url.ts';
import { codeOf, countingStore, key, message, NOW, SECRET, signed, signer, withField } from '../../support/bank.ts';

const base = { authority: 'bank.example', resolveKey: () => ({ key, tenant: 'acme' }) };

const later = (options: Partial<LaterVerifierOptions> = {}) =>
  createVerifier({ ...base, now: () => NOW, consume: 'later', ...options } as LaterVerifierOptions);

/** An unconsumed message of each carrier, by a clock that may be moved. */
const CARRIERS: Readonly<Record<string, (now: () => number) => Promise<Unconsumed<unknown>>>> = {
  'a request': async (now) => later({ now }).verifyRequest(await signed()),
  'a request, by a verifier that usually consumes': async (now) =>
    createVerifier({ ...base, now, replayStore: countingStore() }).verifyRequest(await signed(), { consume: 'later' }),
  'a request by its URL': async (now) => {
    const url = new URL(await signUrl('https://bank.example/coins?to=jdoe', { signer, expiresIn: 300, oneTime: true, now: () => NOW }));
    const message = {
      method: 'GET',
      scheme: 'https',
      authority: 'bank.example',
      target: `${url.pathname}${url.search}`,
      fields: [],
    } as const;
    return later({ now, query: signedUrls() }).verifyRequest(message);
  },
  'a URL': async (now) => {
    const url = await signUrl('https://bank.example/coins', { signer, expiresIn: 300, oneTime: true, now: () => NOW });
    return verifyUrl(url, { ...base, now, consume: 'later' });
  },
  'a payload': async (now) => {
    const text = JSON.stringify(
      await signPayload({ coins: 10 }, { signer, tag: 'credit', audience: 'bank.example', expiresIn: 300, now: () => NOW }),
    );
    return verifyPayload(text, { tag: 'credit', audience: 'bank.example', resolveKey: base.resolveKey, now, consume: 'later' });
  },
};

describe.each(Object.entries(CARRIERS))("consume: 'later' of %s", (name, verify) => {
  it('tells whose it is, and nothing of what it says', async () => {
    const message = await verify(() => NOW);
    const where = name === 'a payload' ? [] : ['method', 'path'];
    expect(Object.keys(message).sort()).toEqual(['consume', 'consumeWith', 'consumer', 'key', 'keyid', 'tenant', ...where].sort());
    expect([message.keyid, message.tenant, message.key.tenant]).toEqual(['jdoe', 'acme', 'acme']);
    expect(Object.isFrozen(message)).toBe(true);
  });

  it('is consumed once, in the store that it is given', async () => {
    const message = await verify(() => NOW);
    const store = countingStore();
    expect(store.asked).toEqual([]);
    expect(await message.consume(store)).toMatchObject({ keyid: 'jdoe', tenant: 'acme' });
    expect(store.asked).toHaveLength(1);
    await expect(message.consume(countingStore())).rejects.toThrow(TypeError);
  });

  it('lets one of two consume it that try at once', async () => {
    const message = await verify(() => NOW);
    const tries = await Promise.allSettled([message.consume(countingStore()), message.consume(countingStore())]);
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('may be tried again when it was refused', async () => {
    const message = await verify(() => NOW);
    const full: ReplayStore = { consume: () => 'full' };
    for (let turn = 0; turn < 2; turn++) expect(await codeOf(() => message.consume(full))).toBe('replay_store_full');
    expect(await codeOf(() => message.consume(countingStore()))).toBe('accepted');
  });

  it('looks at the time again', async () => {
    let now = NOW;
    const message = await verify(() => now);
    now = NOW + 301;
    const store = countingStore();
    expect(await codeOf(() => message.consume(store))).toBe('expired');
    expect(store.asked).toEqual([]);
  });

  it('wants a store', async () => {
    const message = await verify(() => NOW);
    for (const wrong of [undefined, null, {}, { consume: 'later' }])
      await expect(message.consume(wrong as never)).rejects.toThrow(TypeError);
    expect(await codeOf(() => message.consume(countingStore()))).toBe('accepted');
  });
});

/** A store whose statements are texts. */
function batchStore(answer: () => Consumption = () => 'consumed') {
  const done: string[] = [];
  const nonces: string[] = [];
  const store: BatchReplayStore<string> = {
    consumeWith: (requests, statements) => {
      const told = answer();
      if (told === 'consumed') {
        nonces.push(...requests.map(({ nonce }) => nonce));
        done.push(...statements);
      }
      return told;
    },
  };
  return { store, done, nonces };
}

describe.each(Object.entries(CARRIERS))('consumeWith of %s', (_, verify) => {
  it('hands what was verified to whoever makes the statements, and those to the store', async () => {
    const message = await verify(() => NOW);
    const { store, done, nonces } = batchStore();
    const verified = await message.consumeWith(store, async (view) => [(view as { readonly keyid: string }).keyid]);
    expect(verified).toMatchObject({ keyid: 'jdoe' });
    expect([done, nonces.length]).toEqual([['jdoe'], 1]);
    await expect(message.consumeWith(store, () => ['again'])).rejects.toThrow(TypeError);
    await expect(message.consume(countingStore())).rejects.toThrow(TypeError);
    expect(done).toEqual(['jdoe']);
  });

  it('does nothing when it is refused, or the statements cannot be made, and may be tried again', async () => {
    const message = await verify(() => NOW);
    const { store, done } = batchStore(() => 'replayed');
    expect(await codeOf(() => message.consumeWith(store, () => ['a']))).toBe('nonce_replayed');
    const own = new Error('no such account');
    await expect(message.consumeWith(batchStore().store, () => Promise.reject(own))).rejects.toBe(own);
    const failing: BatchReplayStore<string> = { consumeWith: () => Promise.reject(own) };
    await expect(message.consumeWith(failing, () => ['a'])).rejects.toMatchObject({ code: 'store_unavailable', cause: own });
    expect(await codeOf(() => message.consumeWith(batchStore().store, () => ['a']))).toBe('accepted');
    expect(done).toEqual([]);
  });

  it('wants a store with consumeWith, and a function', async () => {
    const message = await verify(() => NOW);
    for (const wrong of [undefined, null, {}, countingStore()])
      await expect(message.consumeWith(wrong as never, () => [])).rejects.toThrow(/store/);
    await expect(message.consumeWith(batchStore().store, [] as never)).rejects.toThrow(/statements must be a function/);
    expect(await codeOf(() => message.consumeWith(batchStore().store, () => []))).toBe('accepted');
  });
});

describe("consume: 'later'", () => {
  it('runs the statements of a message without a nonce too', async () => {
    const policy = { insecurelyAllowMissingNonce: true };
    const { fields } = await signRequest(message(), { signer, now: () => NOW, insecurelyOmit: ['nonce'] });
    const request = message({ fields: [...(message().fields as [string, string][]), ...fields] });
    const { store, done, nonces } = batchStore();
    await (await later({ policy }).verifyRequest(request)).consumeWith(store, () => ['a']);
    expect([done, nonces]).toEqual([['a'], []]);
  });

  it('looks at the dates of the key again', async () => {
    let now = NOW;
    const message = await later({ resolveKey: () => ({ key, notAfter: NOW + 10 }), now: () => now }).verifyRequest(await signed());
    now = NOW + 11;
    expect(await codeOf(() => message.consume(countingStore()))).toBe('key_expired');
  });

  it('answers what was verified, content and all', async () => {
    const message = await later().verifyRequest(await signed());
    expect([message.method(), message.path()]).toEqual(['POST', '/coins']);
    const verified = await message.consume(countingStore());
    expect(verified.json()).toEqual({ currency: 'goldcoins', amount: 10 });
  });

  it('refuses at once what has nothing to do with counting', async () => {
    expect(await codeOf(async () => later().verifyRequest(message()))).toBe('signature_missing');
    expect(await codeOf(async () => later({ now: () => NOW + 301 }).verifyRequest(await signed()))).toBe('expired');
  });

  it('consumes all nonces of a message or none', async () => {
    const both = { resolveKey: (keyid: string) => hmacKey(`${SECRET}${keyid}`), policy: [{ tag: 'client' }, { tag: 'proxy' }] };
    const by = (keyid: string) => ({ signer: hmacSigner({ keyid, secret: `${SECRET}${keyid}` }), now: () => NOW });
    const one = await signed({}, { ...by('client'), tag: 'client', label: 'client', nonce: 'a' });
    const two = await signed({}, { ...by('proxy'), tag: 'proxy', label: 'proxy', nonce: 'b' });
    const lines = (name: string) => [one, two].map(({ fields }) => (fields as [string, string][]).find(([field]) => field === name)![1]);
    const request = withField(
      withField(one, 'signature', lines('signature').join(', ')),
      'signature-input',
      lines('signature-input').join(', '),
    );
    const store = countingStore();
    await (await later(both).verifyRequest(request)).consume(store);
    expect(store.asked).toEqual(['a', 'b']);
    const single: ReplayStore = { consume: () => 'consumed' };
    const message = await later(both).verifyRequest(request);
    expect(await codeOf(() => message.consume(single))).toBe('store_unavailable');
  });

  it('tells of a message when it is consumed, and of a refusal then too', async () => {
    const told: string[] = [];
    const hooks = { onVerified: () => told.push('verified'), onRefused: ({ code }: { code: string }) => told.push(code) };
    const message = await later(hooks).verifyRequest(await signed());
    expect(told).toEqual([]);
    expect(await codeOf(() => message.consume({ consume: () => 'replayed' }))).toBe('nonce_replayed');
    await message.consume(countingStore());
    expect(told).toEqual(['nonce_replayed', 'verified']);
  });

  it('says what is wrong with options', async () => {
    const store = countingStore();
    expect(() => createVerifier({ ...base } as unknown as VerifierOptions)).toThrow(/replayStore/);
    expect(() => createVerifier({ ...base, consume: 'later', replayStore: store } as never)).toThrow(/leave replayStore away/);
    expect(() => createVerifier({ ...base, consume: 'first' } as never)).toThrow(/'later'/);
    const usual = createVerifier({ ...base, replayStore: store, now: () => NOW });
    await expect(usual.verifyRequest(await signed(), { consume: 'never' } as never)).rejects.toThrow(/'later'/);
    await expect(usual.verifyRequest(await signed(), { later: true } as never)).rejects.toThrow(/there is no "later"/);
    const payload = { tag: 'credit', audience: 'bank.example', resolveKey: () => key, consume: 'later', replayStore: store } as const;
    await expect(verifyPayload('{}', payload as never)).rejects.toThrow(/leave replayStore away/);
    await expect(verifyUrl('https://bank.example/', { ...base, consume: 'later', replayStore: store } as never)).rejects.toThrow(TypeError);
    expect(store.asked).toEqual([]);
  });
});

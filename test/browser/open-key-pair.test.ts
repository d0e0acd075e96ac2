/** With a small IndexedDB of our own. That real browsers keep the key over a reload is for `test/runtime` to show. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isKeyStorageError, type KeyStorageError } from '../../src/browser/key-storage-error.ts';
import { deleteKeyPair, openKeyPair } from '../../src/browser/open-key-pair.ts';
import { jwkThumbprint } from '../../src/crypto/thumbprint.ts';
import { generateCryptoKeyPair } from '../../src/crypto/web-crypto.ts';

import { createFakeIndexedDb } from './fake-indexed-db.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const BASE = new TextEncoder().encode('base');

async function codeOf(promise: PromiseLike<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(isKeyStorageError(error)).toBe(true);
  return (error as KeyStorageError).code;
}

describe('openKeyPair', () => {
  it('makes a pair whose keyid is its thumbprint, and signs with it', async () => {
    const { signer, publicKey, keyid, publicJwk } = await openKeyPair('main', { indexedDB: createFakeIndexedDb() });
    expect(publicJwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: expect.stringMatching(/^[\w-]{43}$/) });
    expect(keyid).toBe(await jwkThumbprint(publicJwk));
    expect([signer.keyid, signer.algorithm]).toEqual([keyid, 'ed25519']);
    expect(await publicKey.verify(BASE, await signer.sign(BASE))).toBe(true);
  });

  it('stores a private key that cannot be exported', async () => {
    const indexedDB = createFakeIndexedDb();
    await openKeyPair('main', { indexedDB });
    const { privateKey } = indexedDB.stored.get('main') as CryptoKeyPair;
    expect([privateKey.type, privateKey.extractable, privateKey.usages]).toEqual(['private', false, ['sign']]);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow();
  });

  it('opens the same pair again, and another one for another name', async () => {
    const indexedDB = createFakeIndexedDb();
    const first = await openKeyPair('main', { indexedDB });
    const again = await openKeyPair('main', { indexedDB, keyid: first.keyid });
    expect(again.keyid).toBe(first.keyid);
    expect(await first.publicKey.verify(BASE, await again.signer.sign(BASE))).toBe(true);
    expect((await openKeyPair('second', { indexedDB })).keyid).not.toBe(first.keyid);
  });

  it('gives tabs that open at once one pair', async () => {
    const indexedDB = createFakeIndexedDb();
    const opened = await Promise.all(Array.from({ length: 5 }, () => openKeyPair('main', { indexedDB })));
    expect(indexedDB.additions()).toBe(1);
    expect(new Set(opened.map(({ keyid }) => keyid)).size).toBe(1);
    expect((await openKeyPair('main', { indexedDB })).keyid).toBe(opened[0]?.keyid);
  });

  it('deletes it', async () => {
    const indexedDB = createFakeIndexedDb();
    const first = await openKeyPair('main', { indexedDB });
    await first.delete();
    expect(indexedDB.stored.size).toBe(0);
    expect((await openKeyPair('main', { indexedDB })).keyid).not.toBe(first.keyid);
  });

  it('closes every connection', async () => {
    const indexedDB = createFakeIndexedDb();
    await (await openKeyPair('main', { indexedDB })).delete();
    expect(indexedDB.connections()).toBe(0);
  });

  it('needs a name', async () => {
    await expect(openKeyPair('')).rejects.toThrow(RangeError);
    await expect(deleteKeyPair('')).rejects.toThrow(RangeError);
  });
});

describe('key_lost', () => {
  it('makes no new pair where the server knows one', async () => {
    const indexedDB = createFakeIndexedDb();
    expect(await codeOf(openKeyPair('main', { indexedDB, keyid: 'known' }))).toBe('key_lost');
    expect(indexedDB.stored.size).toBe(0);
    await openKeyPair('main', { indexedDB });
    expect(await codeOf(openKeyPair('main', { indexedDB, keyid: 'known' }))).toBe('key_lost');
  });

  it('says that what is stored is broken, and removes it when told', async () => {
    const indexedDB = createFakeIndexedDb();
    const [one, two] = [await generateCryptoKeyPair(), await generateCryptoKeyPair()];
    const broken = [{}, { ...one, privateKey: null }, { privateKey: two.privateKey, publicKey: one.publicKey }, 'text', null];
    for (const value of broken) {
      indexedDB.stored.set('main', value);
      expect(await codeOf(openKeyPair('main', { indexedDB }))).toBe('key_lost');
    }
    await deleteKeyPair('main', { indexedDB });
    await expect(openKeyPair('main', { indexedDB })).resolves.toHaveProperty('keyid');
  });
});

describe('storage_unavailable', () => {
  it.each(['open', 'open-event', 'transaction', 'add', 'abort', 'close'] as const)('when IndexedDB fails at %s', async (at) => {
    expect(await codeOf(openKeyPair('main', { indexedDB: createFakeIndexedDb(at) }))).toBe('storage_unavailable');
  });

  it('without IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    expect(await codeOf(openKeyPair('main'))).toBe('storage_unavailable');
  });

  it('names the cause', async () => {
    const error = await openKeyPair('main', { indexedDB: createFakeIndexedDb('add') }).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ cause: { name: 'DataCloneError' } });
  });
});

describe('where keys cannot be made', () => {
  it('says insecure_origin', async () => {
    vi.stubGlobal('isSecureContext', false);
    expect(await codeOf(openKeyPair('main', { indexedDB: createFakeIndexedDb() }))).toBe('insecure_origin');
  });

  it('says algorithm_unsupported', async () => {
    const { subtle } = crypto;
    vi.stubGlobal('crypto', { subtle: { ...subtle, generateKey: () => Promise.reject(new DOMException('no', 'NotSupportedError')) } });
    expect(await codeOf(openKeyPair('main', { indexedDB: createFakeIndexedDb() }))).toBe('algorithm_unsupported');
    vi.stubGlobal('crypto', {});
    expect(await codeOf(openKeyPair('main', { indexedDB: createFakeIndexedDb() }))).toBe('algorithm_unsupported');
  });
});

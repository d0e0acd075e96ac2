/** Requests verified with keys that are kept: what counts, what does not, and what the store is asked. */
import {
  createSignedFetch,
  createSigner,
  createVerifier,
  generateKeyPair,
  hmacSigner,
  isVerificationError,
  memoryReplayStore,
  type RequestMessage,
  type Signer,
  signRequest,
  type VerifiedRequest,
} from 'countersign';
import {
  type ApiKeys,
  aesGcmSealer,
  type KeyChange,
  type KeyEvent,
  type KeyStore,
  kmsSealer,
  memoryKeyStore,
  requireConsumer,
} from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { MASTER, NOON, openKeys } from './setup.ts';

const MESSAGE: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/balance', fields: [] };

interface Clock {
  now: number;
}

type Verify = (signer: Signer) => Promise<VerifiedRequest>;

function verifierOf(apiKeys: ApiKeys, clock: Clock): Verify {
  const verifier = createVerifier({
    authority: 'bank.example',
    resolveKey: apiKeys.resolveKey,
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    now: () => clock.now,
  });
  return async (signer) => {
    const { fields } = await signRequest(MESSAGE, { signer, now: () => clock.now });
    return verifier.verifyRequest({ ...MESSAGE, fields });
  };
}

const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    return error.code;
  }
};

/** A store that counts what it is asked, and may be down. */
function counting(inner: KeyStore = memoryKeyStore()): KeyStore & { asked: Record<string, number>; isDown: boolean } {
  const counted = { ...inner, asked: { get: 0, revision: 0, changes: 0, touch: 0 } as Record<string, number>, isDown: false };
  for (const name of ['get', 'revision', 'changes', 'touch'] as const) {
    const ask = inner[name] as (...given: unknown[]) => unknown;
    Object.assign(counted, {
      [name]: (...given: unknown[]) => {
        counted.asked[name]!++;
        if (counted.isDown) throw new Error('connection refused');
        return ask(...given);
      },
    });
  }
  return counted;
}

describe('a verifier with resolveKey of createApiKeys', () => {
  it('knows who calls', async () => {
    const { apiKeys, clock } = openKeys();
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', tenant: 't', scopes: ['coins:read'], metadata: { a: 1 } });
    const verified = await verifierOf(apiKeys, clock)(hmacSigner({ keyid, secret }));
    expect(verified.tenant).toBe('t');
    expect(verified.key.metadata).toEqual({ a: 1 });
    expect(verified.key.scopes).toEqual(['coins:read']);
    expect(verified.consumer).toEqual({
      keyid,
      tenant: 't',
      owner: 'jdoe',
      scopes: ['coins:read'],
      series: keyid,
      proof: 'signature',
      rotatedOut: undefined,
      limits: undefined,
      labels: {},
      metadata: { a: 1 },
    });
    expect(requireConsumer(verified.consumer, { proof: 'signature', scopes: ['coins:read'] })).toBe(verified.consumer);
    expect(await codeOf(async () => requireConsumer(verified.consumer, { scopes: ['coins:read', 'coins:write'] }))).toBe(
      'scope_insufficient',
    );
  });

  it('verifies with imported secrets and public keys', async () => {
    const { apiKeys, clock } = openKeys();
    const secret = '0123456789abcdef';
    await apiKeys.importSecret(secret, { owner: 'jdoe', keyid: 'jdoe', insecurelyAllowShortSecret: true });
    const { publicKey, privateKey } = await generateKeyPair();
    await apiKeys.importPublicKey(publicKey, { owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    expect(await codeOf(() => verify(hmacSigner({ keyid: 'jdoe', secret, insecurelyAllowShortSecret: true })))).toBe('accepted');
    expect(await codeOf(() => verify(createSigner({ privateKey })))).toBe('accepted');
  });

  it.each<[string, (apiKeys: ApiKeys, keyid: string, clock: Clock) => Promise<unknown> | unknown, string]>([
    ['revoked', (keys, keyid) => keys.revoke(keyid, { reason: 'x' }), 'key_revoked'],
    ['disabled', (keys, keyid) => keys.disable(keyid), 'key_disabled'],
    ['expired', (keys, keyid, clock) => keys.update(keyid, { expiresIn: 1 }).then(() => (clock.now += 2)), 'key_expired'],
    ['at its last second', (keys, keyid, clock) => keys.update(keyid, { expiresIn: 1 }).then(() => (clock.now += 1)), 'accepted'],
    ['rotated at once', (keys, keyid) => keys.rotate(keyid, { overlap: 0 }), 'key_rotated_out'],
    [
      'rotated, after its overlap',
      (keys, keyid, clock) => keys.rotate(keyid, { overlap: 5 }).then(() => (clock.now += 5)),
      'key_rotated_out',
    ],
    ['rotated, in its overlap', (keys, keyid, clock) => keys.rotate(keyid, { overlap: 5 }).then(() => (clock.now += 4)), 'accepted'],
  ])('answers a key that is %s', async (_, change, code) => {
    const { apiKeys, clock } = openKeys();
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    expect(await codeOf(() => verify(hmacSigner({ keyid, secret })))).toBe('accepted');
    await change(apiKeys, keyid, clock);
    expect(await codeOf(() => verify(hmacSigner({ keyid, secret })))).toBe(code);
    // A stranger learns nothing of it.
    expect(await codeOf(() => verify(hmacSigner({ keyid, secret: 'x'.repeat(32) })))).toBe('signature_mismatch');
  });

  it('answers a key that waits, one whose time has not come, and one that only identifies', async () => {
    const { apiKeys, clock } = openKeys();
    const pending = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', status: 'pending' });
    const later = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', notBefore: NOON + 10 });
    const bearer = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    expect(await codeOf(() => verify(hmacSigner(pending)))).toBe('key_pending');
    expect(await codeOf(() => verify(hmacSigner(later)))).toBe('key_expired');
    expect(await codeOf(() => verify(hmacSigner({ keyid: bearer.keyid, secret: bearer.secret })))).toBe('key_unknown');
    await apiKeys.enable(pending.keyid);
    clock.now += 10;
    expect(await codeOf(() => verify(hmacSigner(pending)))).toBe('accepted');
    expect(await codeOf(() => verify(hmacSigner(later)))).toBe('accepted');
  });

  it('names the successor to who proves the old key, and tells the application who still uses it', async () => {
    const { apiKeys, clock, events } = openKeys();
    const first = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const second = await apiKeys.rotate(first.keyid, { overlap: 60 });
    const verify = verifierOf(apiKeys, clock);
    const { consumer } = await verify(hmacSigner(first));
    expect(consumer?.rotatedOut).toEqual({ until: clock.now + 60, by: second.keyid });
    expect((await verify(hmacSigner(second))).consumer?.rotatedOut).toBeUndefined();
    await apiKeys.flush();
    expect(events.filter(({ action }) => action === 'rotated_out_used')).toEqual([
      { action: 'rotated_out_used', keyid: first.keyid, count: 1, at: clock.now },
    ]);
    clock.now += 60;
    const error = await verify(hmacSigner(first)).catch((thrown: Error) => thrown);
    expect((error as Error).message).toContain(second.keyid);
  });
});

describe('a rollout without a stop', () => {
  it('has a fetch that holds both keys, and changes over at a time', async () => {
    const { apiKeys, clock } = openKeys();
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: apiKeys.resolveKey,
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      now: () => clock.now,
    });
    const issued = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const [old, next] = [hmacSigner(issued), hmacSigner(await apiKeys.rotate(issued.keyid, { overlap: 60 }))];
    const seen: string[] = [];
    const bank = createSignedFetch({
      signer: () => (clock.now < NOON + 30 ? old : next),
      now: () => clock.now,
      fetch: async (input, init) => {
        const { keyid } = await verifier.verifyRequest(new Request(input, init));
        seen.push(keyid!);
        return new Response();
      },
    });
    for (; clock.now < NOON + 90; clock.now += 10) expect((await bank('https://bank.example/')).status).toBe(200);
    expect(seen).toEqual([...Array(3).fill(old.keyid), ...Array(6).fill(next.keyid)]);
  });
});

describe('what is cached', () => {
  it('asks the store for a key once, and for its revision once in half the delay', async () => {
    const store = counting();
    const { apiKeys, clock } = openKeys({ store });
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    const signer = hmacSigner({ keyid, secret });
    store.asked['get'] = 0;
    for (let index = 0; index < 100; index++) await verify(signer);
    expect(store.asked).toMatchObject({ get: 1, revision: 1 });
    clock.now += 4;
    await verify(signer);
    expect(store.asked).toMatchObject({ get: 1, revision: 1 });
    clock.now += 1;
    for (let index = 0; index < 10; index++) await verify(signer);
    expect(store.asked).toMatchObject({ get: 1, revision: 2, changes: 0 });
  });

  it('opens a secret anew after its time', async () => {
    const store = counting();
    const { apiKeys, clock } = openKeys({ store, cacheFor: 100 });
    const signer = hmacSigner(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
    const verify = verifierOf(apiKeys, clock);
    store.asked['get'] = 0;
    await verify(signer);
    clock.now += 99;
    await verify(signer);
    expect(store.asked['get']).toBe(1);
    clock.now += 1;
    await verify(signer);
    expect(store.asked['get']).toBe(2);
  });

  it('keeps so many keys, the latest used', async () => {
    const store = counting();
    const { apiKeys, clock } = openKeys({ store, maxCachedKeys: 2 });
    const signers = [];
    for (let index = 0; index < 3; index++) signers.push(hmacSigner(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' })));
    const verify = verifierOf(apiKeys, clock);
    const [a, b, c] = signers as [Signer, Signer, Signer];
    store.asked['get'] = 0;
    for (const signer of [a, b, a, c, a]) await verify(signer);
    expect(store.asked['get']).toBe(3);
    await verify(b);
    expect(store.asked['get']).toBe(4);
  });

  it('asks for an unknown keyid once, until something of it changes', async () => {
    const store = counting();
    const { apiKeys, another, clock } = openKeys({ store });
    const other = another();
    const find = (keyid: string) => apiKeys.resolveKey(keyid, undefined as never);
    for (let index = 0; index < 10; index++) expect(await find('jdoe')).toBeUndefined();
    expect(store.asked['get']).toBe(1);
    await other.importSecret('x'.repeat(32), { keyid: 'jdoe', owner: 'jdoe' });
    expect(await find('jdoe')).toBeUndefined();
    // At once where it was told, and within the delay by itself.
    apiKeys.invalidate('jdoe');
    expect(await find('jdoe')).toBeDefined();
    expect(await find('late')).toBeUndefined();
    await other.importSecret('x'.repeat(32), { keyid: 'late', owner: 'jdoe' });
    clock.now += 10;
    expect(await find('late')).toBeDefined();
    expect(await find('x'.repeat(257))).toBeUndefined();
  });

  it('makes one look-up of many at once', async () => {
    const store = counting();
    const { apiKeys } = openKeys({ store });
    const { keyid } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    store.asked['get'] = 0;
    await Promise.all(Array.from({ length: 50 }, () => apiKeys.resolveKey(keyid, undefined as never)));
    expect(store.asked['get']).toBe(1);
  });
});

describe('a change elsewhere', () => {
  it('counts at the latest after revocationDelay, of exactly the keys that changed', async () => {
    const store = counting();
    const { apiKeys, another, clock } = openKeys({ store });
    const admin = another();
    const [one, two] = [await admin.issue({ kind: 'hmac', owner: 'a' }), await admin.issue({ kind: 'hmac', owner: 'b' })];
    const verify = verifierOf(apiKeys, clock);
    await verify(hmacSigner(one));
    await verify(hmacSigner(two));
    await admin.revoke(one.keyid, { reason: 'leaked' });
    clock.now += 4;
    expect(await codeOf(() => verify(hmacSigner(one)))).toBe('accepted');
    clock.now += 6;
    store.asked['get'] = 0;
    expect(await codeOf(() => verify(hmacSigner(one)))).toBe('key_revoked');
    expect(await codeOf(() => verify(hmacSigner(two)))).toBe('accepted');
    expect(store.asked['get']).toBe(1);
  });

  it('is not undone by a look-up that was under way', async () => {
    const inner = memoryKeyStore();
    let hold: Promise<void> | undefined;
    const store: KeyStore = {
      ...inner,
      get: async (keyid) => {
        const key = await inner.get(keyid);
        await hold;
        return key;
      },
    };
    const { apiKeys, another, clock } = openKeys({ store });
    const admin = another({ store: inner });
    const issued = await admin.issue({ kind: 'hmac', owner: 'a' });
    const verify = verifierOf(apiKeys, clock);
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const slow = verify(hmacSigner(issued));
    await new Promise((resolve) => setImmediate(resolve));
    await admin.revoke(issued.keyid, { reason: 'leaked' });
    clock.now += 5;
    // Somebody else's request has the revision looked at meanwhile.
    await apiKeys.resolveKey('nobody-in-particular'.repeat(20), undefined as never);
    await new Promise((resolve) => setImmediate(resolve));
    release();
    hold = undefined;
    expect(await codeOf(() => slow)).toBe('accepted');
    expect(await codeOf(() => verify(hmacSigner(issued)))).toBe('key_revoked');
  });

  it('is noticed among more than a thousand', async () => {
    const { apiKeys, another, clock } = openKeys();
    const admin = another({ maxKeysPerOwner: 1_000_000 });
    const one = await admin.issue({ kind: 'hmac', owner: 'a' });
    const verify = verifierOf(apiKeys, clock);
    await verify(hmacSigner(one));
    for (let index = 0; index < 600; index++) await admin.update(one.keyid, { name: `n${index}` });
    for (let index = 0; index < 1100; index++) await admin.issue({ kind: 'bearer', owner: `o${index}` });
    await admin.revoke(one.keyid, { reason: 'x' });
    clock.now += 10;
    expect(await codeOf(() => verify(hmacSigner(one)))).toBe('key_revoked');
  });
});

describe('a store that does not answer', () => {
  it('is 503 as soon as the look at it is overdue, and nothing stale counts', async () => {
    const store = counting();
    const { apiKeys, clock, events } = openKeys({ store });
    const signer = hmacSigner(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
    const verify = verifierOf(apiKeys, clock);
    await verify(signer);
    store.isDown = true;
    clock.now += 9;
    expect(await codeOf(() => verify(signer))).toBe('accepted');
    clock.now += 1;
    expect(await codeOf(() => verify(signer))).toBe('store_unavailable');
    expect(events.map(({ action }) => action)).toContain('store_unreachable');
    store.isDown = false;
    expect(await codeOf(() => verify(signer))).toBe('accepted');
  });

  it('is 503 for a first look-up too, and the next one asks again', async () => {
    const store = counting();
    const { apiKeys, clock } = openKeys({ store });
    const signer = hmacSigner(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
    const verify = verifierOf(apiKeys, clock);
    await apiKeys.resolveKey('warm', undefined as never);
    store.isDown = true;
    expect(await codeOf(() => verify(signer))).toBe('store_unavailable');
    store.isDown = false;
    expect(await codeOf(() => verify(signer))).toBe('accepted');
  });

  it('trusts nothing after its clock went back', async () => {
    const store = counting();
    const { apiKeys, clock } = openKeys({ store });
    const signer = hmacSigner(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
    const verify = verifierOf(apiKeys, clock);
    await verify(signer);
    clock.now -= 1000;
    const before = store.asked['revision']!;
    await verify(signer);
    expect(store.asked['revision']).toBe(before + 1);
  });
});

describe('a key database that was restored', () => {
  let current: Record<string, unknown> = {};

  async function open() {
    const inner = memoryKeyStore();
    current = { ...inner };
    const store = Object.fromEntries(
      Object.keys(inner).map((name) => [name, (...given: unknown[]) => (current[name] as (...all: unknown[]) => unknown)(...given)]),
    ) as unknown as KeyStore;
    return openKeys({ store });
  }

  it('is noticed, and refused until somebody has seen to it; reapply brings revocations and rotations back, in every process', async () => {
    const { apiKeys, another, clock, events, store } = await open();
    const other = another();
    const [kept, revoked, rotated] = await Promise.all(['a', 'b', 'c'].map((owner) => apiKeys.issue({ kind: 'hmac', owner })));
    const verify = verifierOf(apiKeys, clock);
    const verifyThere = verifierOf(other, clock);
    for (const key of [kept!, revoked!, rotated!]) await Promise.all([verify(hmacSigner(key)), verifyThere(hmacSigner(key))]);
    const backup = await Promise.all([kept!, revoked!, rotated!].map(({ keyid }) => store.get(keyid)));
    await apiKeys.revoke(revoked!.keyid, { reason: 'leaked' });
    await apiKeys.rotate(rotated!.keyid, { overlap: 0 });
    clock.now += 10;
    await Promise.all([verify(hmacSigner(kept!)), verifyThere(hmacSigner(kept!))]);
    const shipped = await apiKeys.events();

    const old = memoryKeyStore();
    for (const key of backup) await old.write([{ key: key!, before: undefined, at: NOON, actor: 'backup', action: 'imported' }]);
    current = { ...old };
    clock.now += 10;
    for (const check of [verify, verifyThere])
      for (const key of [kept!, revoked!]) expect(await codeOf(() => check(hmacSigner(key)))).toBe('store_restored');
    expect(events.filter(({ action }) => action === 'store_restored')).toHaveLength(1);
    // Changes alone do not end it, however many.
    for (let index = 0; index < 20; index++) await other.update(kept!.keyid, { name: `n${index}` });
    clock.now += 10;
    expect(await codeOf(() => verify(hmacSigner(kept!)))).toBe('store_restored');

    const operator = another();
    expect(await operator.reapply(shipped)).toBe(2);
    clock.now += 10;
    for (const check of [verify, verifyThere]) {
      expect(await codeOf(() => check(hmacSigner(kept!)))).toBe('accepted');
      expect(await codeOf(() => check(hmacSigner(revoked!)))).toBe('key_revoked');
      expect(await codeOf(() => check(hmacSigner(rotated!)))).toBe('key_rotated_out');
    }
    expect(apiKeys.revision()).toBeGreaterThanOrEqual(2 ** 32);
    // Nothing is let loose by applying it once more.
    expect(await operator.reapply(shipped)).toBe(0);
  });

  it('takes changes as they were kept: of several processes, out of order, with alarms between them', async () => {
    const { apiKeys, another, clock, events, store } = await open();
    const [revoked, enabled] = [await apiKeys.issue({ kind: 'hmac', owner: 'a' }), await apiKeys.issue({ kind: 'hmac', owner: 'b' })];
    const backup = await Promise.all([revoked, enabled].map(({ keyid }) => store.get(keyid)));
    await apiKeys.update(revoked.keyid, { name: 'x' });
    await apiKeys.revoke(revoked.keyid, { reason: 'leaked' });
    await apiKeys.disable(enabled.keyid);
    await apiKeys.enable(enabled.keyid);
    // What was written to the restored database has the revisions of what was lost.
    const again = { ...changes(events)[2]!, seq: 99, after: { ...changes(events)[2]!.after!, name: 'y' } };
    current = { ...memoryKeyStore() };
    for (const key of backup) await store.write([{ key: key!, before: undefined, at: NOON, actor: 'backup', action: 'imported' }]);
    const alarm = { action: 'store_unreachable', at: NOON, keyid: undefined } as never;
    const shipped: KeyChange[] = JSON.parse(JSON.stringify([again, ...changes(events), alarm].reverse()));
    expect(await another().reapply(shipped)).toBe(1);
    clock.now += 10;
    expect([await apiKeys.get(revoked.keyid), await apiKeys.get(enabled.keyid)]).toMatchObject([
      { status: 'revoked', reason: 'leaked' },
      { status: 'active' },
    ]);
  });

  const changes = (events: readonly KeyEvent[]): readonly KeyChange[] => events.filter((event): event is KeyChange => 'seq' in event);

  it('is trusted as it is when somebody says so', async () => {
    const { apiKeys, clock } = await open();
    const kept = await apiKeys.issue({ kind: 'hmac', owner: 'a' });
    const verify = verifierOf(apiKeys, clock);
    await verify(hmacSigner(kept));
    current = { ...memoryKeyStore() };
    clock.now += 10;
    expect(await codeOf(() => verify(hmacSigner(kept)))).toBe('store_restored');
    await apiKeys.acknowledgeRestore();
    expect(await codeOf(() => verify(hmacSigner(kept)))).toBe('key_unknown');
  });
});

describe('secrets at rest', () => {
  const sealers = {
    'AES-GCM': () => aesGcmSealer({ current: 'm1', keys: { m1: MASTER } }),
    'a KMS': () => {
      const inner = aesGcmSealer({ current: 'x', keys: { x: MASTER } });
      return kmsSealer({
        current: 'm1',
        // A service that knows nothing of contexts.
        encrypt: async (plain) => new TextEncoder().encode(await inner.seal(plain, new Uint8Array(0))),
        decrypt: async (sealed) => inner.open(new TextDecoder().decode(sealed), new Uint8Array(0)),
      });
    },
  };

  it.each(Object.entries(sealers))(
    'sealed by %s open for their own key only: any two rows swapped, any character changed',
    async (_, make) => {
      const { apiKeys, clock, store, events } = openKeys({ sealer: make() });
      const issued = await Promise.all(['a', 'a', 'b'].map((owner) => apiKeys.issue({ kind: 'hmac', owner, tenant: owner })));
      const { publicKey, privateKey } = await generateKeyPair();
      await apiKeys.importPublicKey(publicKey, { owner: 'a' });
      const other = await generateKeyPair();
      await apiKeys.importPublicKey(other.publicKey, { owner: 'a' });
      const signers = [...issued.map(hmacSigner), createSigner({ privateKey }), createSigner({ privateKey: other.privateKey })];
      const rows = await Promise.all(signers.map(({ keyid }) => store.get(keyid)));
      const tamper = async (index: number, change: object): Promise<string> => {
        const changed = {
          ...store,
          get: (keyid: string) => (keyid === rows[index]!.keyid ? { ...rows[index]!, ...change } : store.get(keyid)),
        };
        const { apiKeys: fresh } = openKeys({ store: changed, sealer: make(), onEvent: (event) => events.push(event) });
        return codeOf(() => verifierOf(fresh, clock)(signers[index]!));
      };
      for (const index of rows.keys()) {
        expect(await tamper(index, {})).toBe('accepted');
        for (const swap of rows.keys())
          if (swap !== index) expect(await tamper(index, { material: rows[swap]!.material })).toBe('store_unavailable');
        for (const change of [{ generation: 2 }, { tenant: 'z' }]) expect(await tamper(index, change)).toBe('store_unavailable');
      }
      const { material } = rows[0]!;
      for (let at = 0; at < material.length; at++)
        for (const character of ['A', 'b', '.', '']) {
          const changed = material.slice(0, at) + character + material.slice(at + 1);
          if (changed !== material) expect(await tamper(0, { material: changed }), changed).toBe('store_unavailable');
        }
      expect(await tamper(3, { material: publicKey.jwk.x, sealedWith: undefined })).toBe('store_unavailable');
      expect(events.map(({ action }) => action)).toContain('sealed_mismatch');
    },
    60_000,
  );

  it('bearer keys are hashed for their own row only', async () => {
    const { apiKeys, store } = openKeys();
    const [one, two] = await Promise.all(['a', 'b'].map((owner) => apiKeys.issue({ kind: 'bearer', owner })));
    const rows = await Promise.all([one!, two!].map(({ keyid }) => store.get(keyid)));
    const identify = (row: object, secret: string) => {
      const { apiKeys: fresh } = openKeys({ store: { ...store, get: () => row as never } });
      return codeOf(() => fresh.authenticate({ ...MESSAGE, fields: [['authorization', `Bearer ${secret}`]] }));
    };
    expect(await identify(rows[0]!, one!.secret)).toBe('accepted');
    expect(await identify({ ...rows[0]!, material: rows[1]!.material }, one!.secret)).toBe('credential_invalid');
    expect(await identify({ ...rows[0]!, tenant: 'z' }, one!.secret)).toBe('credential_invalid');
    expect(await identify({ ...rows[0]!, generation: 2 }, one!.secret)).toBe('credential_invalid');
    expect(await identify({ ...rows[0]!, material: 'no hash' }, one!.secret)).toBe('credential_invalid');
    expect(await identify({ ...rows[0]!, sealedWith: 'gone' }, one!.secret)).toBe('store_unavailable');
  });

  it('go to a new master key in steps, and the old one can go', async () => {
    const { apiKeys, store, another, clock } = openKeys();
    const issued = [];
    for (let index = 0; index < 5; index++) issued.push(await apiKeys.issue({ kind: 'hmac', owner: 'a' }));
    await apiKeys.issue({ kind: 'bearer', owner: 'a' });
    const next = new Uint8Array(32).fill(8);
    const both = another({ sealer: aesGcmSealer({ current: 'm2', keys: { m1: MASTER, m2: next } }) });
    expect(await both.rewrap({ dryRun: true })).toEqual({ rewrapped: 5, more: false });
    expect(await both.rewrap({ limit: 2 })).toEqual({ rewrapped: 2, more: true });
    const alone = another({ sealer: aesGcmSealer({ current: 'm2', keys: { m2: next } }) });
    const results = await Promise.all(issued.map((key) => codeOf(() => verifierOf(alone, clock)(hmacSigner(key)))));
    expect([...results].sort()).toEqual(['accepted', 'accepted', 'store_unavailable', 'store_unavailable', 'store_unavailable']);
    expect(await both.rewrap()).toEqual({ rewrapped: 3, more: false });
    expect(await both.rewrap()).toEqual({ rewrapped: 0, more: false });
    const after = another({ sealer: aesGcmSealer({ current: 'm2', keys: { m2: next } }) });
    for (const key of issued) expect(await codeOf(() => verifierOf(after, clock)(hmacSigner(key)))).toBe('accepted');
    expect((await store.get(issued[0]!.keyid))?.sealedWith).toBe('m2');
  });

  it('are sealed anew from where the last call ended, and what was changed meanwhile once more', async () => {
    const opened = openKeys();
    const { apiKeys, another } = opened;
    const issued = [];
    for (let index = 0; index < 6; index++) issued.push(await apiKeys.issue({ kind: 'hmac', owner: 'a' }));
    const begins: (string | undefined)[] = [];
    const store: KeyStore = {
      ...opened.store,
      list: async (filter) => {
        begins.push(filter.after?.keyid);
        const found = await opened.store.list(filter);
        if (begins.length === 1) await apiKeys.update(found[0]!.keyid, { name: 'changed meanwhile' });
        return found;
      },
    };
    const sealer = aesGcmSealer({ current: 'm2', keys: { m1: MASTER, m2: new Uint8Array(32).fill(8) } });
    const both = another({ store, sealer });
    const names = (await apiKeys.list()).keys.map(({ keyid }) => keyid);
    const answers = [];
    do answers.push(await both.rewrap({ limit: 2 }));
    while (answers.at(-1)!.more);
    expect(answers.map(({ rewrapped }) => rewrapped)).toEqual([1, 2, 2, 0, 1]);
    expect(begins).toEqual([undefined, names[1], names[3], names[5], undefined]);
    expect(await both.rewrap()).toEqual({ rewrapped: 0, more: false });
  });

  it('tell of a master key that is not there', async () => {
    const { apiKeys, another, clock } = openKeys();
    const key = await apiKeys.issue({ kind: 'hmac', owner: 'a' });
    const events: { action: string }[] = [];
    const other = another({ sealer: aesGcmSealer({ current: 'm9', keys: { m9: MASTER } }), onEvent: (event) => events.push(event) });
    expect(await codeOf(() => verifierOf(other, clock)(hmacSigner(key)))).toBe('store_unavailable');
    expect(events.map(({ action }) => action)).toEqual(['master_key_unknown']);
  });

  it.each([
    ['no options', () => aesGcmSealer(undefined as never), /options must be an object/],
    ['a short master key', () => aesGcmSealer({ current: 'a', keys: { a: new Uint8Array(31) } }), /keys.a must be 32 bytes/],
    ['text', () => aesGcmSealer({ current: 'a', keys: { a: 'x'.repeat(32) as never } }), /keys.a must be a Uint8Array or a CryptoKey/],
    ['a current that is not there', () => aesGcmSealer({ current: 'b', keys: { a: MASTER } }), /current must be a name in keys/],
    ['a name with a dot', () => aesGcmSealer({ current: 'a.b', keys: { 'a.b': MASTER } }), /must be letters, digits/],
    ['a KMS without decrypt', () => kmsSealer({ current: 'a', encrypt: () => MASTER } as never), /decrypt must be a function/],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('take a CryptoKey for AES-GCM, and no other', async () => {
    const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const sealer = aesGcmSealer({ current: 'a', keys: { a: aes } });
    const context = new Uint8Array([1]);
    expect(await sealer.open(await sealer.seal(MASTER, context), context)).toEqual(MASTER);
    const hmac = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    await expect(async () => aesGcmSealer({ current: 'a', keys: { a: hmac } }).seal(MASTER, context)).rejects.toThrow(
      /must be a CryptoKey for AES-GCM/,
    );
  });
});

describe('last use', () => {
  it('is written at most once a minute a key, forward only, and on close', async () => {
    const store = counting();
    const { apiKeys, clock } = openKeys({ store });
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    const signer = hmacSigner({ keyid, secret });
    for (let second = 0; second < 120; second++) {
      await verify(signer);
      clock.now++;
    }
    expect(store.asked['touch']).toBe(2);
    await apiKeys.close();
    expect(await apiKeys.get(keyid)).toMatchObject({ lastUsedAt: NOON + 119, uses: 120, revision: 1 });
    await store.touch([{ keyid, at: NOON, count: 1 }]);
    expect(await apiKeys.get(keyid)).toMatchObject({ lastUsedAt: NOON + 119, uses: 121 });
  });

  it('tells of uses after a rotation, and only of those', async () => {
    const { apiKeys, clock, events } = openKeys();
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    const signer = hmacSigner({ keyid, secret });
    const told = () => events.flatMap((event) => ('count' in event && event.action === 'rotated_out_used' ? [event.count] : []));
    await verify(signer);
    clock.now++;
    for (let turn = 0; turn < 3; turn++) await verify(signer);
    await apiKeys.rotate(keyid, { overlap: 60 });
    for (let turn = 0; turn < 2; turn++) await verify(signer);
    await apiKeys.flush();
    expect(told()).toEqual([2]);
    await apiKeys.flush();
    expect(told()).toEqual([2]);
  });

  it('counts what was proved, nothing else, and loses nothing to a store that is down', async () => {
    const store = counting();
    const { apiKeys, clock, events } = openKeys({ store });
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const verify = verifierOf(apiKeys, clock);
    expect(await codeOf(() => verify(hmacSigner({ keyid, secret: 'x'.repeat(32) })))).toBe('signature_mismatch');
    await apiKeys.flush();
    expect((await apiKeys.get(keyid))?.uses).toBe(0);
    await verify(hmacSigner({ keyid, secret }));
    await apiKeys.flush();
    await verify(hmacSigner({ keyid, secret }));
    store.isDown = true;
    await expect(apiKeys.flush()).rejects.toThrow('connection refused');
    expect(events.map(({ action }) => action)).toContain('uses_unwritten');
    store.isDown = false;
    await apiKeys.flush();
    expect((await apiKeys.get(keyid))?.uses).toBe(2);
  });
});

/** Keys from their issue to their end, as an operator sees them. */
import { generateKeyPair, hmacSigner } from 'countersign';
import {
  type ApiKey,
  createApiKeys,
  type IssueOptions,
  isApiKeyError,
  type KeyChange,
  memoryKeyStore,
  parseKey,
} from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { NOON, openKeys } from './setup.ts';

const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'done';
  } catch (error) {
    return isApiKeyError(error) ? error.code : `${(error as Error).name}: ${(error as Error).message}`;
  }
};

const changes = (events: readonly object[]): readonly KeyChange[] => events.filter((event): event is KeyChange => 'seq' in event);

const HMAC: IssueOptions = { kind: 'hmac', owner: 'jdoe' };

describe('issue', () => {
  it('answers keyid and secret once, and tells what it did', async () => {
    const { apiKeys, events, store } = openKeys();
    const issued = await apiKeys.issue({
      kind: 'hmac',
      owner: 'jdoe',
      tenant: 't1',
      name: 'laptop',
      scopes: ['coins:write', 'coins:write'],
      labels: { team: 'a' },
      limits: [{ name: 'second', points: 5, seconds: 1 }],
      metadata: { plan: 'gold' },
      expiresIn: 90 * 86_400,
      actor: 'admin',
    });
    expect(parseKey(issued.secret)).toMatchObject({ kind: 'hmac', keyid: issued.keyid, environment: 'live', prefix: 'bank' });
    expect(issued.key).toEqual({
      keyid: issued.keyid,
      series: issued.keyid,
      generation: 1,
      kind: 'hmac',
      tenant: 't1',
      owner: 'jdoe',
      name: 'laptop',
      environment: 'live',
      status: 'active',
      statusAt: NOON,
      reason: undefined,
      scopes: ['coins:write'],
      labels: { team: 'a' },
      limits: [{ name: 'second', points: 5, seconds: 1 }],
      metadata: { plan: 'gold' },
      createdAt: NOON,
      notBefore: undefined,
      notAfter: NOON + 90 * 86_400,
      replacedBy: undefined,
      overlapUntil: undefined,
      lastUsedAt: undefined,
      uses: 0,
      revision: 1,
    });
    expect(await apiKeys.get(issued.keyid)).toEqual(issued.key);
    expect(events).toEqual([
      { seq: 1, at: NOON, actor: 'admin', action: 'issued', keyid: issued.keyid, tenant: 't1', before: undefined, after: issued.key },
    ]);
    expect(await apiKeys.events()).toEqual(events);
    const stored = await store.get(issued.keyid);
    expect(JSON.stringify(stored)).not.toContain(issued.secret.slice(-49, -6));
    expect(() => hmacSigner({ keyid: issued.keyid, secret: issued.secret })).not.toThrow();
  });

  it('makes keys that are never the same, from the given source', async () => {
    const { apiKeys } = openKeys();
    const made = await Promise.all(Array.from({ length: 50 }, () => apiKeys.issue({ kind: 'bearer', owner: 'jdoe' })));
    expect(new Set(made.flatMap(({ keyid, secret }) => [keyid, secret])).size).toBe(100);
    let drawn = 0;
    const counted = openKeys({ randomBytes: (length) => new Uint8Array(length).fill(++drawn) });
    expect((await counted.apiKeys.issue({ kind: 'bearer', owner: 'jdoe' })).keyid).toMatch(/^bank_live_[0-9A-Za-z]{16}$/);
    expect(drawn).toBe(2);
  });

  it('issues once for an idempotency key, and says so the second time', async () => {
    const { apiKeys } = openKeys();
    const options = { ...HMAC, idempotencyKey: 'order 7' };
    const both = await Promise.all([codeOf(() => apiKeys.issue(options)), codeOf(() => apiKeys.issue(options))]);
    expect([...both].sort()).toEqual(['done', 'key_exists']);
    expect(await codeOf(() => apiKeys.issue(options))).toBe('key_exists');
    expect(await codeOf(() => apiKeys.issue({ ...HMAC, idempotencyKey: 'order 8' }))).toBe('done');
    expect((await apiKeys.list()).keys).toHaveLength(2);
  });

  it('gives an owner so many keys; those that have ended do not count', async () => {
    const { apiKeys, clock } = openKeys({ maxKeysPerOwner: 2 });
    const first = await apiKeys.issue({ ...HMAC, expiresIn: 10 });
    const second = await apiKeys.issue(HMAC);
    expect(await codeOf(() => apiKeys.issue(HMAC))).toBe('limit_reached');
    expect(await codeOf(() => apiKeys.issue({ ...HMAC, owner: 'other' }))).toBe('done');
    expect(await codeOf(() => apiKeys.issue({ ...HMAC, tenant: 'other' }))).toBe('done');
    clock.now += 11;
    expect(await codeOf(() => apiKeys.issue(HMAC))).toBe('done');
    await apiKeys.revoke(second.keyid, { reason: 'not needed' });
    expect(await codeOf(() => apiKeys.issue(HMAC))).toBe('done');
    expect((await apiKeys.get(first.keyid))?.notAfter).toBe(NOON + 10);
  });

  it('shows its secret to who asks for it, and to no log', async () => {
    const { apiKeys } = openKeys();
    const issued = await apiKeys.issue(HMAC);
    const { inspect } = await import('node:util');
    for (const shown of [inspect(issued, { showHidden: true, depth: 9, getters: false }), JSON.stringify(issued), String(issued)])
      expect(shown).not.toContain(issued.secret.slice(-49, -6));
    expect(Object.keys(issued)).toEqual(['keyid']);
    const { keyid, secret } = issued;
    expect(parseKey(secret)?.keyid).toBe(keyid);
  });
});

describe('import', () => {
  it('takes over a secret under its own keyid, and a public key under its thumbprint', async () => {
    const { apiKeys } = openKeys();
    const taken = await apiKeys.importSecret('0123456789abcdef0123456789abcdef', { owner: 'jdoe', keyid: 'jdoe' });
    expect(taken).toMatchObject({ keyid: 'jdoe', kind: 'hmac', series: 'jdoe' });
    const { publicKey, privateKey } = await generateKeyPair();
    const registered = await apiKeys.importPublicKey(publicKey, { owner: 'jdoe' });
    expect(registered).toMatchObject({ keyid: privateKey.thumbprint, kind: 'ed25519' });
    expect(await codeOf(() => apiKeys.importPublicKey(publicKey, { owner: 'mallory' }))).toBe('keyid_taken');
    expect(await codeOf(() => apiKeys.importSecret('f'.repeat(32), { owner: 'mallory', keyid: 'jdoe' }))).toBe('keyid_taken');
    expect((await apiKeys.events()).map(({ action }) => action)).toEqual(['imported', 'imported']);
  });

  it('takes short secrets by name only', async () => {
    const { apiKeys } = openKeys();
    expect(await codeOf(() => apiKeys.importSecret('0123456789abcdef', { owner: 'jdoe' }))).toMatch(
      /^RangeError: secret must be at least 32/,
    );
    const options = { owner: 'jdoe', insecurelyAllowShortSecret: true };
    expect(await codeOf(() => apiKeys.importSecret('0123456789abcdef', options))).toBe('done');
  });
});

describe('the life of a key', () => {
  it('is changed, disabled and enabled, each with an event that has before and after', async () => {
    const { apiKeys, events, clock } = openKeys();
    const { keyid, key } = await apiKeys.issue({ ...HMAC, scopes: ['a'], name: 'one', status: 'pending' });
    clock.now++;
    const steps: readonly (() => Promise<ApiKey>)[] = [
      () => apiKeys.enable(keyid, { actor: 'admin' }),
      () => apiKeys.update(keyid, { scopes: ['a', 'b'], actor: 'admin' }),
      () => apiKeys.update(keyid, { expiresIn: 60, actor: 'admin' }),
      () => apiKeys.update(keyid, { expiresIn: null, actor: 'admin' }),
      () => apiKeys.disable(keyid, { actor: 'admin', reason: 'unpaid' }),
      () => apiKeys.enable(keyid, { actor: 'admin' }),
      () => apiKeys.revoke(keyid, { actor: 'admin', reason: 'leaked' }),
    ];
    let before = key;
    for (const step of steps) {
      const after = await step();
      expect(changes(events).at(-1)).toMatchObject({ actor: 'admin', before, after, seq: after.revision, at: clock.now });
      before = after;
    }
    expect(
      changes(events)
        .map(({ action }) => action)
        .join(' '),
    ).toBe('issued enabled updated updated updated disabled enabled revoked');
    expect(before).toMatchObject({ status: 'revoked', reason: 'leaked', scopes: ['a', 'b'], name: 'one', notAfter: undefined });
    expect((await apiKeys.events({ keyid })).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await apiKeys.events({ keyid, after: 6, limit: 1 })).map(({ seq }) => seq)).toEqual([7]);
  });

  it('ends for ever when it is revoked', async () => {
    const { apiKeys } = openKeys();
    const { keyid } = await apiKeys.issue(HMAC);
    await apiKeys.revoke(keyid, { reason: 'leaked' });
    expect(await codeOf(() => apiKeys.enable(keyid))).toBe('key_final');
    expect(await codeOf(() => apiKeys.disable(keyid))).toBe('key_final');
    expect(await codeOf(() => apiKeys.update(keyid, { name: 'x' }))).toBe('key_final');
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 0 }))).toBe('key_final');
    expect((await apiKeys.revoke(keyid, { reason: 'again' })).reason).toBe('leaked');
    expect(await apiKeys.events()).toHaveLength(2);
  });

  it('answers what is not there, and what somebody changed', async () => {
    const { apiKeys } = openKeys();
    for (const work of [
      () => apiKeys.revoke('nobody', { reason: 'x' }),
      () => apiKeys.enable('nobody'),
      () => apiKeys.disable('nobody'),
      () => apiKeys.update('nobody', {}),
      () => apiKeys.rotate('nobody', { overlap: 0 }),
    ])
      expect(await codeOf(work)).toBe('key_not_found');
    expect(await apiKeys.get('nobody')).toBeUndefined();
    const { keyid, key } = await apiKeys.issue(HMAC);
    await apiKeys.update(keyid, { name: 'new' });
    expect(await codeOf(() => apiKeys.update(keyid, { name: 'newer', ifRevision: key.revision }))).toBe('conflict');
    expect((await apiKeys.update(keyid, { name: 'newer', ifRevision: 2 })).name).toBe('newer');
  });

  it('loses nothing when many change it at once', async () => {
    const { apiKeys, another } = openKeys();
    const { keyid } = await apiKeys.issue(HMAC);
    const others = [apiKeys, another(), another()];
    const results = await Promise.all(others.map((keys, index) => codeOf(() => keys.update(keyid, { name: `n${index}` }))));
    expect(results).toEqual(['done', 'done', 'done']);
    expect((await apiKeys.get(keyid))?.revision).toBe(4);
  });

  it('is not seen from another environment', async () => {
    const { apiKeys, another } = openKeys();
    const { keyid } = await apiKeys.issue(HMAC);
    const test = another({ environment: 'test' });
    expect(await test.get(keyid)).toBeUndefined();
    expect((await test.list()).keys).toEqual([]);
    expect(await codeOf(() => test.revoke(keyid, { reason: 'x' }))).toBe('key_not_found');
    expect(await test.resolveKey(keyid, undefined as never)).toBeUndefined();
  });
});

describe('rotate', () => {
  it('answers the successor, of the same series, with what was said of the key', async () => {
    const { apiKeys, clock } = openKeys();
    const first = await apiKeys.issue({ ...HMAC, scopes: ['a'], name: 'one', labels: { x: 'y' }, expiresIn: 1000, metadata: 7 });
    clock.now += 100;
    const second = await apiKeys.rotate(first.keyid, { overlap: 60 });
    expect(second.key).toMatchObject({
      series: first.keyid,
      generation: 2,
      owner: 'jdoe',
      scopes: ['a'],
      name: 'one',
      labels: { x: 'y' },
      metadata: 7,
      notAfter: clock.now + 1000,
      createdAt: clock.now,
    });
    expect(second.secret).not.toBe(first.secret);
    expect(await apiKeys.get(first.keyid)).toMatchObject({ replacedBy: second.keyid, overlapUntil: clock.now + 60, status: 'active' });
    const third = await apiKeys.rotate(second.keyid, { overlap: 0, expiresIn: 5 });
    expect(third.key).toMatchObject({ series: first.keyid, generation: 3, notAfter: clock.now + 5 });
    expect((await apiKeys.list({ series: first.keyid })).keys.map(({ generation }) => generation).sort()).toEqual([1, 2, 3]);
  });

  it('lets one of two have it', async () => {
    const { apiKeys, another } = openKeys();
    const { keyid } = await apiKeys.issue(HMAC);
    const both = await Promise.all([apiKeys, another()].map((keys) => codeOf(() => keys.rotate(keyid, { overlap: 60 }))));
    expect([...both].sort()).toEqual(['conflict', 'done']);
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 60 }))).toBe('conflict');
    expect((await apiKeys.list()).keys).toHaveLength(2);
  });

  it('refuses an overlap beyond the end of the key, and a disabled key', async () => {
    const { apiKeys, clock } = openKeys();
    const { keyid } = await apiKeys.issue({ ...HMAC, expiresIn: 100 });
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 102 }))).toBe('overlap_too_long');
    await apiKeys.disable(keyid);
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 60 }))).toBe('conflict');
    await apiKeys.enable(keyid);
    clock.now += 200;
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 1 }))).toBe('overlap_too_long');
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 0 }))).toBe('done');
  });

  it('goes from public key to public key', async () => {
    const { apiKeys } = openKeys();
    const [one, two] = [await generateKeyPair(), await generateKeyPair()];
    const { keyid } = await apiKeys.importPublicKey(one.publicKey, { owner: 'jdoe' });
    expect(await codeOf(() => apiKeys.rotate(keyid, { overlap: 60 }))).toMatch(/^TypeError: keyid is of a public key/);
    const next = await apiKeys.rotateTo(keyid, two.publicKey, { overlap: 60 });
    expect(next).toMatchObject({ keyid: two.privateKey.thumbprint, series: keyid, generation: 2 });
    const { keyid: secret } = await apiKeys.issue(HMAC);
    expect(await codeOf(() => apiKeys.rotateTo(secret, one.publicKey, { overlap: 0 }))).toMatch(
      /^TypeError: keyid is of a key with a secret/,
    );
  });

  it('revokes one generation, or the whole series', async () => {
    const { apiKeys } = openKeys();
    const first = await apiKeys.issue(HMAC);
    const second = await apiKeys.rotate(first.keyid, { overlap: 60 });
    await apiKeys.revoke(first.keyid, { reason: 'leaked' });
    expect((await apiKeys.get(second.keyid))?.status).toBe('active');
    const third = await apiKeys.rotate(second.keyid, { overlap: 60 });
    await apiKeys.revoke(second.keyid, { reason: 'leaked', series: true });
    expect((await apiKeys.get(third.keyid))?.status).toBe('revoked');
  });
});

describe('list, expiring, purge', () => {
  it('finds by owner, tenant, state, use and end, in pages', async () => {
    const { apiKeys, clock, store } = openKeys();
    const make = (owner: string, more: object = {}) => apiKeys.issue({ kind: 'bearer', owner, ...more });
    const old = await make('a');
    clock.now += 100;
    const pending = await make('a', { status: 'pending' });
    const ending = await make('b', { expiresIn: 50 });
    const later = await make('b', { notBefore: clock.now + 10, tenant: 't' });
    const revoked = await make('c');
    await apiKeys.revoke(revoked.keyid, { reason: 'x' });
    const rotated = await make('c');
    const next = await apiKeys.rotate(rotated.keyid, { overlap: 0 });
    const ids = async (query: object): Promise<readonly string[]> => (await apiKeys.list(query)).keys.map(({ keyid }) => keyid).sort();
    const all = [old, pending, ending, later, revoked, rotated, next].map(({ keyid }) => keyid).sort();
    expect(await ids({})).toEqual(all);
    expect(await ids({ owner: 'a' })).toEqual([old.keyid, pending.keyid].sort());
    expect(await ids({ tenant: 't' })).toEqual([later.keyid]);
    expect(await ids({ state: 'pending' })).toEqual([pending.keyid]);
    expect(await ids({ state: 'revoked' })).toEqual([revoked.keyid]);
    expect(await ids({ state: 'rotated_out' })).toEqual([rotated.keyid]);
    expect(await ids({ state: 'scheduled' })).toEqual([later.keyid]);
    expect(await ids({ state: 'active' })).toEqual([old.keyid, ending.keyid, next.keyid].sort());
    expect(await ids({ expiringBefore: clock.now + 51 })).toEqual([ending.keyid]);
    expect(await ids({ unusedSince: clock.now })).toEqual([old.keyid]);
    await store.touch([{ keyid: old.keyid, at: clock.now - 1, count: 1 }]);
    expect(await ids({ unusedSince: clock.now - 1 })).toEqual([]);
    expect(await ids({ unusedSince: clock.now })).toEqual([old.keyid]);
    const soon: string[] = [];
    for await (const { keyid } of apiKeys.expiring(60)) soon.push(keyid);
    expect(soon).toEqual([ending.keyid]);
    clock.now += 60;
    expect(await ids({ state: 'expired' })).toEqual([ending.keyid]);
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await apiKeys.list({ limit: 3, cursor });
      pages.push(...page.keys.map(({ keyid }) => keyid));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect([...pages].sort()).toEqual(all);
    expect(await apiKeys.purge({ revokedBefore: clock.now - 60 })).toBe(0);
    expect(await apiKeys.purge({ revokedBefore: clock.now })).toBe(1);
    expect(await apiKeys.get(revoked.keyid)).toBeUndefined();
    expect((await apiKeys.events({ keyid: revoked.keyid })).map(({ action }) => action)).toEqual(['issued', 'revoked', 'purged']);
  });
});

describe('bad arguments', () => {
  const { apiKeys } = openKeys();
  const issue = (more: object) => apiKeys.issue({ ...HMAC, ...more });
  const rows: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ['no options', () => apiKeys.issue(undefined as never), /^TypeError: options must be an object/],
    ['a misspelt option', () => issue({ scope: ['a'] }), /did you mean scopes/],
    ['another kind', () => issue({ kind: 'ed25519' }), /^TypeError: kind must be/],
    ['no owner', () => issue({ owner: undefined }), /^TypeError: owner must be a string/],
    ['an empty owner', () => issue({ owner: '' }), /^RangeError: owner must be 1 to 256/],
    ['an owner with NUL', () => issue({ owner: 'a\0' }), /^TypeError: owner must be well-formed/],
    ['an owner with half a character', () => issue({ owner: '\ud800' }), /^TypeError: owner must be well-formed/],
    ['a tenant of another type', () => issue({ tenant: 7 }), /^TypeError: tenant must be a string/],
    ['a long name', () => issue({ name: 'x'.repeat(257) }), /^RangeError: name must be 0 to 256/],
    ['scopes as text', () => issue({ scopes: 'a b' }), /^TypeError: scopes must be a list/],
    ['a scope with a blank', () => issue({ scopes: ['a b'] }), /^RangeError: each of scopes must be/],
    ['101 scopes', () => issue({ scopes: Array.from({ length: 101 }, (_, i) => `s${i}`) }), /^RangeError: scopes must be 100/],
    ['labels that are no texts', () => issue({ labels: { a: 1 } }), /^TypeError: a text in labels/],
    ['a limit without points', () => issue({ limits: [{ name: 'a', seconds: 1 }] }), /^TypeError: limits.points/],
    ['a limit of no points', () => issue({ limits: [{ name: 'a', points: 0, seconds: 1 }] }), /^RangeError: limits.points/],
    ['limits as an object', () => issue({ limits: {} }), /^TypeError: limits must be a list/],
    ['metadata that JSON cannot carry', () => issue({ metadata: { a: 1n } }), /^TypeError: /],
    ['much metadata', () => issue({ metadata: 'x'.repeat(16_384) }), /^RangeError: metadata must be at most 16 KiB/],
    ['a life in milliseconds', () => issue({ expiresIn: 90 * 86_400_000 }), /^RangeError: expiresIn must be a whole number/],
    ['no life', () => issue({ expiresIn: 0 }), /^RangeError: expiresIn/],
    ['a life of NaN', () => issue({ expiresIn: Number.NaN }), /^RangeError: expiresIn/],
    ['notBefore in milliseconds', () => issue({ notBefore: NOON * 1000 }), /looks like milliseconds/],
    ['another status', () => issue({ status: 'revoked' }), /^TypeError: status must be/],
    ['an actor of another type', () => issue({ actor: {} }), /^TypeError: actor must be a string/],
    ['an empty idempotency key', () => issue({ idempotencyKey: '' }), /^RangeError: idempotencyKey/],
    ['a keyid in issue', () => issue({ keyid: 'x' }), /keyid belongs into importSecret/],
    ['no secret', () => apiKeys.importSecret(undefined as never, { owner: 'a' }), /^TypeError: secret is undefined/],
    [
      'a keyid that is none',
      () => apiKeys.importSecret('x'.repeat(32), { owner: 'a', keyid: 'ä' }),
      /^RangeError: keyid must be printable/,
    ],
    [
      'a long keyid',
      () => apiKeys.importSecret('x'.repeat(32), { owner: 'a', keyid: 'x'.repeat(257) }),
      /^RangeError: keyid must be at most/,
    ],
    ['a public key of text', () => apiKeys.importPublicKey('pem' as never, { owner: 'a' }), /^TypeError: publicKey must be an Ed25519/],
    ['a number for a keyid', () => apiKeys.get(7 as never), /^TypeError: keyid must be a string/],
    ['an empty keyid', () => apiKeys.revoke('', { reason: 'x' }), /^RangeError: keyid must be printable/],
    ['no reason', () => apiKeys.revoke('x', {} as never), /^TypeError: reason must be a string/],
    ['an empty reason', () => apiKeys.revoke('x', { reason: '' }), /^RangeError: reason must not be empty/],
    ['series as text', () => apiKeys.revoke('x', { reason: 'x', series: 'yes' as never }), /^TypeError: series must be true or false/],
    ['no overlap', () => apiKeys.rotate('x', {} as never), /^TypeError: overlap must be a number/],
    ['a negative overlap', () => apiKeys.rotate('x', { overlap: -1 }), /^RangeError: overlap/],
    ['overlapMs', () => apiKeys.rotate('x', { overlapMs: 7 } as never), /there is no "overlapMs"; did you mean overlap/],
    ['an owner in update', () => apiKeys.update('x', { owner: 'y' } as never), /owner belongs into issue/],
    ['a state that is none', () => apiKeys.list({ state: 'gone' as never }), /^TypeError: state must be one of/],
    ['a limit of 0', () => apiKeys.list({ limit: 0 }), /^RangeError: limit/],
    ['a made-up cursor', () => apiKeys.list({ cursor: 'abc' }), /^RangeError: cursor must be one that list answered/],
    ['unusedSince in milliseconds', () => apiKeys.list({ unusedSince: NOON * 1000 }), /looks like milliseconds/],
    ['an owner that is a number', () => apiKeys.list({ owner: 7 as never }), /^TypeError: owner must be a string/],
    ['events after NaN', () => apiKeys.events({ after: Number.NaN }), /^RangeError: after/],
    ['purge of everything', () => apiKeys.purge({} as never), /^TypeError: revokedBefore must be/],
    ['dryRun as text', () => apiKeys.rewrap({ dryRun: 'no' as never }), /^TypeError: dryRun must be true or false/],
    [
      'within a Date',
      async () =>
        apiKeys
          .expiring(new Date() as never)
          [Symbol.asyncIterator]()
          .next(),
      /^TypeError: within must be a number/,
    ],
  ];

  it.each(rows)('%s', async (_, work, message) => {
    expect(await codeOf(work)).toMatch(message);
  });

  it.each([
    ['no store', { store: undefined }, /store must be an object/],
    ['a store that lacks something', { store: { get: () => undefined } }, /store.list must be a function/],
    ['no prefix', { prefix: undefined }, /prefix must be a string/],
    ['another prefix', { prefix: 'Bank' }, /prefix must be 2 to 16/],
    ['another environment', { environment: 'production-1' }, /environment must be/],
    ['a sealer that opens nothing', { sealer: { seal() {}, current: 'a' } }, /sealer.open must be a function/],
    ['a short pepper', { pepper: { current: 'a', keys: { a: new Uint8Array(31) } } }, /pepper.keys.a must be at least 32 bytes/],
    [
      'a pepper that is not there',
      { pepper: { current: 'b', keys: { a: new Uint8Array(32) } } },
      /pepper.current must be a name in pepper.keys/,
    ],
    ['a delay of a second', { revocationDelay: 1 }, /revocationDelay must be a whole number from 2/],
    ['a clock that is none', { now: NOON }, /now must be a function/],
    ['a hook that is none', { onEvent: {} }, /onEvent must be a function/],
    ['a misspelt option', { peper: {} }, /did you mean pepper/],
  ])('of createApiKeys: %s', (_, more, message) => {
    expect(() => createApiKeys({ store: memoryKeyStore(), prefix: 'bank', ...(more as object) })).toThrow(message);
  });

  it('needs a sealer and a pepper for what needs them', async () => {
    const bare = createApiKeys({ store: memoryKeyStore(), prefix: 'bank' });
    expect(await codeOf(() => bare.issue(HMAC))).toMatch(/needs the option sealer/);
    expect(await codeOf(() => bare.issue({ kind: 'bearer', owner: 'a' }))).toMatch(/needs the option pepper/);
    expect(await codeOf(() => bare.rewrap())).toMatch(/needs the option sealer/);
    const { publicKey } = await generateKeyPair();
    expect(await codeOf(() => bare.importPublicKey(publicKey, { owner: 'a' }))).toBe('done');
  });
});

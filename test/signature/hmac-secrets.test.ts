import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VerificationKey } from '../../src/crypto/key.ts';
import type { UnverifiedSignature } from '../../src/rfc9421/unverified-signature.ts';
import { type HmacSecretsOptions, hmacSecrets, type SecretLookup } from '../../src/signature/hmac-secrets.ts';
import { type KeyRecord, readLookup } from '../../src/signature/key-record.ts';
import { codeOf, NOW, SECRET, signed, verdict, verifier } from '../support/bank.ts';

const UNTRUSTED = {} as UnverifiedSignature;
const BASE = new TextEncoder().encode('a base');
const OTHER = 'another secret of thirty-two bytes and more';

const macOf = (secret: string | Uint8Array) => new Uint8Array(createHmac('sha256', secret).update(BASE).digest());

/** A look-up whose answer can be exchanged, and what is resolved with it. */
function open(answer: unknown, options?: HmacSecretsOptions) {
  const state = { answer, calls: [] as unknown[] };
  const resolve = hmacSecrets((...args) => {
    state.calls.push(args);
    return state.answer as SecretLookup;
  }, options);
  const read = (keyid = 'jdoe') => readLookup(resolve(keyid, UNTRUSTED) as VerificationKey | KeyRecord | undefined);
  return { state, resolve, record: () => read()?.record, keys: (keyid?: string) => read(keyid)!.keys };
}

afterEach(() => vi.unstubAllGlobals());

describe('hmacSecrets', () => {
  it('makes keys of text, bytes and CryptoKeys', async () => {
    const bytes = new TextEncoder().encode(SECRET);
    const cryptoKey = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    for (const secret of [SECRET, bytes, cryptoKey]) {
      const [key] = open(secret).keys();
      expect(key!.algorithm).toBe('hmac-sha256');
      expect(await key!.verify(BASE, macOf(SECRET))).toBe(true);
      expect(await key!.verify(BASE, macOf(OTHER))).toBe(false);
    }
  });

  it('verifies requests, with a look-up that answers at once or later', async () => {
    const request = await signed();
    for (const find of [() => SECRET, async () => SECRET, async () => ({ secret: SECRET })])
      expect(await verdict(request, { resolveKey: hmacSecrets(find) })).toBe('accepted');
    expect(await verdict(request, { resolveKey: hmacSecrets(async () => OTHER) })).toBe('signature_mismatch');
    expect(await verdict(request, { resolveKey: hmacSecrets(async () => null) })).toBe('key_unknown');
    expect(await verdict(request, { resolveKey: hmacSecrets(() => undefined) })).toBe('key_unknown');
  });

  it('asks the look-up for every message, with what the message claims', () => {
    const { state, resolve } = open(SECRET);
    resolve('jdoe', UNTRUSTED);
    resolve('jdoe', UNTRUSTED);
    expect(state.calls).toEqual([
      ['jdoe', UNTRUSTED],
      ['jdoe', UNTRUSTED],
    ]);
  });

  it('prepares a secret once, while it is the same', () => {
    for (const same of [() => SECRET, () => new TextEncoder().encode(SECRET), () => ({ secret: SECRET })]) {
      const { state, keys } = open(same());
      const [first] = keys();
      state.answer = same();
      expect(keys()[0]).toBe(first);
    }
  });

  it('takes a secret that was changed at once, also bytes that were changed in place', async () => {
    const { state, keys } = open(SECRET);
    const [first] = keys();
    state.answer = OTHER;
    const [second] = keys();
    expect([await second!.verify(BASE, macOf(SECRET)), await second!.verify(BASE, macOf(OTHER))]).toEqual([false, true]);
    expect(second).not.toBe(first);
    const bytes = new TextEncoder().encode(SECRET);
    state.answer = bytes;
    keys();
    bytes[0]! ^= 1;
    expect(await keys()[0]!.verify(BASE, macOf(bytes))).toBe(true);
    expect(await keys()[0]!.verify(BASE, macOf(SECRET))).toBe(false);
  });

  it('keeps nothing of a keyid that is gone', () => {
    const { state, keys, record } = open(SECRET);
    const [first] = keys();
    state.answer = null;
    expect(record()).toBe(undefined);
    state.answer = SECRET;
    expect(keys()[0]).not.toBe(first);
  });

  it('gives each keyid its own secret', async () => {
    const resolve = hmacSecrets((keyid) => (keyid === 'a' ? SECRET : OTHER));
    for (let round = 0; round < 2; round++) {
      for (const [keyid, secret] of [
        ['a', SECRET],
        ['b', OTHER],
        ['__proto__', OTHER],
      ] as const)
        expect(await (resolve(keyid, UNTRUSTED) as VerificationKey).verify(BASE, macOf(secret)), keyid).toBe(true);
    }
  });

  it('keeps a bounded number, the latest used; each resolver its own', () => {
    const { keys } = open(SECRET, { maxKeys: 3 });
    const [a] = keys('a');
    keys('b');
    keys('c');
    expect(keys('a')[0]).toBe(a);
    keys('d');
    expect(keys('a')[0]).toBe(a);
    for (const keyid of ['e', 'f', 'g']) keys(keyid);
    expect(keys('a')[0]).not.toBe(a);
    expect(open(SECRET).keys('a')[0]).not.toBe(keys('a')[0]);
  });

  it('is not emptied by keyids that nobody has', () => {
    const resolve = hmacSecrets((keyid) => (keyid === 'jdoe' ? SECRET : undefined), { maxKeys: 1 });
    const first = resolve('jdoe', UNTRUSTED);
    for (let index = 0; index < 100; index++) expect(resolve(`made up ${index}`, UNTRUSTED)).toBe(undefined);
    expect(resolve('jdoe', UNTRUSTED)).toBe(first);
  });
});

describe('records', () => {
  it('are key records without the secret', () => {
    const details = {
      tenant: 'acme',
      status: 'disabled',
      notBefore: 1,
      notAfter: 2,
      canonicalKeyid: 'a',
      scopes: ['coins:write'],
      metadata: { plan: 'gold' },
    } as const;
    const { record } = open({ ...details, secret: SECRET, id: 7 });
    const { key, ...rest } = record()!;
    expect(rest).toEqual(details);
    expect(key).toHaveLength(1);
  });

  it('come as rows of object mappers: null is absence, members of a class count', async () => {
    class Row {
      readonly tenant = null;
      readonly status = null;
      readonly notAfter = null;
      get secret() {
        return SECRET;
      }
    }
    expect(open(new Row()).record()).toEqual({ key: [expect.objectContaining({ algorithm: 'hmac-sha256' })] });
  });

  it('may hold several secrets while they overlap; those that stay are not prepared again', async () => {
    const { state, keys } = open({ secret: [SECRET] });
    const [old] = keys();
    state.answer = { secret: [OTHER, SECRET] };
    const [fresh, kept] = keys();
    expect(kept).toBe(old);
    expect([await fresh!.verify(BASE, macOf(OTHER)), await kept!.verify(BASE, macOf(SECRET))]).toEqual([true, true]);
    const request = await signed();
    expect(await verdict(request, { resolveKey: hmacSecrets(() => ({ secret: [OTHER, SECRET] })) })).toBe('accepted');
  });

  it('say whether the key may be used', async () => {
    const request = await signed();
    for (const [details, code] of [
      [{ status: 'revoked' }, 'key_revoked'],
      [{ status: 'disabled' }, 'key_disabled'],
      [{ notAfter: NOW - 1 }, 'key_expired'],
      [{ notAfter: NOW + 1 }, 'accepted'],
    ] as const) {
      expect(await verdict(request, { resolveKey: hmacSecrets(() => ({ secret: SECRET, ...details })) })).toBe(code);
    }
  });

  it('inherit nothing that Object.prototype was given', () => {
    const polluted = Object.prototype as { secret?: string; tenant?: string; insecurelyAllowShortSecret?: boolean };
    try {
      Object.assign(polluted, { secret: SECRET, tenant: 'evil', insecurelyAllowShortSecret: true });
      expect(() => open({}).record()).toThrow(TypeError);
      expect(() => open('x'.repeat(16)).record()).toThrow(RangeError);
      expect(open({ secret: SECRET }).record()).toEqual({ key: [expect.anything()] });
    } finally {
      delete polluted.secret;
      delete polluted.tenant;
      delete polluted.insecurelyAllowShortSecret;
    }
  });
});

describe('what is no secret', () => {
  it('is an empty text: no keyid without a secret', () => {
    for (const answer of ['', { secret: '' }, { secret: [SECRET, ''] }])
      expect(() => open(answer).record()).toThrow(new TypeError('find answered an empty secret: answer undefined where there is none'));
  });

  it('is any other answer', () => {
    const error = new TypeError('find must answer a secret, a record { secret, … }, or undefined if there is none');
    const key = { algorithm: 'hmac-sha256', verify: () => true };
    for (const answer of [
      0,
      5,
      true,
      false,
      [],
      [SECRET],
      {},
      { secret: null },
      { secret: undefined },
      { secret: [] },
      { secret: 5 },
      { secret: [5] },
      { key },
      key,
      new Date(),
    ])
      expect(() => open(answer).record(), inspect(answer)).toThrow(error);
  });

  it('is what hmacKey refuses: answered with 503, and another try is made', async () => {
    const { state, resolve } = open('short');
    const request = await signed();
    expect(await codeOf(() => verifier({ resolveKey: resolve }).verifyRequest(request))).toBe('store_unavailable');
    state.answer = SECRET;
    expect(await codeOf(() => verifier({ resolveKey: resolve }).verifyRequest(request))).toBe('accepted');
    expect(open('x'.repeat(16), { insecurelyAllowShortSecret: true }).keys()).toHaveLength(1);
  });

  it('is never shown', () => {
    const { resolve, record } = open({ secret: SECRET, metadata: 'a' });
    for (const value of [record(), resolve]) expect(inspect(value, { showHidden: true, depth: null })).not.toContain(SECRET.slice(0, 8));
    expect(JSON.stringify(record())).not.toContain(SECRET.slice(0, 8));
    for (const wrong of [`${SECRET}\n`, [SECRET], { secret: { text: SECRET } }]) {
      try {
        open(wrong).record();
        expect.unreachable();
      } catch (error) {
        expect(inspect(error)).not.toContain(SECRET.slice(0, 8));
      }
    }
  });
});

describe('the options', () => {
  it('are checked at creation', () => {
    expect(() => hmacSecrets(SECRET as never)).toThrow('find must be a function');
    expect(() => hmacSecrets(() => SECRET, { maxKey: 5 } as never)).toThrow('options: there is no "maxKey"; did you mean maxKeys?');
    for (const maxKeys of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2_000_000])
      expect(() => hmacSecrets(() => SECRET, { maxKeys })).toThrow(RangeError);
    expect(() => hmacSecrets(() => SECRET, { maxKeys: '5' as never })).toThrow(TypeError);
    expect(() => hmacSecrets(() => SECRET, { insecurelyAllowShortSecret: 'false' as never })).toThrow(TypeError);
  });

  it('say whether a page may have secrets', () => {
    vi.stubGlobal('document', {});
    expect(() => open(SECRET).record()).toThrow('whoever opens a page can read it');
    expect(open(SECRET, { insecurelyAllowInBrowser: true }).keys()).toHaveLength(1);
  });
});

/** Signatures that do without created, keyid or nonce (RFC 9421, section 2.3): only where a policy says so, by name. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import type { Verifier, VerifierOptions } from '../../src/http/verifier.ts';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';
import { type ConsumeRequest, LONGEST_LIFE, type ReplayStore } from '../../src/replay/store.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import type { KeylessSignature, ResolveKeyWithoutKeyid } from '../../src/signature/key-record.ts';
import type { Policy } from '../../src/signature/policy.ts';
import type { BareSignedFields, OmittedParameter, SignedFields, SignOptions } from '../../src/signature/sign.ts';
import { BODY, codeOf, message, NOW, SECRET, signer, verdict, verifier, withField } from '../support/bank.ts';

/** A message signed without these parameters. */
async function without(
  insecurelyOmit: readonly OmittedParameter[],
  options: Partial<SignOptions> = {},
  changes: Partial<RequestMessage> = {},
): Promise<RequestMessage> {
  const unsigned = message(changes);
  const { fields } = await signRequest(unsigned, { signer, now: () => NOW, ...options, insecurelyOmit });
  return { ...unsigned, fields: [...(unsigned.fields as []), ...fields] };
}

/** A store that tells what it was asked. */
function askedStore(): ReplayStore & { readonly asked: ConsumeRequest[] } {
  const asked: ConsumeRequest[] = [];
  const inner = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
  return {
    asked,
    consume: (request) => {
      asked.push(request);
      return inner.consume(request);
    },
  };
}

const at = (now: number, policy: Policy, options: Partial<VerifierOptions> = {}): Verifier =>
  verifier({ policy, now: () => now, ...options });

describe('insecurelyOmit', () => {
  it('leaves out what it names, and the result says so', async () => {
    const all = await signRequest(message(), { signer, now: () => NOW, expiresIn: 60, insecurelyOmit: ['created', 'keyid', 'nonce'] });
    expect(all.fields.find(([name]) => name === 'signature-input')![1]).toMatch(/\);expires=\d+$/);
    expect([all.created, all.nonce]).toEqual([undefined, undefined]);
    const none = await signRequest(message(), { signer, now: () => NOW, insecurelyOmit: [] });
    expect(none).toMatchObject({ created: NOW, nonce: expect.any(String) });
    expectTypeOf(all).toEqualTypeOf<BareSignedFields>();
    expectTypeOf(await signRequest(message(), { signer })).toEqualTypeOf<SignedFields>();
  });
  it.each([
    [{ insecurelyOmit: ['expires'] }, /some of created, keyid, nonce/],
    [{ insecurelyOmit: 'nonce' }, /must be a list of strings/],
    [{ insecurelyOmit: ['nonce'], nonce: 'n' }, /nonce is given, and insecurelyOmit leaves it out/],
  ])('is checked: %j', async (options, expected) => {
    await expect(signRequest(message(), { signer, ...options } as never)).rejects.toThrow(expected);
  });
});

describe('insecurelyAllowMissingCreated', () => {
  const policy: Policy = { insecurelyAllowMissingCreated: true, maxLifetime: 600 };

  it('is not the default', async () => {
    expect(await verdict(await without(['created'], { expiresIn: 60 }))).toBe('created_missing');
  });

  it.each([
    ['in the second in which it ends', NOW + 600, 'accepted'],
    ['a second later', NOW + 601, 'expired'],
    ['as soon as it may', NOW, 'accepted'],
    ['longer ahead than it may', NOW - 1, 'lifetime_too_long'],
  ])('accepts a message until expires, at most maxLifetime ahead: %s', async (_, now, expected) => {
    const request = await without(['created'], { expiresIn: 600 });
    expect(await codeOf(() => at(now, policy).verifyRequest(request))).toBe(expected);
  });

  it('accepts it once, and remembers its nonce until it ends', async () => {
    const replayStore = askedStore();
    const bank = at(NOW, policy, { replayStore });
    const request = await without(['created'], { expiresIn: 500 });
    expect((await bank.verifyRequest(request)).signatures[0].created).toBeUndefined();
    expect(await codeOf(() => bank.verifyRequest(request))).toBe('nonce_replayed');
    expect(replayStore.asked[0]).toMatchObject({ created: NOW + 500 - 600, expires: NOW + 500, keepUntil: NOW + 500 + 5 + 1 });
  });

  it('is cold where the message may have been accepted before the store began', async () => {
    const replayStore = memoryReplayStore();
    const old = await without(['created'], { expiresIn: 600 });
    expect(await codeOf(() => at(NOW, policy, { replayStore }).verifyRequest(old))).toBe('replay_store_cold');
    const later = NOW + 20;
    const young = await without(['created'], { expiresIn: 600, now: () => later });
    expect(await codeOf(() => at(later, policy, { replayStore }).verifyRequest(young))).toBe('accepted');
    const within = await without(['created'], { expiresIn: 590, now: () => later });
    expect(await codeOf(() => at(later, policy, { replayStore }).verifyRequest(within))).toBe('accepted');
    const maybeOlder = await without(['created'], { expiresIn: 580, now: () => later });
    expect(await codeOf(() => at(later, policy, { replayStore }).verifyRequest(maybeOlder))).toBe('replay_store_cold');
  });

  it('counts with the longest life that a function of policies ever gave the tag', async () => {
    const replayStore = askedStore();
    let maxLifetime = 3600;
    const bank = verifier({ policy: () => ({ insecurelyAllowMissingCreated: true, maxLifetime }), replayStore });
    await bank.verifyRequest(await without(['created'], { expiresIn: 3600 }));
    maxLifetime = 60;
    await bank.verifyRequest(await without(['created'], { expiresIn: 60 }));
    expect(replayStore.asked.map(({ created }) => created)).toEqual([NOW, NOW + 60 - 3600]);
  });

  it('still wants expires', async () => {
    const error = await at(NOW, policy)
      .verifyRequest(await without(['created']))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'created_missing', detail: 'the signature says neither when it was made nor when it ends' });
  });

  it('with insecurelyAllowMissingNonce, a message that does not end counts again and again', async () => {
    const replayStore = askedStore();
    const bank = at(NOW, { insecurelyAllowMissingCreated: true, insecurelyAllowMissingNonce: true }, { replayStore });
    for (const omitted of [['created'], ['created', 'nonce']] as const) {
      const request = await without(omitted);
      for (let time = 0; time < 3; time++) expect(await codeOf(() => bank.verifyRequest(request))).toBe('accepted');
    }
    expect(replayStore.asked).toEqual([]);
    const ending = await without(['created'], { expiresIn: 300 });
    expect([await codeOf(() => bank.verifyRequest(ending)), await codeOf(() => bank.verifyRequest(ending))]).toEqual([
      'accepted',
      'nonce_replayed',
    ]);
    expect(await codeOf(async () => bank.verifyRequest(await without(['created'], { expiresIn: 301 })))).toBe('lifetime_too_long');
  });

  it('needs a bound at creation, and in the types', () => {
    // @ts-expect-error Neither does such a message end, nor may it lack a nonce.
    const unbounded: Policy = { insecurelyAllowMissingCreated: true };
    expect(() => at(NOW, unbounded)).toThrow(/needs policy\.maxLifetime.* or policy\.insecurelyAllowMissingNonce/);
    // @ts-expect-error The same, said twice.
    const saidTwice: Policy = { insecurelyAllowMissingCreated: true, insecurelyAllowMissingNonce: false };
    expect(() => at(NOW, saidTwice)).toThrow(TypeError);
    expect(() => at(NOW, { insecurelyAllowMissingCreated: 'yes' } as never)).toThrow(
      'policy.insecurelyAllowMissingCreated must be true or false',
    );
    const most = LONGEST_LIFE - 5 - 1;
    expect(() => at(NOW, { insecurelyAllowMissingCreated: true, maxLifetime: most })).not.toThrow();
    expect(() => at(NOW, { insecurelyAllowMissingCreated: true, maxLifetime: most + 1 })).toThrow(RangeError);
  });
});

describe('maxLifetime', () => {
  const signedFor = (expiresIn: number) => without([], { expiresIn });
  it('is maxAge by default, and otherwise a bound of its own', async () => {
    expect(await verdict(await signedFor(300))).toBe('accepted');
    expect(await verdict(await signedFor(301))).toBe('lifetime_too_long');
    expect(await verdict(await signedFor(301), { policy: { maxLifetime: 301 } })).toBe('accepted');
    expect(await verdict(await signedFor(301), { policy: { maxAge: 900, maxLifetime: 300 } })).toBe('lifetime_too_long');
  });
  it('does not keep a message alive beyond maxAge, nor its nonce', async () => {
    const replayStore = askedStore();
    const policy: Policy = { maxLifetime: 999_999_999_999_999 };
    const request = await signedFor(LONGEST_LIFE);
    expect(await codeOf(() => at(NOW + 300, policy, { replayStore }).verifyRequest(request))).toBe('accepted');
    expect(await codeOf(() => at(NOW + 301, policy, { replayStore }).verifyRequest(request))).toBe('expired');
    expect(replayStore.asked[0]).toMatchObject({ keepUntil: NOW + 300 + 5 + 1 });
  });
  it('takes what a signature can say: a century, and the end of time', async () => {
    const policy: Policy = { maxLifetime: 999_999_999_999_999 };
    const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const bank = at(NOW, policy, { replayStore });
    for (const expires of [NOW + 3_155_760_000, 100_000_000_001, 2 ** 40]) {
      const { createSigner, key } = forged(expires);
      const request = await createSigner();
      expect(await codeOf(() => at(NOW, policy, { replayStore, resolveKey: () => key }).verifyRequest(request)), String(expires)).toBe(
        'accepted',
      );
      expect(await codeOf(() => at(NOW, policy, { replayStore, resolveKey: () => key }).verifyRequest(request)), String(expires)).toBe(
        'nonce_replayed',
      );
    }
    expect(await codeOf(async () => bank.verifyRequest(await signedFor(300)))).toBe('accepted');
  });
  it('is checked', () => {
    for (const maxLifetime of [0, 1.5, Number.NaN, 1_000_000_000_000_000])
      expect(() => at(NOW, { maxLifetime })).toThrow(/policy\.maxLifetime/);
  });

  /** Signs with an end that no signer of ours writes: by changing the parameters before they are signed. */
  function forged(expires: number) {
    const key = hmacKey(SECRET);
    const patched = {
      keyid: 'jdoe',
      algorithm: 'hmac-sha256',
      sign: (base: Uint8Array) =>
        signer.sign(new TextEncoder().encode(new TextDecoder().decode(base).replace(/expires=\d+/, `expires=${expires}`))),
    } as const;
    const createSigner = async () => {
      const request = await without([], { signer: patched, expiresIn: 7 });
      const input = (request.fields as [string, string][]).find(([name]) => name === 'signature-input')![1];
      return withField(request, 'signature-input', input.replace(/expires=\d+/, `expires=${expires}`));
    };
    return { createSigner, key };
  }
});

describe('resolveKeyWithoutKeyid', () => {
  const other = hmacSigner({ keyid: 'other', secret: 'another secret, also long enough' });
  const keys = { jdoe: hmacKey(SECRET), other: hmacKey('another secret, also long enough') };
  /** The key is named by a token, as in draft-richer-oauth-httpsig. */
  const byToken: ResolveKeyWithoutKeyid = (untrusted) => {
    const name = untrusted.field('Authorization')?.replace('HTTPSig ', '');
    return name === 'jdoe' || name === 'other' ? { key: keys[name], canonicalKeyid: name, tenant: name } : undefined;
  };
  const fields = (name: string) => ({ fields: [['authorization', `HTTPSig ${name}`]] }) as const;
  const policy: Policy = { components: ['authorization'], forbiddenParameters: ['alg', 'keyid', 'pub'] };
  const bearing = (name: string, options: Partial<SignOptions> = {}) =>
    without(['keyid'], { components: ['authorization'], ...options }, { body: undefined, ...fields(name) });

  it('is what allows a signature without a keyid', async () => {
    const error = await verifier()
      .verifyRequest(await without(['keyid']))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'signature_malformed', detail: 'the signature names no keyid' });
    expect(await verdict(await without(['keyid']), { resolveKeyWithoutKeyid: () => ({ key: keys.jdoe, canonicalKeyid: 'jdoe' }) })).toBe(
      'accepted',
    );
  });

  it('finds the key by the value of a covered field; the record names it', async () => {
    const bank = verifier({ policy, resolveKey: () => undefined, resolveKeyWithoutKeyid: byToken });
    const verified = await bank.verifyRequest(await bearing('jdoe'));
    expect([verified.keyid, verified.tenant, verified.signatures[0].keyid]).toEqual(['jdoe', 'jdoe', 'jdoe']);
    expect(await codeOf(async () => bank.verifyRequest(await bearing('nobody')))).toBe('key_unknown');
    expect(await codeOf(async () => bank.verifyRequest(await bearing('other')))).toBe('signature_mismatch');
    expect(await codeOf(async () => bank.verifyRequest(await bearing('other', { signer: other })))).toBe('accepted');
  });

  it('remembers nonces under the name that the record has, so that keys do not spend those of others', async () => {
    const replayStore = askedStore();
    const bank = verifier({ policy, resolveKeyWithoutKeyid: byToken, replayStore });
    const nonce = 'the-same-nonce-for-both';
    expect(await codeOf(async () => bank.verifyRequest(await bearing('jdoe', { nonce })))).toBe('accepted');
    expect(await codeOf(async () => bank.verifyRequest(await bearing('other', { nonce, signer: other })))).toBe('accepted');
    expect(await codeOf(async () => bank.verifyRequest(await bearing('jdoe', { nonce, created: NOW - 1 })))).toBe('nonce_replayed');
    expect(replayStore.asked.map(({ scope }) => scope)).toEqual(['4:jdoe-', '5:other-', '4:jdoe-']);
  });

  it('sees covered fields only, and parameters that we do not know', async () => {
    let seen: KeylessSignature | undefined;
    const resolveKeyWithoutKeyid: ResolveKeyWithoutKeyid = (untrusted) => {
      seen = untrusted;
      return { key: keys.jdoe, canonicalKeyid: 'jdoe' };
    };
    const request = await without(
      ['keyid'],
      {},
      {
        fields: [
          ['content-type', 'a/b'],
          ['x-uncovered', 'evil'],
        ],
      },
    );
    await verifier({ resolveKeyWithoutKeyid }).verifyRequest(request);
    expect([
      seen!.keyid,
      seen!.field('Content-Type'),
      seen!.field('x-uncovered'),
      seen!.field('x-nothing'),
      seen!.field('@method'),
    ]).toEqual([undefined, 'a/b', undefined, undefined, undefined]);
    const input = (request.fields as [string, string][]).find(([name]) => name === 'signature-input')![1];
    const extended = withField(request, 'signature-input', `${input};pub=:AQID:`);
    expect(await codeOf(() => verifier({ resolveKeyWithoutKeyid }).verifyRequest(extended))).toBe('signature_mismatch');
    expect(seen!.parameters.get('pub')).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('is not asked for what has a keyid, nor for what is refused anyway', async () => {
    const asked: unknown[] = [];
    const resolveKeyWithoutKeyid: ResolveKeyWithoutKeyid = (untrusted) => {
      asked.push(untrusted);
      return undefined;
    };
    expect(await verdict(await without([]), { resolveKeyWithoutKeyid })).toBe('accepted');
    expect(await verdict(await without(['keyid', 'nonce']), { resolveKeyWithoutKeyid })).toBe('nonce_missing');
    expect(asked).toEqual([]);
  });

  it.each([
    ['a record without a name', () => ({ key: keys.jdoe }) as never, TypeError],
    ['a name that is empty', () => ({ key: keys.jdoe, canonicalKeyid: '' }), TypeError],
    ['a key by itself', () => keys.jdoe as never, TypeError],
  ])('must name the key: %s', async (_, resolveKeyWithoutKeyid, expected) => {
    await expect(verifier({ resolveKeyWithoutKeyid }).verifyRequest(await without(['keyid']))).rejects.toThrow(expected);
  });

  it('is a function, in the types a record with a name, and 503 where it cannot tell', async () => {
    expect(() => verifier({ resolveKeyWithoutKeyid: 'x' as never })).toThrow('resolveKeyWithoutKeyid must be a function');
    // @ts-expect-error The record has no canonicalKeyid.
    const nameless: ResolveKeyWithoutKeyid = () => ({ key: keys.jdoe });
    expect(nameless).toBeTypeOf('function');
    const failing = () => {
      throw new Error('down');
    };
    expect(await verdict(await without(['keyid']), { resolveKeyWithoutKeyid: failing })).toBe('store_unavailable');
  });
});

describe('forbiddenParameters', () => {
  it.each([
    ['alg', { includeAlg: true }],
    ['keyid', {}],
    ['nonce', {}],
    ['expires', { expiresIn: 60 }],
  ])('refuses a signature with %s', async (name, options) => {
    const request = await without([], options);
    expect(await verdict(request, { policy: { forbiddenParameters: [name] } })).toBe('parameter_forbidden');
    expect(await verdict(request, { policy: { forbiddenParameters: ['pub'] } })).toBe('accepted');
    expect(BODY.length).toBeGreaterThan(0);
  });
  it('is a list of names', () => {
    expect(() => verifier({ policy: { forbiddenParameters: 'alg' as never } })).toThrow(
      'policy.forbiddenParameters must be a list of strings',
    );
  });
});

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { VerificationError } from '../../src/errors.ts';
import { createVerifier, type VerifierOptions } from '../../src/http/verifier.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import type { KeyRecord } from '../../src/signature/key-record.ts';

import { signUrl } from '../../src/url/sign-url.ts';
import { signedUrls } from '../../src/url/verify-url.ts';
import { BODY, codeOf, countingStore, key, message, NOW, SECRET, signed, signer, verdict, verifier, withField } from '../support/bank.ts';

const field = (request: RequestMessage, name: string) =>
  (request.fields as readonly (readonly [string, string])[]).find(([other]) => other === name)![1];

describe('an honest request', () => {
  it('is accepted once', async () => {
    const bank = verifier();
    const request = await signed();
    const verified = await bank.verifyRequest(request);
    expect(verified.keyid).toBe('jdoe');
    expect(verified.json()).toEqual({ currency: 'goldcoins', amount: 10 });
    expect(await codeOf(() => bank.verifyRequest(request))).toBe('nonce_replayed');
  });
  it('is accepted once, also when its copies are the first that a new verifier and a new store see', async () => {
    const bank = verifier({ replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }) });
    const request = await signed();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => codeOf(() => bank.verifyRequest(request))));
    expect(verdicts.filter((code) => code === 'nonce_replayed')).toHaveLength(49);
  });
  it('is accepted as a fetch Request', async () => {
    const { fields } = await signed();
    const request = new Request('https://bank.example/coins?to=jdoe', {
      method: 'POST',
      headers: fields as [string, string][],
      body: BODY as Uint8Array<ArrayBuffer>,
    });
    expect((await verifier().verifyRequest(request)).text()).toContain('goldcoins');
  });
  it.each(['GET', 'DELETE', 'OPTIONS', 'patch'])('is accepted without content: %s', async (method) => {
    expect(await verdict(await signed({ method, body: undefined, fields: [] }))).toBe('accepted');
  });
  it('is accepted with a body that arrives in chunks', async () => {
    const request = await signed();
    async function* chunks() {
      yield BODY.subarray(0, 5);
      yield BODY.subarray(5);
    }
    expect(await verdict({ ...request, body: chunks() })).toBe('accepted');
  });
});

describe('what was changed is refused', () => {
  it.each([
    ['the body', { body: encodeUtf8('{"currency":"goldcoins","amount":99}') }, 'digest_mismatch'],
    ['the body, by one more byte', { body: new Uint8Array([...BODY, 10]) }, 'digest_mismatch'],
    ['the body, away', { body: new Uint8Array(0) }, 'digest_mismatch'],
    ['the method', { method: 'PUT' }, 'signature_mismatch'],
    ['the case of the method', { method: 'post' }, 'signature_mismatch'],
    ['the path', { target: '/diamonds?to=jdoe' }, 'signature_mismatch'],
    ['the query', { target: '/coins?to=mallory' }, 'signature_mismatch'],
    ['the encoding of the path', { target: '/%63oins?to=jdoe' }, 'signature_mismatch'],
    ['the authority', { authority: 'other.example' }, 'authority_forbidden'],
  ] as const)('%s', async (_, changes, expected) => {
    expect(await verdict({ ...(await signed()), ...changes })).toBe(expected);
  });
  it('content-type, and content-encoding that is added or dropped', async () => {
    const request = await signed();
    expect(await verdict(withField(request, 'content-type', 'text/plain'))).toBe('signature_mismatch');
    expect(await verdict(withField(request, 'content-type', undefined))).toBe('component_unresolvable');
    expect(await verdict(withField(request, 'content-encoding', 'gzip'))).toBe('component_uncovered');
  });
  it('body and digest together', async () => {
    const other = await signed({ body: encodeUtf8('{}') });
    const request = withField(await signed(), 'content-digest', field(other, 'content-digest'));
    expect(await verdict({ ...request, body: encodeUtf8('{}') })).toBe('signature_mismatch');
  });
  it('content added to a request that was signed without any', async () => {
    const request = await signed({ body: undefined, fields: [] });
    expect(await verdict({ ...request, body: BODY })).toBe('digest_missing');
    expect(await verdict({ ...request, fields: [...(request.fields as []), ['content-digest', 'sha-256=:x:']], body: BODY })).toBe(
      'component_uncovered',
    );
  });
});

describe('signature fields', () => {
  it('that are missing, empty or in one of the two only', async () => {
    const request = await signed();
    expect(await verdict(message())).toBe('signature_missing');
    expect(await verdict(withField(request, 'signature', undefined))).toBe('signature_malformed');
    expect(await verdict(withField(request, 'signature-input', undefined))).toBe('signature_malformed');
    expect(await verdict(withField(withField(request, 'signature', ''), 'signature-input', ''))).toBe('signature_missing');
    expect(await verdict(withField(request, 'signature', field(request, 'signature').replace('sig=', 'other=')))).toBe(
      'signature_malformed',
    );
  });
  it.each([
    ['garbage', () => '((('],
    ['a label twice', (input: string) => `${input}, ${input}`],
    ['a parameter twice', (input: string) => `${input};keyid="jdoe"`],
    ['an item in place of the list', () => 'sig=1'],
    ['created as a Decimal', (input: string) => input.replace(/created=(\d+)/, 'created=$1.0')],
    ['created as a String', (input: string) => input.replace(/created=(\d+)/, 'created="$1"')],
    ['created below zero', (input: string) => input.replace(/created=(\d+)/, 'created=-$1')],
    ['a component twice', (input: string) => input.replace('"@path"', '"@path" "@path"')],
    ['an unknown component', (input: string) => input.replace('"@path"', '"@paths" "@path"')],
    ['an unknown parameter of a component', (input: string) => input.replace('"@path"', '"@path";x')],
    ['an upper-case name', (input: string) => input.replace('content-type', 'Content-Type')],
    ['@signature-params inside', (input: string) => input.replace('"@path"', '"@path" "@signature-params"')],
    ['a nonce that is too long', (input: string) => input.replace(/nonce="[^"]*"/, `nonce="${'n'.repeat(129)}"`)],
    ['33 components', (input: string) => input.replace('"@path"', `"@path"${Array.from({ length: 33 }, (_, n) => ` "x${n}"`).join('')}`)],
    ['more than 8 KiB', (input: string) => `${input};x="${'x'.repeat(8200)}"`],
  ])('with %s', async (_, change) => {
    const request = await signed();
    expect(await verdict(withField(request, 'signature-input', change(field(request, 'signature-input'))))).toBe('signature_malformed');
  });
  it('with five labels', async () => {
    let request = await signed();
    for (const label of ['a', 'b', 'c', 'd']) request = withField(await signed(request, { label, tag: label }), 'x', undefined);
    expect(await verdict(request)).toBe('signature_malformed');
  });
  it('whose parameters were re-ordered or added to after signing', async () => {
    const request = await signed();
    const input = field(request, 'signature-input');
    expect(await verdict(withField(request, 'signature-input', `${input};extra=1`))).toBe('signature_mismatch');
    const [, created = '', nonce = ''] = /(;created=\d+)(;nonce="[^"]+")/.exec(input)!;
    expect(await verdict(withField(request, 'signature-input', input.replace(created + nonce, nonce + created)))).toBe(
      'signature_mismatch',
    );
  });
  it('whose signature is truncated, extended, empty or not canonical base64', async () => {
    const request = await signed();
    const signature = field(request, 'signature');
    for (const text of ['sig=::', 'sig=:AA==:', `sig=:${signature.slice(5, 45)}:`])
      expect(await verdict(withField(request, 'signature', text))).toBe('signature_mismatch');
    for (const text of [signature.replace(/=:$/, ':'), signature.replace(/:$/, '=:'), signature.replace(/.=:$/, '_=:')])
      expect(await verdict(withField(request, 'signature', text))).toBe('signature_malformed');
  });
  it('relabelled by an intermediary still verify', async () => {
    const request = await signed();
    const relabel = (name: string) => field(request, name).replace(/^sig=/, 'other=');
    expect(
      await verdict(withField(withField(request, 'signature', relabel('signature')), 'signature-input', relabel('signature-input'))),
    ).toBe('accepted');
  });
});

describe('coverage is decided by the verifier', () => {
  it.each(['@method', '@authority', '@path', '@query', 'content-type', 'content-digest'])(
    'a signature without %s is refused',
    async (name) => {
      expect(await verdict(await signed({}, { insecurelyAllowUncovered: [name] }))).toBe('component_uncovered');
    },
  );
  it('a weaker variant does not count', async () => {
    const variant = { insecurelyAllowUncovered: ['content-digest'], components: ['"content-digest";key="sha-256"'] };
    expect(await verdict(await signed({}, variant))).toBe('component_uncovered');
  });
  it('a containing one does', async () => {
    const whole = { insecurelyAllowUncovered: ['@authority', '@path', '@query'], components: ['@target-uri'] };
    expect(await verdict(await signed({}, whole))).toBe('accepted');
    const target = { insecurelyAllowUncovered: ['@path', '@query'], components: ['@request-target', '"content-type";bs'] };
    expect(await verdict(await signed({}, target))).toBe('accepted');
  });
  it('a policy adds components', async () => {
    const policy = { components: ['x-tenant'] };
    expect(await verdict(await signed(), { policy })).toBe('component_uncovered');
    const request = await signed({ fields: [['x-tenant', 'a']] }, { components: ['x-tenant'] });
    expect(await verdict(request, { policy })).toBe('accepted');
    expect(await verdict(withField(request, 'x-tenant', 'b'), { policy })).toBe('signature_mismatch');
  });
  it('uncovered content needs the policy to say so, and cannot be read then', async () => {
    const request = await signed({}, { insecurelyAllowUncovered: ['content-digest'] });
    const bare = withField(request, 'content-digest', undefined);
    const verified = await verifier({ policy: { insecurelyAllowUncovered: ['content-digest'] } }).verifyRequest(bare);
    expect(() => verified.bytes).toThrow(TypeError);
    expect(() => verified.text()).toThrow(TypeError);
  });
});

describe('time', () => {
  const at =
    (now: number, policy = {}) =>
    async (options = {}) =>
      verdict(await signed({}, { created: NOW, ...options }), { now: () => now, policy });
  it('accepts up to maxAge and futureSkew, both included', async () => {
    expect(await at(NOW + 300)()).toBe('accepted');
    expect(await at(NOW + 301)()).toBe('expired');
    expect(await at(NOW - 5)()).toBe('accepted');
    expect(await at(NOW - 6)()).toBe('created_in_future');
  });
  it('gives no grace after expires', async () => {
    expect(await at(NOW + 60)({ expiresIn: 60 })).toBe('accepted');
    expect(await at(NOW + 61)({ expiresIn: 60 })).toBe('expired');
  });
  it('refuses a longer life than it accepts', async () => {
    expect(await at(NOW)({ expiresIn: 301 })).toBe('lifetime_too_long');
    expect(await at(NOW, { maxAge: 600 })({ expiresIn: 600 })).toBe('accepted');
  });
  it('says so when its own clock is broken, or counts milliseconds', async () => {
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, -1, NOW + 0.5, NOW * 1000, new Date(), `${NOW}`, undefined] as number[]) {
      const failure = verifier({ now: () => time }).verifyRequest(await signed());
      await expect(failure).rejects.toThrow(/^now\(\) must be .*seconds/);
      await expect(failure).rejects.not.toBeInstanceOf(VerificationError);
    }
  });
  it('needs created', async () => {
    const request = await signed();
    expect(await verdict(withField(request, 'signature-input', field(request, 'signature-input').replace(/;created=\d+/, '')))).toBe(
      'created_missing',
    );
  });
});

describe('keys', () => {
  const record = (changes: Partial<KeyRecord>): Partial<VerifierOptions> => ({ resolveKey: () => ({ key, ...changes }) });
  it.each([
    ['revoked', { status: 'revoked' }, 'key_revoked'],
    ['disabled', { status: 'disabled' }, 'key_disabled'],
    ['expired', { notAfter: NOW - 1 }, 'key_expired'],
    ['not valid yet', { notBefore: NOW + 1 }, 'key_expired'],
    ['active', { status: 'active', notBefore: NOW, notAfter: NOW }, 'accepted'],
  ] as const)('that are %s', async (_, changes, expected) => {
    expect(await verdict(await signed(), record(changes))).toBe(expected);
  });
  it('must be dated in whole seconds', async () => {
    for (const name of ['notBefore', 'notAfter'])
      for (const time of [Number.NaN, NOW * 1000, NOW + 0.5, new Date(), `${NOW}`])
        await expect(verifier(record({ [name]: time })).verifyRequest(await signed())).rejects.toThrow(/seconds since the epoch/);
  });
  it('may say null for what they do not say', async () => {
    expect(await verdict(await signed(), record({ status: null, tenant: null, notBefore: null, notAfter: null }))).toBe('accepted');
  });
  it('tell their state only to who can sign with them', async () => {
    const forged = await signed({}, { signer: hmacSigner({ keyid: 'jdoe', secret: 'a quite different secret of 32 by' }) });
    expect(await verdict(forged, record({ status: 'revoked' }))).toBe('signature_mismatch');
  });
  it('overlap while they are rotated', async () => {
    const next = hmacKey('the next secret, also long enough');
    expect(await verdict(await signed(), record({ key: [next, key] }))).toBe('accepted');
    expect(await verdict(await signed(), record({ key: [next] }))).toBe('signature_mismatch');
  });
  it('that are unknown, null too, look like a wrong signature from outside', async () => {
    for (const answer of [undefined, null]) {
      const error = await verifier({ resolveKey: () => answer })
        .verifyRequest(await signed())
        .catch((reason: unknown) => reason as VerificationError);
      expect(error).toMatchObject({ code: 'key_unknown', publicCode: 'signature_mismatch', status: 401 });
      expect(error instanceof VerificationError && JSON.parse(error.toProblem().body)).toMatchObject({ code: 'signature_mismatch' });
    }
  });
  it('decide the algorithm; a message may only agree', async () => {
    expect(await verdict(await signed({}, { includeAlg: true }))).toBe('accepted');
    const request = await signed({}, { includeAlg: true });
    const other = field(request, 'signature-input').replace('hmac-sha256', 'ed25519');
    expect(await verdict(withField(request, 'signature-input', other))).toBe('algorithm_forbidden');
    expect(await verdict(await signed(), { policy: { algorithms: ['ed25519'] } })).toBe('algorithm_forbidden');
  });
  it('that answer anything but true prove nothing', async () => {
    const odd = { algorithm: 'hmac-sha256', verify: () => 'yes' as unknown as boolean } as const;
    expect(await verdict(await signed(), { resolveKey: () => odd })).toBe('signature_mismatch');
  });
});

describe('stores that fail', () => {
  const boom = () => {
    throw new Error('down');
  };
  it.each([
    ['a look-up that throws', { resolveKey: boom }],
    ['a look-up that rejects', { resolveKey: () => Promise.reject(new Error('down')) }],
    ['a replay store that throws', { replayStore: { consume: boom } }],
    ['a replay store that rejects', { replayStore: { consume: () => Promise.reject(new Error('down')) } }],
    ['a replay store that answers nonsense', { replayStore: { consume: () => true as never } }],
  ])('%s: 503, neither accepted nor refused', async (_, options) => {
    const error = await verifier(options)
      .verifyRequest(await signed())
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store_unavailable', status: 503 });
    expect((error as VerificationError).toProblem().headers['retry-after']).toMatch(/^\d+$/);
  });
  it('a store that hangs is given up, and told so', async () => {
    let aborted = false;
    const replayStore = {
      consume: ({ signal }: { signal?: AbortSignal | undefined }) =>
        new Promise<never>(() => {
          signal?.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    };
    expect(await verdict(await signed(), { replayStore, timeout: 1 })).toBe('store_unavailable');
    expect(aborted).toBe(true);
  });
  it.each([
    ['cold', 'replay_store_cold'],
    ['full', 'replay_store_full'],
  ] as const)('a store that is %s', async (answer, code) => {
    expect(await verdict(await signed(), { replayStore: { consume: () => answer } })).toBe(code);
  });
});

describe('the order of checks', () => {
  it('asks for one key at the most and records nothing of a refused message', async () => {
    const store = countingStore();
    let lookups = 0;
    const options = {
      replayStore: store,
      resolveKey: () => {
        lookups++;
        return key;
      },
    };
    const request = await signed();
    for (const changes of [{ body: encodeUtf8('x') }, { method: 'PUT' }, { target: '/x' }])
      await verdict({ ...request, ...changes }, options);
    expect(lookups).toBe(3);
    await verdict({ ...request, authority: 'evil.example' }, options);
    await verdict(withField(request, 'signature', undefined), options);
    expect(lookups).toBe(3);
    expect(store.asked).toEqual([]);
  });
  it('does not read the body of who cannot sign', async () => {
    let read = false;
    const body = {
      async *[Symbol.asyncIterator]() {
        read = true;
        yield BODY;
      },
    };
    const forged = await signed({}, { signer: hmacSigner({ keyid: 'jdoe', secret: 'a quite different secret of 32 by' }) });
    expect(await verdict({ ...forged, body })).toBe('signature_mismatch');
    expect(read).toBe(false);
  });
});

describe('the body', () => {
  it('is bounded', async () => {
    const request = await signed();
    expect(await verdict(request, { limits: { bodyBytes: 10 } })).toBe('body_too_large');
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent++;
        yield new Uint8Array(1024);
      }
    }
    expect(await verdict({ ...request, body: endless() })).toBe('body_too_large');
    expect(sent).toBeLessThan(1030);
  });
  it('that somebody read before is said to be', async () => {
    const { fields } = await signed();
    const request = new Request('https://bank.example/coins?to=jdoe', {
      method: 'POST',
      headers: fields as [string, string][],
      body: BODY as Uint8Array<ArrayBuffer>,
    });
    await request.text();
    expect(await verdict(request)).toBe('raw_body_unavailable');
    const message = await signed();
    expect(await verdict({ ...message, fields: [...(message.fields as []), ['Content-Length', '36']], body: undefined })).toBe(
      'raw_body_unavailable',
    );
  });
  it('that breaks off is no accepted request', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield BODY.subarray(0, 5);
      throw new Error('reset');
    }
    expect(await verdict({ ...(await signed()), body: broken() })).toBe('body_incomplete');
  });
  it('is copied: changing it later changes nothing', async () => {
    const body = BODY.slice();
    const request = await signed({ body });
    const verified = await verifier().verifyRequest(request);
    body.fill(0);
    expect(verified.json()).toEqual({ currency: 'goldcoins', amount: 10 });
  });
});

describe('content that was decoded before the verifier saw it', () => {
  it('is said to be, where the message has a Content-Encoding', async () => {
    const request = await signed({ fields: [['content-encoding', 'gzip']], body: gzipSync(BODY) });
    const failure = verifier().verifyRequest({ ...request, body: BODY });
    await expect(failure).rejects.toThrow('the digest is of the coded bytes: verify before anything decodes it');
    const plain = verifier().verifyRequest({ ...(await signed()), body: encodeUtf8('{}') });
    await expect(plain).rejects.toThrow(/^digest mismatch: the content is not what was signed, its sha-256 differs$/);
  });
});

describe('the older form of signatures (draft-cavage-http-signatures)', () => {
  const older = 'keyId="jdoe",algorithm="hs2019",created=1402170695,headers="(request-target) date",signature="AA=="';
  it.each<[string, string]>([
    ['signature', older],
    ['signature', `${older.slice('keyId="jdoe",'.length)},keyId="jdoe"`],
    ['authorization', `Signature ${older}`],
    ['Authorization', `signature ${older}`],
  ])('in %s is named: %s', async (name, value) => {
    const failure = verifier().verifyRequest(message({ fields: [[name, value]] }));
    await expect(failure).rejects.toThrow('the older form of draft-cavage-http-signatures');
    await expect(failure).rejects.toMatchObject({ code: 'signature_malformed', status: 400 });
  });
  it('is not meant by other credentials, nor beside a signature of ours', async () => {
    expect(await verdict(message({ fields: [['authorization', 'Bearer Signature']] }))).toBe('signature_missing');
    const fields = [['authorization', `Signature ${older}`]] as const;
    expect(await verdict(await signed({ fields }))).toBe('accepted');
    const url = await signUrl('https://bank.example/x', { signer, expiresIn: 60, now: () => NOW });
    const opened = { ...message({ fields, body: undefined }), method: 'GET', target: url.slice('https://bank.example'.length) };
    expect(await verdict(opened, { query: signedUrls() })).toBe('accepted');
  });
});

describe('targets', () => {
  it.each([
    'https://bank.example/coins',
    '*',
    'bank.example:443',
    '/a/../b',
    '/a/%2e%2E/b',
    '/a/./b',
    '/a/..',
    '/a\\b',
    '/a#b',
    '/a b',
    '/é',
    '/a\tb',
    '/\x00',
    '',
  ])('refuses %j', async (target) => {
    expect(await verdict({ ...(await signed()), target })).toBe('target_malformed');
  });
  it.each(['/', '//a/b', '/a%2Fb', '/a?b=/../c', '/a?', '/...', '/%zz', "/a'b?c='d", '/a|b^c'])('accepts %j', async (target) => {
    expect(await verdict(await signed({ target }))).toBe('accepted');
  });
});

describe('authority', () => {
  it('is one of those configured, ports and case as the RFC says', async () => {
    const of = async (authority: string | string[], received: string, scheme = 'https') =>
      verdict(await signed({ authority: received, scheme }), { authority });
    expect(await of('bank.example', 'BANK.example:443')).toBe('accepted');
    expect(await of('bank.example:8443', 'bank.example:8443')).toBe('accepted');
    expect(await of('bank.example', 'bank.example:8443')).toBe('authority_forbidden');
    expect(await of(['a.example', 'b.example'], 'b.example')).toBe('accepted');
    expect(await of('localhost', 'localhost:80', 'http')).toBe('accepted');
  });
  it('must be given, or be trusted by name', () => {
    expect(() => createVerifier({ resolveKey: () => key, replayStore: countingStore() } as never)).toThrow(TypeError);
    expect(() => createVerifier({ authority: [], resolveKey: () => key, replayStore: countingStore() })).toThrow(TypeError);
    expect(() => createVerifier({ authority: 'user@bank.example', resolveKey: () => key, replayStore: countingStore() })).toThrow(
      TypeError,
    );
    expect(() => createVerifier({ authority: 'https://bank.example', resolveKey: () => key, replayStore: countingStore() })).toThrow(
      TypeError,
    );
  });
  it('may be whatever Host says, insecurely', async () => {
    expect(await verdict(await signed({ authority: 'any.example' }), { authority: undefined, insecurelyTrustHost: true })).toBe('accepted');
  });
  it('knows the scheme that clients use behind a proxy that ends TLS', async () => {
    const request = await signed({ authority: 'bank.example:443' });
    expect(await verdict({ ...request, scheme: 'http' }, { scheme: 'https' })).toBe('accepted');
  });
});

describe('policies', () => {
  it('choose by exact tag; labels mean nothing', async () => {
    const tagged = await signed({}, { tag: 'transfer' });
    expect(await verdict(tagged, { policy: { tag: 'transfer' } })).toBe('accepted');
    expect(await verdict(tagged)).toBe('tag_mismatch');
    expect(await verdict(tagged, { policy: { tag: 'other' } })).toBe('tag_mismatch');
    expect(await verdict(await signed(), { policy: { tag: 'transfer' } })).toBe('tag_mismatch');
  });
  it('refuse two signatures that could be meant', async () => {
    expect(await verdict(await signed(await signed()))).toBe('signature_ambiguous');
  });
  it('ignore signatures of another tag, also bad ones', async () => {
    const request = await signed(await signed(), { tag: 'proxy', signer: hmacSigner({ keyid: 'nobody', secret: 'x'.repeat(32) }) });
    expect(await verdict(request)).toBe('accepted');
  });
  it('several are each met by a signature of its own', async () => {
    const proxy = hmacSigner({ keyid: 'proxy', secret: 'the proxy has a secret of its own' });
    const inner = await signed();
    const request = await signed(inner, {
      signer: proxy,
      tag: 'proxy',
      components: ['"signature";key="sig"', '"signature-input";key="sig"'],
    });
    const options = {
      resolveKey: (keyid: string) => (keyid === 'proxy' ? hmacKey('the proxy has a secret of its own') : key),
      policy: [{}, { tag: 'proxy', components: ['"signature";key="sig"'] }],
    };
    const verified = await verifier(options).verifyRequest(request);
    expect(verified.signatures.map(({ keyid }) => keyid)).toEqual(['jdoe', 'proxy']);
    expect(await verdict(inner, options)).toBe('tag_mismatch');
    expect(await verdict(await signed({}, { signer: proxy, tag: 'proxy' }), options)).toBe('tag_mismatch');
  });
  it('may be a function of what a signature claims', async () => {
    const policy = (untrusted: { keyid?: string | undefined }) => (untrusted.keyid === 'jdoe' ? { components: ['x-partner'] } : undefined);
    expect(await verdict(await signed(), { policy })).toBe('component_uncovered');
    expect(await verdict(await signed({ fields: [['x-partner', '1']] }, { components: ['x-partner'] }), { policy })).toBe('accepted');
    expect(await verdict(await signed({}, { signer: hmacSigner({ keyid: 'x', secret: SECRET }) }), { policy })).toBe('tag_mismatch');
    expect(await verdict(message(), { policy })).toBe('signature_missing');
  });
  it('may let the nonce go, insecurely', async () => {
    const request = await signed();
    const bare = (input: string) => withField(request, 'signature-input', input.replace(/;nonce="[^"]+"/, ''));
    expect(await verdict(bare(field(request, 'signature-input')))).toBe('nonce_missing');
    expect(await verdict(bare(field(request, 'signature-input')), { policy: { insecurelyAllowMissingNonce: true } })).toBe(
      'signature_mismatch',
    );
  });
  it.each([{ tag: 'cs1-url' }, { maxAge: 0 }, { maxAge: 1.5 }, { futureSkew: -1 }, { components: ['@nothing'] }])(
    'that are unusable throw at once: %j',
    (policy) => {
      expect(() => verifier({ policy })).toThrow(/policy|component/);
    },
  );
});

describe('the verified view', () => {
  it('answers for what was signed and throws for what was not', async () => {
    const verified = await verifier().verifyRequest(
      await signed({
        fields: [
          ['content-type', 'application/json'],
          ['x-role', 'admin'],
        ],
      }),
    );
    expect([verified.method(), verified.path(), verified.query(), verified.header('Content-Type'), verified.header('absent')]).toEqual([
      'POST',
      '/coins',
      '?to=jdoe',
      'application/json',
      undefined,
    ]);
    expect(() => verified.header('x-role')).toThrow(TypeError);
  });
  it('may be taken apart', async () => {
    const { text, json, bytes, signatures, keyid, toRequest } = await verifier().verifyRequest(await signed());
    expect([text(), json(), bytes.length, signatures.length, keyid]).toEqual([
      new TextDecoder().decode(BODY),
      { currency: 'goldcoins', amount: 10 },
      BODY.length,
      1,
      'jdoe',
    ]);
    expect(toRequest().method).toBe('POST');
  });
  it('makes a Request of the verified parts alone', async () => {
    const verified = await verifier().verifyRequest(
      await signed({
        fields: [
          ['content-type', 'application/json'],
          ['x-role', 'admin'],
        ],
      }),
    );
    const request = verified.toRequest();
    expect([request.url, request.method, request.headers.get('x-role'), request.headers.get('content-type')]).toEqual([
      'https://bank.example/coins?to=jdoe',
      'POST',
      null,
      'application/json',
    ]);
    expect(await request.json()).toEqual({ currency: 'goldcoins', amount: 10 });
  });
  it('refuses content that is not what is asked for', async () => {
    const verified = await verifier().verifyRequest(await signed({ body: new Uint8Array([0xff]) }));
    expect(() => verified.text()).toThrow(expect.objectContaining({ code: 'payload_malformed' }));
    const text = await verifier().verifyRequest(await signed({ body: encodeUtf8('{') }));
    expect(() => text.json()).toThrow(expect.objectContaining({ code: 'payload_malformed' }));
  });
  it('lets a Standard Schema decide, and repeats no value', async () => {
    const amount = {
      '~standard': {
        validate: (value: unknown) =>
          (value as { amount?: unknown }).amount === 10
            ? { value: 10 }
            : { issues: [{ message: `not ten: ${JSON.stringify(value)}`, path: ['amount'] }] },
      },
    };
    const verified = await verifier().verifyRequest(await signed());
    expect(verified.json(amount)).toBe(10);
    const other = await verifier().verifyRequest(await signed({ body: encodeUtf8('{}') }));
    expect(() => other.json(amount)).toThrow('payload malformed: the content does not fit the schema at "/amount"');
  });
  it('is frozen', async () => {
    const verified = await verifier().verifyRequest(await signed());
    expect(Object.isFrozen(verified) && Object.isFrozen(verified.signatures) && Object.isFrozen(verified.signatures[0])).toBe(true);
  });
});

describe('refusals', () => {
  it('say the time and what would be accepted, and are never cached', async () => {
    const error = (await verifier()
      .verifyRequest(message())
      .catch((reason: unknown) => reason)) as VerificationError;
    const { status, headers, body } = error.toProblem();
    expect(status).toBe(401);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'www-authenticate': 'Signature error="signature_missing"',
    });
    expect(headers['accept-signature']).toBe('sig=("@method" "@authority" "@path" "@query" "content-type");created');
    expect(JSON.parse(body)).toMatchObject({ code: 'signature_missing', status: 401, now: NOW, title: 'signature missing' });
    const response = error.toResponse();
    expect([response.status, await response.json()]).toEqual([401, JSON.parse(body)]);
  });
  it('show the signature base to the server, and to the client only when the deployment opted in', async () => {
    const request = { ...(await signed()), method: 'PUT' };
    const refusal = async (options: Partial<VerifierOptions>) =>
      (await verifier(options)
        .verifyRequest(request)
        .catch((reason: unknown) => reason)) as VerificationError;
    for (const isExposed of [false, true]) {
      const error = await refusal({ insecurelyExposeSignatureBase: isExposed });
      expect(error.keyid).toBe('jdoe');
      expect(error.signatureBase).toContain('"@method": PUT');
      expect(error.toProblem().body.includes('"signatureBase"')).toBe(isExposed);
    }
  });
  it('never hold the secret', async () => {
    const error = await verifier()
      .verifyRequest({ ...(await signed()), method: 'PUT' })
      .catch((reason: unknown) => reason as VerificationError);
    expect(JSON.stringify([error, String(error), (error as VerificationError).toProblem(), (error as Error).stack])).not.toContain(SECRET);
  });
});

describe('tenants', () => {
  it('make no message new: a key that is moved to another is the same key', async () => {
    const store = countingStore();
    const request = await signed({}, { nonce: 'the-same' });
    expect(await verdict(request, { replayStore: store, resolveKey: () => ({ key, tenant: 'a' }) })).toBe('accepted');
    expect(await verdict(request, { replayStore: store, resolveKey: () => ({ key, tenant: 'b' }) })).toBe('nonce_replayed');
    expect(await verdict(request, { replayStore: store, resolveKey: () => key })).toBe('nonce_replayed');
  });
});

describe('what a verifier needs', () => {
  it.each([{ resolveKey: undefined }, { replayStore: undefined }, { replayStore: {} }, { timeout: 0 }])('%j throws at once', (options) => {
    expect(() => verifier(options as unknown as Partial<VerifierOptions>)).toThrow();
  });
  it('a look-up must answer a key', async () => {
    for (const answer of ['secret', 5, {}, { key: [] }, { key: {} }]) {
      await expect(verifier({ resolveKey: () => answer as never }).verifyRequest(await signed())).rejects.toThrow(TypeError);
    }
  });
  it('does no work before the first request', () => {
    expect(() => createVerifier({ authority: 'a', resolveKey: () => signer as never, replayStore: countingStore() })).not.toThrow();
  });
});

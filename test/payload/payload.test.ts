import { describe, expect, it } from 'vitest';
import { type SignPayloadOptions, signPayload } from '../../src/payload/sign-payload.ts';
import { type PayloadOptions, type VerifyPayloadOptions, verifyPayload } from '../../src/payload/verify-payload.ts';
import { serialReplayStore } from '../../src/replay/serial-store.ts';
import type { StandardSchema } from '../../src/signature/verified/schema.ts';

import { codeOf, countingStore, key, NOW, SECRET, signer } from '../support/bank.ts';
import { createRandom } from '../support/random.ts';

const TAG = 'credit-coins';
const AUDIENCE = 'bank.example';
const COINS = { currency: 'goldcoins', amount: 10, user: 'jdoe' };

const signing = (changes: Partial<SignPayloadOptions> = {}): SignPayloadOptions => ({
  signer,
  tag: TAG,
  audience: AUDIENCE,
  now: () => NOW,
  ...changes,
});
const judging = (changes: Partial<PayloadOptions> = {}): VerifyPayloadOptions =>
  ({
    tag: TAG,
    audience: AUDIENCE,
    resolveKey: (keyid: string) => (keyid === 'jdoe' ? key : undefined),
    replayStore: countingStore(),
    now: () => NOW,
    ...changes,
  }) as VerifyPayloadOptions;
const json = async (payload: object = COINS, changes: Partial<SignPayloadOptions> = {}): Promise<string> =>
  JSON.stringify(await signPayload(payload as { a?: 1 }, signing(changes)));
const verdict = (input: unknown, changes: Partial<PayloadOptions> = {}) => codeOf(() => verifyPayload(input as object, judging(changes)));

describe('a JSON payload', () => {
  it('has the wire form', async () => {
    const signed = await signPayload(COINS, signing({ nonce: 'n1', expiresIn: 60, subject: 'jdoe' }));
    expect(signed['signature-input']).toBe(
      `sig=("content-digest");created=${NOW};expires=${NOW + 60};nonce="n1";keyid="jdoe";tag="cs1-json:credit-coins";audience="bank.example";subject="jdoe"`,
    );
    expect(signed).toMatchObject(COINS);
    expect(signed.signature).toMatch(/^sig=:[A-Za-z0-9+/]{43}=:$/);
  });
  it('is verified once, and shows nothing that was not signed', async () => {
    const options = judging();
    const verified = await verifyPayload(await json(), options);
    expect(verified).toMatchObject({ payload: COINS, keyid: 'jdoe', tenant: '', audience: AUDIENCE, subject: undefined });
    expect(Object.keys(verified.payload).sort()).toEqual(['amount', 'currency', 'user']);
    expect(verified.signatures[0]).toMatchObject({ tag: 'cs1-json:credit-coins', created: NOW, algorithm: 'hmac-sha256' });
    const text = await json();
    expect(await codeOf(() => verifyPayload(text, options))).toBe('accepted');
    expect(await codeOf(() => verifyPayload(text, options))).toBe('nonce_replayed');
  });
  it('is frozen through and through', async () => {
    const { payload } = await verifyPayload(await json({ a: { b: [{ c: 1 }] } }), judging());
    expect(() => ((payload as never as { a: { b: { c: number }[] } }).a.b[0]!.c = 2)).toThrow(TypeError);
  });
  it('arrives as text, bytes or object', async () => {
    const text = await json();
    for (const input of [text, new TextEncoder().encode(text), JSON.parse(text)]) expect(await verdict(input)).toBe('accepted');
  });
  it('is given to a schema', async () => {
    const schema: StandardSchema<number> = {
      '~standard': {
        validate: (value) => {
          const { amount } = value as { amount: unknown };
          return typeof amount === 'number' ? { value: amount } : { issues: [{ message: 'amount' }] };
        },
      },
    };
    const { payload } = await verifyPayload(await json(), { ...judging(), schema });
    expect(payload satisfies number).toBe(10);
    const wrong = await json({ amount: 'ten' });
    expect(await codeOf(() => verifyPayload(wrong, { ...judging(), schema }))).toBe('payload_malformed');
  });
  it('is signed as JSON.stringify would write it', async () => {
    const signed = await signPayload({ when: new Date(0), gone: undefined, zero: -0 } as object, signing());
    expect(signed).toMatchObject({ when: '1970-01-01T00:00:00.000Z', zero: 0 });
    expect('gone' in signed).toBe(false);
    expect(await verdict(JSON.stringify(signed))).toBe('accepted');
  });
});

describe('an opaque string', () => {
  it.each(['', 'goldcoins|10', '{"a":1}', '\0\r\n\t"\\', 'é e\u0301 \u{1f600}', 'x'.repeat(100_000)])('is verified: %j', async (text) => {
    const signed = await signPayload(text, signing());
    expect(Object.keys(signed)).toEqual(['payload', 'signature-input', 'signature']);
    const { payload } = await verifyPayload(JSON.stringify(signed), { ...judging(), format: 'text' });
    expect(payload satisfies string).toBe(text);
    expect(await verdict(signed, { format: 'text' })).toBe('accepted');
  });
  it('is not found in anything else', async () => {
    const signed = await signPayload('x', signing());
    expect(await verdict({ ...signed, more: 1 }, { format: 'text' })).toBe('payload_malformed');
    expect(await verdict({ ...signed, payload: 1 }, { format: 'text' })).toBe('payload_malformed');
    expect(await verdict({ ...signed, payload: 'y' }, { format: 'text' })).toBe('signature_mismatch');
  });
});

describe('form fields', () => {
  const fields: [string, string][] = [
    ['currency', 'goldcoins'],
    ['amount', '10'],
    ['note', 'a=b&c +%20|é\r\n'],
    ['', ''],
  ];
  it('are verified as pairs, URLSearchParams and FormData, in any order', async () => {
    const signed = await signPayload(fields, signing());
    const form = new FormData();
    for (const [name, value] of signed) form.append(name, value);
    const query = new URLSearchParams(signed.map(([name, value]) => [name, value]));
    for (const input of [signed, signed.toReversed(), form, query, new URLSearchParams(String(query))]) {
      const { payload } = await verifyPayload(input, { ...judging(), format: 'form' });
      expect(payload).toEqual(Object.fromEntries(fields));
      expect(Object.isFrozen(payload)).toBe(true);
    }
  });
  it('are signed from FormData and URLSearchParams', async () => {
    for (const given of [new URLSearchParams(fields), fields]) {
      const signed = await signPayload(given, signing());
      expect(await codeOf(() => verifyPayload(signed, { ...judging(), format: 'form' }))).toBe('accepted');
    }
  });
  const change = async (edit: (pairs: [string, string][]) => [string, unknown][]) => {
    const pairs = (await signPayload(fields, signing())).map(([name, value]): [string, string] => [name, value]);
    return verdict(edit(pairs), { format: 'form' });
  };
  it('that were changed are refused', async () => {
    expect(await change((pairs) => pairs.map(([name, value]) => [name, name === 'amount' ? '10000' : value]))).toBe('signature_mismatch');
    expect(await change((pairs) => pairs.filter(([name]) => name !== 'amount'))).toBe('signature_mismatch');
    expect(await change((pairs) => [...pairs, ['more', '']])).toBe('signature_mismatch');
    expect(await change((pairs) => pairs.map(([name, value]) => (name === 'amount' ? ['amount=10', ''] : [name, value])))).toBe(
      'signature_mismatch',
    );
    expect(await change((pairs) => [...pairs, ['amount', '10']])).toBe('payload_duplicate_member');
    expect(await change((pairs) => [...pairs, ['signature', 'x']])).toBe('payload_duplicate_member');
    expect(await change((pairs) => pairs.filter(([name]) => name !== 'signature'))).toBe('signature_missing');
    expect(await change((pairs) => pairs.filter(([name]) => name.startsWith('signature')))).toBe('payload_malformed');
    expect(await change((pairs) => [...pairs, ['file', new Blob()]])).toBe('payload_malformed');
    expect(await change((pairs) => [...pairs, ['more', '\ud800']])).toBe('payload_lone_surrogate');
    expect(await change((pairs) => pairs.map(([name, value]) => [name, value.replace('\r\n', '\n')]))).toBe('payload_malformed');
  });
  it('that cannot be carried are not signed', async () => {
    for (const bad of [
      [],
      [
        ['a', '1'],
        ['a', '2'],
      ],
      [['a', '\n']],
      [['a', 5]],
      [['signature', '']],
      [['a', '\udc00']],
    ])
      await expect(signPayload(bad as never, signing())).rejects.toThrow(TypeError);
  });
});

describe('every reason to refuse', () => {
  const with_ = async (member: string, value: string) => (await json({ ...COINS, [member]: 'MARK' })).replace('"MARK"', value);
  it.each([
    ['payload_duplicate_member', (text: string) => text.replace('{', '{"amount":10,')],
    ['payload_duplicate_member', (text: string) => text.replace('{', '{"amoun\\u0074":10,')],
    ['payload_duplicate_member', (text: string) => text.replace('{', '{"n":[{"a":1,"a":1}],')],
    ['payload_duplicate_member', (text: string) => text.replace('{', '{"signature":"sig=:AA==:",')],
    ['payload_duplicate_member', (text: string) => text.replace('{', '{"signature-inpu\\u0074":"x",')],
    ['payload_number_inexact', (text: string) => text.replace('10', '9007199254740993')],
    ['payload_number_inexact', (text: string) => text.replace('10', '10.00000000000000001')],
    ['payload_number_inexact', (text: string) => text.replace('10', '1e999')],
    ['payload_lone_surrogate', (text: string) => text.replace('jdoe', '\\ud800')],
    ['payload_lone_surrogate', (text: string) => text.replace('jdoe', '\udc00')],
    ['payload_proto_member', (text: string) => text.replace('{', '{"__proto__":{},')],
    ['payload_proto_member', (text: string) => text.replace('{', '{"n":{"__pro\\u0074o__":1},')],
    ['payload_too_deep', (text: string) => text.replace('{', `{"n":${'['.repeat(64)}${']'.repeat(64)},`)],
    ['payload_malformed', (text: string) => `\ufeff${text}`],
    ['payload_malformed', (text: string) => `[${text}]`],
    ['payload_malformed', (text: string) => `${text} x`],
    ['payload_malformed', (text: string) => text.replaceAll('"', "'")],
    ['payload_malformed', () => ''],
    ['signature_missing', () => '{"amount":10}'],
    ['signature_malformed', (text: string) => text.replace('"signature":', '"signatur":')],
    ['signature_malformed', (text: string) => text.replace('sig=(', 'sig=((')],
    ['signature_malformed', (text: string) => text.replace('sig=(', 'gis=(')],
    ['signature_malformed', (text: string) => text.replaceAll('"sig=', '"=')],
    ['signature_malformed', (text: string) => text.replaceAll('"sig=', '"Sig=')],
    ['signature_malformed', (text: string) => text.replaceAll('"sig=', '"sig;x=')],
    ['signature_malformed', (text: string) => text.replaceAll('"sig=', '" sig=')],
    ['signature_malformed', (text: string) => text.replace('"sig=:', '"sig=: ')],
    ['signature_malformed', (text: string) => text.replace(/:"(?=[,}])/, ':;x=1"')],
    ['signature_malformed', (text: string) => text.replace(/"sig=:[^:]*:"/, '"sig=:"')],
    ['signature_malformed', (text: string) => text.replace(/"sig=:[^:]*:"/, '"sig=::"')],
    ['signature_malformed', (text: string) => text.replace(/"sig=:[^:]*:"/, '"sig=1"')],
    ['signature_malformed', (text: string) => text.replace('"sig=(', '"sig=1, sig2=(')],
    ['signature_malformed', (text: string) => text.replace(';created=', ';created=1;created=')],
    ['signature_malformed', (text: string) => text.replace(/created=\d+/, 'created=NaN')],
    ['component_uncovered', (text: string) => text.replace('(\\"content-digest\\")', '()')],
    ['component_uncovered', (text: string) => text.replace('(\\"content-digest\\")', '( \\"content-digest\\" )')],
    ['component_uncovered', (text: string) => text.replace('(\\"content-digest\\")', '(\\"content-digest\\" \\"content-digest\\")')],
    ['component_uncovered', (text: string) => text.replace('\\"content-digest\\"', '\\"content-digest\\";sf')],
    ['created_missing', (text: string) => text.replace(/;created=\d+/, '')],
    ['nonce_missing', (text: string) => text.replace(/;nonce=\\"[^"]*"/, '')],
    ['signature_mismatch', (text: string) => text.replace('10', '10000')],
    ['signature_mismatch', (text: string) => text.replace('10', '"10"')],
    ['signature_mismatch', (text: string) => text.replace('{', '{"more":null,')],
    ['signature_mismatch', (text: string) => text.replace('"user":"jdoe",', '')],
    ['signature_mismatch', (text: string) => text.replace('goldcoins', 'goldcoins|10&amount=10000')],
    ['key_unknown', (text: string) => text.replace('keyid=\\"jdoe', 'keyid=\\"mallory')],
    ['algorithm_forbidden', (text: string) => text.replace(';tag', ';alg=\\"ed25519\\";tag')],
  ] as const)('%s: %s', async (code, edit) => {
    const text = await json();
    const error: unknown = await verifyPayload(edit(text), judging()).catch((refusal: unknown) => refusal);
    // One line, which begins with the code; no cause where there is none.
    expect((error as Error).message).toMatch(new RegExp(`^${code.replaceAll('_', ' ')}($|: [^\\n]+$)`));
    expect(Object.hasOwn(error as Error, 'cause')).toBe((error as Error).cause !== undefined);
    const edited = edit(text);
    expect(edited).not.toBe(text);
    expect(await verdict(edited)).toBe(code);
    if (code.startsWith('payload_')) return;
    // What a parser can show is refused in a parsed object too, for the same reason.
    expect(await verdict(JSON.parse(edited))).toBe(code);
  });
  it.each([
    ['a lone surrogate', '"\\udfff"', 'payload_lone_surrogate'],
    ['__proto__', '{"__proto__":1}', 'payload_proto_member'],
    ['a large number', '1e300', 'payload_number_inexact'],
    ['depth', `${'['.repeat(70)}${']'.repeat(70)}`, 'payload_too_deep'],
  ])('an object given as one: %s', async (_, value, code) => {
    expect(await verdict(JSON.parse(await with_('x', value)))).toBe(code);
  });
  it('an object that JSON cannot carry', async () => {
    const parsed = JSON.parse(await json());
    const cycle: Record<string, unknown> = { ...parsed };
    cycle['x'] = cycle;
    for (const bad of [cycle, { ...parsed, x: 1n }, { ...parsed, x: Number.NaN }, { ...parsed, x: () => 1 }, [parsed], null, 5])
      expect(await verdict(bad)).toBe('payload_malformed');
  });
  it('bytes that are not UTF-8', async () => expect(await verdict(Uint8Array.of(0xff))).toBe('payload_malformed'));
  it('body_too_large, in text, bytes and fields', async () => {
    const text = await json();
    const limit = { maxBytes: text.length - 1 };
    expect(await verdict(text, { maxBytes: text.length })).toBe('accepted');
    expect(await verdict(text, limit)).toBe('body_too_large');
    expect(await verdict(new TextEncoder().encode(text), limit)).toBe('body_too_large');
    expect(await verdict([['a', 'x'.repeat(100)]], { format: 'form', maxBytes: 100 })).toBe('body_too_large');
  });
  it('another purpose, audience, subject or time', async () => {
    expect(await verdict(await json(), { tag: 'debit-coins' })).toBe('tag_mismatch');
    expect(await verdict(await json(), { audience: 'other.example' })).toBe('audience_mismatch');
    expect(await verdict((await json()).replace(/;audience=\\"[^"]*"/, ''))).toBe('audience_mismatch');
    expect(await verdict(await json(COINS, { subject: 'jdoe' }), { subject: 'mallory' })).toBe('subject_mismatch');
    expect(await verdict(await json(), { subject: 'jdoe' })).toBe('subject_mismatch');
    expect(await verdict(await json(COINS, { subject: 'jdoe' }), { subject: 'jdoe' })).toBe('accepted');
    expect(await verdict(await json(COINS, { expiresIn: 10 }), { now: () => NOW + 10 })).toBe('accepted');
    expect(await verdict(await json(COINS, { expiresIn: 10 }), { now: () => NOW + 11 })).toBe('expired');
    expect(await verdict(await json(), { now: () => NOW + 301 })).toBe('expired');
    expect(await verdict(await json(), { now: () => NOW - 6 })).toBe('created_in_future');
    expect(await verdict(await json(COINS, { expiresIn: 301 }))).toBe('lifetime_too_long');
  });
  it('a key that may not be used', async () => {
    const record = (status: 'revoked' | 'disabled') => ({ resolveKey: () => ({ key, status }) });
    expect(await verdict(await json(), record('revoked'))).toBe('key_revoked');
    expect(await verdict(await json(), record('disabled'))).toBe('key_disabled');
    expect(await verdict(await json(), { resolveKey: () => ({ key, notAfter: NOW - 1 }) })).toBe('key_expired');
    expect(await verdict(await json(), { policy: { algorithms: ['ed25519'] } })).toBe('algorithm_forbidden');
  });
  it('stores and keys that cannot be reached', async () => {
    const fail = () => Promise.reject(new Error('down'));
    expect(await verdict(await json(), { resolveKey: fail })).toBe('store_unavailable');
    expect(await verdict(await json(), { replayStore: { consume: fail } })).toBe('store_unavailable');
    expect(await verdict(await json(), { replayStore: { consume: () => 'cold' } })).toBe('replay_store_cold');
    expect(await verdict(await json(), { replayStore: { consume: () => 'full' } })).toBe('replay_store_full');
  });
  it('writes nothing of a refused message', async () => {
    const store = countingStore();
    const text = await json();
    for (const edited of [text.replace('10', '11'), text.replace('jdoe"', 'x"')]) await verdict(edited, { replayStore: store });
    await verdict(text, { replayStore: store, audience: 'other.example' });
    expect(store.asked).toEqual([]);
  });
  it('never names the secret or the data', async () => {
    const error = await verifyPayload((await json()).replace('10', '11'), judging()).catch((reason: unknown) => reason);
    expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toMatch(new RegExp(`${SECRET}|goldcoins`));
  });
});

describe('serial numbers', () => {
  const store = (window?: number) => serialReplayStore({ ...(window && { window }), insecurelyAssumeNoEarlierMessages: true });
  it('travel as the decimal nonce', async () => {
    expect(await json(COINS, { serial: 42 })).toContain(';nonce=\\"42\\";');
  });
  it('32 in flight, jittered: none is refused, each counts once', async () => {
    const random = createRandom('serials');
    const replayStore = store();
    const texts = await Promise.all(Array.from({ length: 1000 }, (_, serial) => json(COINS, { serial: serial + 1 })));
    const arrivals = texts.map((text, index) => ({ text, at: index + 32 * (random.int(1000) / 1000) })).sort((a, b) => a.at - b.at);
    for (const { text } of arrivals) expect(await verdict(text, { replayStore })).toBe('accepted');
    for (const text of texts) expect(await verdict(text, { replayStore })).toBe('nonce_replayed');
  });
  it('with a window of 1 are strictly increasing', async () => {
    const replayStore = store(1);
    const codes = [];
    for (const serial of [1, 2, 5, 4, 5, 6]) codes.push(await verdict(await json(COINS, { serial }), { replayStore }));
    expect(codes).toEqual(['accepted', 'accepted', 'accepted', 'nonce_replayed', 'nonce_replayed', 'accepted']);
  });
  it('are refused where they are none', async () => {
    expect(await verdict(await json(), { replayStore: store() })).toBe('signature_malformed');
  });
});

describe('the caller’s mistakes', () => {
  const mistaken = (error: unknown) => error instanceof TypeError || error instanceof RangeError;
  it.each([
    ['no options', COINS, undefined],
    ['no signer', COINS, signing({ signer: undefined as never })],
    ['no tag', COINS, signing({ tag: undefined as never })],
    ['a tag with capitals', COINS, signing({ tag: 'Coins' })],
    ['a tag of 65', COINS, signing({ tag: 'x'.repeat(65) })],
    ['no audience', COINS, signing({ audience: undefined as never })],
    ['an empty audience', COINS, signing({ audience: '' })],
    ['an audience that is not ASCII', COINS, signing({ audience: 'bänk' })],
    ['a lifetime of nothing', COINS, signing({ expiresIn: 0 })],
    ['a time that is none', COINS, signing({ created: Number.NaN })],
    ['a serial and a nonce', COINS, signing({ serial: 1, nonce: 'x' })],
    ['a serial that is none', COINS, signing({ serial: -1 })],
    ['a member signature', { signature: '' }, signing()],
    ['a member signature-input', { 'signature-input': '' }, signing()],
    ['a number beyond 2^53', { n: 2 ** 53 }, signing()],
    ['NaN', { n: Number.NaN }, signing()],
    ['__proto__', JSON.parse('{"__proto__":1}'), signing()],
    ['a lone surrogate', { a: '\ud800' }, signing()],
    ['a lone surrogate in a text', '\ud800', signing()],
    ['a number', 5, signing()],
    ['null', null, signing()],
  ])('signPayload: %s', async (_, payload, options) => {
    await expect(signPayload(payload as object, options as never)).rejects.toSatisfy(mistaken);
  });
  it.each([
    ['no options', undefined],
    ['no tag', judging({ tag: undefined as never })],
    ['no audience', judging({ audience: undefined as never })],
    ['no key', judging({ resolveKey: undefined as never })],
    ['no replay store', judging({ replayStore: undefined })],
    ['no format', judging({ format: 'xml' as never })],
    ['an empty subject', judging({ subject: '' })],
    ['a limit that limits nothing', judging({ maxBytes: Number.NaN })],
    ['an age that limits nothing', judging({ policy: { maxAge: Number.NaN } })],
  ])('verifyPayload: %s', async (_, options) => {
    await expect(verifyPayload('{}', options as never)).rejects.toSatisfy(mistaken);
  });
  it('a replay that is wanted has a name', async () => {
    const text = await json();
    for (let count = 0; count < 2; count++)
      expect(await verdict(text, { replayStore: undefined, policy: { insecurelyAllowMissingNonce: true } })).toBe('accepted');
  });
});

/** Who calls by a key that is sent: each place, what it takes, and what it answers. */
import { isVerificationError, type RequestMessage, type VerificationError } from 'countersign';
import { answerFields, type CredentialPlaces, type KeyStore, memoryKeyStore, requireConsumer } from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { NOON, openKeys } from './setup.ts';

type Fields = readonly (readonly [string, string])[];

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function message(fields: Fields, target = '/rates', body?: Uint8Array): RequestMessage {
  return { method: 'POST', scheme: 'https', authority: 'bank.example', target, fields, body };
}

const form = (text: string): RequestMessage =>
  message([['content-type', 'application/x-www-form-urlencoded']], '/rates', new TextEncoder().encode(text));

const json = (text: string, type = 'application/json'): RequestMessage =>
  message([['content-type', type]], '/rates', new TextEncoder().encode(text));

const { apiKeys, clock } = openKeys();
const bearer = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe', scopes: ['rates:read'] });
const other = await apiKeys.issue({ kind: 'bearer', owner: 'roe' });
const signing = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
await apiKeys.importSecret('a secret from the times before: 32', { owner: 'old', keyid: 'old' });

async function answer(request: Request | RequestMessage, places?: CredentialPlaces): Promise<string> {
  try {
    const consumer = await apiKeys.authenticate(request, places);
    return `${consumer.owner} by ${consumer.proof} in ${consumer.place}`;
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    return error.code;
  }
}

const key = bearer.secret;
const wrong = `${key.slice(0, -49)}${other.secret.slice(-49)}`;
const mistyped = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');

const ALL: CredentialPlaces = { bearer: true, header: 'X-Api-Key', basicUser: true, basic: true, query: 'key', body: 'key' };

describe('each place', () => {
  it.each<[string, RequestMessage, CredentialPlaces | undefined, string]>([
    ['Bearer, without a word of places', message([['Authorization', `Bearer ${key}`]]), undefined, 'jdoe by identification in bearer'],
    [
      'Bearer in small letters and blanks around',
      message([['authorization', `  bearer   ${key} `]]),
      {},
      'jdoe by identification in bearer',
    ],
    [
      'Bearer where it is not taken',
      message([['authorization', `Bearer ${key}`]]),
      { bearer: false, basic: true },
      'credential_forbidden_here',
    ],
    [
      "another's Bearer where it is not taken",
      message([['authorization', 'Bearer eyJhbGciOi']]),
      { bearer: false, basic: true },
      'credential_missing',
    ],
    ["another's Bearer", message([['authorization', 'Bearer eyJhbGciOi']]), {}, 'credential_malformed'],
    ['a field', message([['X-API-KEY', key]]), { header: 'x-api-key' }, 'jdoe by identification in header'],
    ['a field where it is not taken', message([['x-api-key', key]]), {}, 'credential_forbidden_here'],
    ['the name of the user', message([['authorization', basic(key, '')]]), { basicUser: true }, 'jdoe by identification in basicUser'],
    ['the name of the user, and a password', message([['authorization', basic(key, 'x')]]), { basicUser: true }, 'credential_malformed'],
    ['the name of the user where it is not taken', message([['authorization', basic(key, '')]]), { basic: true }, 'credential_malformed'],
    ['Basic where it is not taken', message([['authorization', basic(bearer.keyid, key)]]), {}, 'credential_missing'],
    ['keyid and key', message([['authorization', basic(bearer.keyid, key)]]), { basic: true }, 'jdoe by secret in basic'],
    ["another's keyid and the key", message([['authorization', basic(other.keyid, key)]]), { basic: true }, 'credential_invalid'],
    [
      'keyid and signing secret',
      message([['authorization', basic(signing.keyid, signing.secret)]]),
      { basic: true },
      'credential_malformed',
    ],
    [
      'keyid and signing secret, by name',
      message([['authorization', basic(signing.keyid, signing.secret)]]),
      { basic: true, kinds: ['hmac'] },
      'jdoe by secret in basic',
    ],
    [
      'an imported secret',
      message([['authorization', basic('old', 'a secret from the times before: 32')]]),
      { basic: true, kinds: ['bearer', 'hmac'] },
      'old by secret in basic',
    ],
    [
      'an imported secret with a colon too much',
      message([['authorization', basic('old', 'a secret from the times before: 33')]]),
      { basic: true, kinds: ['bearer', 'hmac'] },
      'credential_invalid',
    ],
    [
      'a bearer key where only secrets are taken',
      message([['authorization', basic(bearer.keyid, key)]]),
      { basic: true, kinds: ['hmac'] },
      'credential_invalid',
    ],
    ['nobody and his secret', message([['authorization', basic('nobody', 'x')]]), { basic: true, kinds: ['hmac'] }, 'credential_invalid'],
    ['the query', message([], `/rates?a=1&key=${key}`), { query: 'key' }, 'jdoe by identification in query'],
    ['the query where it is not taken', message([], `/rates?a=1&key=${key}`), {}, 'credential_forbidden_here'],
    ['another parameter', message([], `/rates?token=${key}`), { query: 'key' }, 'credential_forbidden_here'],
    ['the query, twice', message([], `/rates?key=${key}&key=${key}`), { query: 'key' }, 'credential_ambiguous'],
    ['the query, empty', message([], '/rates?key='), { query: 'key' }, 'credential_malformed'],
    ['a form', form(`a=1&key=${key}`), { body: 'key' }, 'jdoe by identification in body'],
    ['a form, twice', form(`key=${key}&key=${key}`), { body: 'key' }, 'credential_ambiguous'],
    ['a form without', form('a=1'), { body: 'key' }, 'credential_missing'],
    ['JSON', json(`{"a":[1],"key":"${key}"}`), { body: 'key' }, 'jdoe by identification in body'],
    [
      'JSON of another name',
      json(`{"key":"${key}"}`, 'application/vnd.bank+json; charset=utf-8'),
      { body: 'key' },
      'jdoe by identification in body',
    ],
    ['JSON, twice', json(`{"key":"${other.secret}","key":"${key}"}`), { body: 'key' }, 'credential_malformed'],
    ['JSON with a number', json('{"key":7}'), { body: 'key' }, 'credential_malformed'],
    ['JSON that is no object', json(`["${key}"]`), { body: 'key' }, 'credential_missing'],
    ['no JSON', json('{'), { body: 'key' }, 'credential_malformed'],
    ['no UTF-8', message([['content-type', 'application/json']], '/', new Uint8Array([0xff])), { body: 'key' }, 'credential_malformed'],
    ['another type of content', json(`{"key":"${key}"}`, 'text/plain'), { body: 'key' }, 'credential_missing'],
    ['much content', json(`{"a":"${'x'.repeat(65_536)}"}`), { body: 'key' }, 'body_too_large'],
    ['nothing', message([]), ALL, 'credential_missing'],
  ])('%s', async (_, request, places, expected) => {
    expect(await answer(request, places)).toBe(expected);
  });

  it('takes the same key in several places, and refuses two', async () => {
    const both = (second: string) =>
      message(
        [
          ['authorization', `Bearer ${key}`],
          ['x-api-key', second],
        ],
        `/rates?key=${key}`,
      );
    expect(await answer(both(key), ALL)).toBe('jdoe by identification in bearer');
    expect(await answer(both(other.secret), ALL)).toBe('credential_ambiguous');
    expect(
      await answer(
        message([
          ['authorization', basic(other.keyid, key)],
          ['x-api-key', key],
        ]),
        ALL,
      ),
    ).toBe('credential_invalid');
  });

  it('refuses a field that comes twice, also where the platform has joined it', async () => {
    expect(
      await answer(
        message([
          ['authorization', `Bearer ${key}`],
          ['Authorization', `Bearer ${key}`],
        ]),
      ),
    ).toBe('credential_ambiguous');
    const joined = new Request('https://bank.example/', {
      headers: [
        ['authorization', `Bearer ${key}`],
        ['authorization', `Bearer ${key}`],
      ],
    });
    expect(await answer(joined)).toBe('credential_malformed');
  });

  it.each([
    ['no base64', 'Basic !!!'],
    ['no colon', `Basic ${Buffer.from('abc').toString('base64')}`],
    ['no UTF-8', `Basic ${Buffer.from([0xff, 0x3a]).toString('base64')}`],
    ['a control character', `Basic ${Buffer.from('a:\0').toString('base64')}`],
    ['base64 with bits too much', 'Basic YTp='],
    ['much', `Basic ${'A'.repeat(4096)}`],
  ])('refuses Basic with %s', async (_, value) => {
    expect(await answer(message([['authorization', value]]), { basic: true })).toBe('credential_malformed');
  });

  it('leaves the content of a Request to its reader', async () => {
    const request = new Request('https://bank.example/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key, amount: 10 }),
    });
    expect(await answer(request, { body: 'key' })).toBe('jdoe by identification in body');
    expect(((await request.json()) as { amount: number }).amount).toBe(10);
    expect(await answer(request, { body: 'key' })).toBe('raw_body_unavailable');
  });

  it('says of a stream that it would be gone', async () => {
    const body = (async function* () {
      yield new TextEncoder().encode(`{"key":"${key}"}`);
    })();
    const request = { ...json(''), body };
    await expect(apiKeys.authenticate(request, { body: 'key' })).rejects.toThrow(/request.body must be bytes/);
  });
});

describe('what is refused', () => {
  it.each([
    ['a mistyped key', `Bearer ${mistyped}`, 'credential_malformed'],
    ['a signing secret', `Bearer ${signing.secret}`, 'credential_forbidden_here'],
    ['nothing behind Bearer', 'Bearer', 'credential_missing'],
    ['a blank behind Bearer', 'Bearer ', 'credential_missing'],
    ['text of another kind', `Bearer ${key} x`, 'credential_malformed'],
    ['a long text', `Bearer ${'x'.repeat(4097)}`, 'credential_malformed'],
  ])('%s', async (_, value, expected) => {
    expect(await answer(message([['authorization', value]]))).toBe(expected);
  });

  it('asks the store for nothing whose checksum is wrong', async () => {
    const inner = memoryKeyStore();
    let asked = 0;
    const get = (keyid: string) => {
      asked++;
      return inner.get(keyid);
    };
    const store: KeyStore = { ...inner, get };
    const keys = openKeys({ store }).apiKeys;
    await expect(keys.authenticate(message([['authorization', `Bearer ${wrong}`]]))).rejects.toMatchObject({
      code: 'credential_malformed',
    });
    expect(asked).toBe(0);
    await expect(keys.authenticate(message([['authorization', `Bearer ${key}`]]))).rejects.toMatchObject({ code: 'credential_invalid' });
    expect(asked).toBe(1);
  });

  it('gives strangers one answer, whatever becomes of the key; its owner is told', async () => {
    const { apiKeys: keys, clock: time } = openKeys();
    const { newKeyText } = await import('../../src/api-key/credential/format.ts');
    const steps: readonly [string, (keyid: string) => Promise<unknown>, string][] = [
      ['disabled', (keyid) => keys.disable(keyid), 'key_disabled'],
      ['revoked', (keyid) => keys.revoke(keyid, { reason: 'x' }), 'key_revoked'],
      ['rotated', (keyid) => keys.rotate(keyid, { overlap: 0 }), 'key_rotated_out'],
      ['expired', (keyid) => keys.update(keyid, { expiresIn: 1 }).then(() => (time.now += 2)), 'key_expired'],
    ];
    const said = async (secret: string): Promise<VerificationError> =>
      keys.authenticate(message([['authorization', `Bearer ${secret}`]])).then(
        () => Promise.reject(new Error('accepted')),
        (error: VerificationError) => error,
      );
    const guess = (keyid: string) => newKeyText('bearer', keyid, (length) => new Uint8Array(length));
    const unknown = await said(guess('bank_live_0000000000000000'));
    for (const [, change, code] of steps) {
      const issued = await keys.issue({ kind: 'bearer', owner: 'jdoe' });
      await change(issued.keyid);
      expect((await said(issued.secret)).code).toBe(code);
      const stranger = await said(guess(issued.keyid));
      expect(JSON.parse(stranger.toProblem().body)).toEqual({ ...JSON.parse(unknown.toProblem().body), now: time.now });
      expect([stranger.code, stranger.status, stranger.detail]).toEqual(['credential_invalid', 401, undefined]);
    }
  });

  it('asks for what is taken (RFC 6750, RFC 7617), on 401 alone', async () => {
    const challengeOf = async (request: RequestMessage, places: CredentialPlaces) =>
      apiKeys.authenticate(request, places).catch((error: VerificationError) => error.toProblem().headers['www-authenticate']);
    expect(await challengeOf(message([]), {})).toBe('Bearer realm="bank"');
    expect(await challengeOf(message([]), { basic: true, realm: 'The Bank' })).toBe(
      'Bearer realm="The Bank", Basic realm="The Bank", charset="UTF-8"',
    );
    expect(await challengeOf(message([]), { bearer: false, basicUser: true })).toBe('Basic realm="bank", charset="UTF-8"');
    expect(await challengeOf(message([]), { bearer: false, header: 'x-api-key' })).toBe('Bearer realm="bank"');
    expect(await challengeOf(message([['authorization', 'Bearer x']]), {})).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    ['a place that there is not', { cookie: 'key' }, /^places: there is no "cookie"/],
    ['bearer as text', { bearer: 'yes' }, /places.bearer must be true or false/],
    ['no place at all', { bearer: false }, /places must name one/],
    ['a header that is no name', { header: 'x api' }, /places.header must be the name of a field/],
    ['authorization as a header', { header: 'Authorization' }, /places.header must not be authorization/],
    ['an empty parameter', { query: '' }, /places.query must not be empty/],
    ['a body that is a flag', { body: true }, /places.body must be a string/],
    ['a realm with a quote', { realm: 'a"b' }, /places.realm must be printable/],
    ['kinds of another kind', { kinds: ['ed25519'] }, /places.kinds must be/],
    ['no places', null, /places must be an object/],
  ])('is a fault of the caller: %s', async (_, places, problem) => {
    await expect(apiKeys.authenticate(message([]), places as CredentialPlaces)).rejects.toThrow(problem);
  });

  it('is a fault of the caller: what is no request', async () => {
    for (const request of [undefined, 'GET /', {}, { headers: {} }, 7])
      await expect(apiKeys.authenticate(request as never)).rejects.toThrow(TypeError);
  });
});

describe('who was identified', () => {
  it('may do what only identifies, and has its scopes', async () => {
    const consumer = await apiKeys.authenticate(message([['authorization', `Bearer ${key}`]]));
    expect(requireConsumer(consumer, { scopes: ['rates:read'] })).toBe(consumer);
    expect(() => requireConsumer(consumer, { proof: 'signature' })).toThrow(/proof insufficient: this needs a signature/);
    expect(() => requireConsumer(consumer, { proof: 'secret' })).toThrow(/proof insufficient/);
    expect(() => requireConsumer(consumer, { scopes: ['coins:write'] })).toThrow(/scope insufficient: the key lacks coins:write/);
    expect(() => requireConsumer(undefined, {})).toThrow(TypeError);
    expect(() => requireConsumer(consumer, { proof: 'oath' as never })).toThrow(/proof must be one of/);
    expect(() => requireConsumer(consumer, { scope: 'x' } as never)).toThrow(/did you mean scopes/);
    expect(Object.isFrozen(consumer)).toBe(true);
  });

  it('is answered with the fields that its place and its rotation need', async () => {
    const inQuery = await apiKeys.authenticate(message([], `/?key=${key}`), { query: 'key' });
    expect(answerFields(inQuery)).toEqual({ 'referrer-policy': 'no-referrer', 'cache-control': 'private' });
    const issued = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' });
    await apiKeys.rotate(issued.keyid, { overlap: 60 });
    const rotated = await apiKeys.authenticate(message([['authorization', `Bearer ${issued.secret}`]]));
    const now = () => clock.now + 20;
    expect(answerFields(rotated)).toEqual({});
    expect(answerFields(rotated, { rotatedOutField: 'x-old', now })).toEqual({ 'x-old': '40' });
    expect(() => answerFields(rotated, { rotatedOutField: '' })).toThrow(RangeError);
  });

  it('has its last use written down', async () => {
    const issued = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' });
    await apiKeys.authenticate(message([['authorization', `Bearer ${issued.secret}`]]));
    await apiKeys.flush();
    expect(await apiKeys.get(issued.keyid)).toMatchObject({ uses: 1, lastUsedAt: NOON });
  });
});

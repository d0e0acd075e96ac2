import { describe, expect, it } from 'vitest';
import { exportPublicKeyRaw } from '../../src/crypto/forms/export.ts';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner, type Signer } from '../../src/crypto/signer.ts';
import { fromBase64url, toBase64url } from '../../src/internal/base64.ts';
import { decodeUtf8, encodeUtf8 } from '../../src/internal/utf8.ts';
import { type IssueLicenseOptions, issueLicense } from '../../src/license/issue.ts';
import type { SyncLastSeenStore } from '../../src/license/last-seen.ts';
import type { LicenseTerms } from '../../src/license/terms.ts';
import { type VerifyLicenseSyncOptions, verifyLicense, verifyLicenseSync } from '../../src/license/verify.ts';
import { signPayload } from '../../src/payload/sign-payload.ts';

import { NOW, SECRET } from '../support/bank.ts';
import { bothWays } from './support.ts';

const PRODUCT = 'io.stochastic.tungsten';
const YEAR = 365 * 86_400;

const vendor = await generateKeyPair();
const signer = createSigner({ privateKey: vendor.privateKey, keyid: 'k1' });
const stranger = await generateKeyPair();
const publicKeys = { k1: vendor.publicKey };

const TERMS: LicenseTerms = { licensee: 'José & Söhne', features: ['superawesome'] };
const issue = (terms: LicenseTerms = TERMS, options: Partial<IssueLicenseOptions> = {}) =>
  issueLicense(terms, { signer, product: PRODUCT, created: NOW, ...options });
const options = (changes: Partial<VerifyLicenseSyncOptions> = {}): VerifyLicenseSyncOptions => ({
  product: PRODUCT,
  publicKeys,
  now: () => NOW + 60,
  ...changes,
});

/** The code of both ways of verifying, which must agree. */
const verdict = (license: string | Uint8Array, changes: Partial<VerifyLicenseSyncOptions> = {}) => bothWays(license, options(changes));

/** A license whose JSON was edited. */
const edit = (json: string, pattern: RegExp | string, replacement: string): string => {
  const edited = json.replace(pattern, () => replacement);
  expect(edited).not.toBe(json);
  return edited;
};

/** A license that the vendor signs though this library would not issue it: made by other means, or by an older version. */
async function forge(params: string, terms: object = TERMS, by: Signer = signer): Promise<string> {
  const { createContentDigest } = await import('../../src/signature/content-digest.ts');
  const { canonicalizeJson } = await import('../../src/canonical/json.ts');
  const { toBase64 } = await import('../../src/internal/base64.ts');
  const digest = await createContentDigest(encodeUtf8(canonicalizeJson(terms)));
  const signature = await by.sign(encodeUtf8(`"content-digest": ${digest}\n"@signature-params": ${params}`));
  return JSON.stringify({ ...terms, 'signature-input': `sig=${params}`, signature: `sig=:${toBase64(signature)}:` });
}
const PARAMS = `("content-digest");created=${NOW};keyid="k1";tag="cs1-license:${PRODUCT}"`;

describe('a license', () => {
  it('is verified with the public key alone, by both ways', async () => {
    const { json, line } = await issue(TERMS, { subject: 'order-4711', expires: NOW + YEAR });
    for (const text of [json, line, encodeUtf8(json), encodeUtf8(line)]) {
      for (const license of [
        await verifyLicense(text, options({ anySubject: true })),
        verifyLicenseSync(text, options({ subject: 'order-4711' })),
      ]) {
        expect(license).toMatchObject({
          payload: TERMS,
          product: PRODUCT,
          subject: 'order-4711',
          keyid: 'k1',
          created: NOW,
          expires: NOW + YEAR,
        });
        expect(Object.isFrozen(license) && Object.isFrozen(license.payload) && Object.isFrozen(license.payload.features)).toBe(true);
        expect(license.has('superawesome')).toBe(true);
        expect(license.has('toString')).toBe(false);
      }
    }
  });
  it('has the wire form: no nonce, expires only if asked', async () => {
    const { json, line } = await issue();
    const { 'signature-input': input, signature, ...terms } = JSON.parse(json);
    expect(input).toBe(`sig=${PARAMS}`);
    expect(signature).toMatch(/^sig=:[A-Za-z0-9+/]{86}==:$/);
    expect(terms).toEqual(TERMS);
    expect(json).toMatch(/^\{\n {2}"[\s\S]*\n\}\n$/);
    expect(JSON.parse(decodeUtf8(fromBase64url(line)!)!)).toEqual(JSON.parse(json));
    expect(json.includes('José')).toBe(true);
  });
  it('is what another program signs by the same form', async () => {
    expect(await verdict(await forge(PARAMS))).toBe('accepted');
  });
  it('takes public keys as text, and several of them', async () => {
    const { json } = await issue();
    const k1 = toBase64url(exportPublicKeyRaw(vendor.publicKey));
    expect(await verdict(json, { publicKeys: { k0: stranger.publicKey, k1 } })).toBe('accepted');
  });
  it('counts as often as it is read, and for ever without expires', async () => {
    const { json } = await issue();
    for (const years of [0, 1, 50]) expect(await verdict(json, { now: () => NOW + years * YEAR })).toBe('accepted');
  });
  it('counts until its last second', async () => {
    const { line } = await issue(TERMS, { expires: NOW + YEAR });
    expect(await verdict(line, { now: () => NOW + YEAR })).toBe('accepted');
    expect(await verdict(line, { now: () => NOW + YEAR + 1 })).toBe('expired');
  });
});

describe('what files, mails and forms do to a license', () => {
  const wrap = (text: string, width: number, end: string) => text.replace(new RegExp(`.{${width}}`, 'gsu'), (part) => part + end);
  const relays: readonly [string, (text: string) => string][] = [
    ['trailing line breaks', (text) => `${text}\n\n\r\n`],
    ['blanks before it', (text) => `\n\t  ${text}`],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['wrapped lines', (text) => wrap(text, 76, '\n')],
    ['wrapped lines, CRLF', (text) => wrap(text, 64, '\r\n')],
  ];
  const json: readonly [string, (text: string) => string][] = [
    ['re-indented', (text) => JSON.stringify(JSON.parse(text), null, '\t')],
    ['minified', (text) => JSON.stringify(JSON.parse(text))],
    ['re-ordered', (text) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()))],
    ['escaped', (text) => text.replace(/[^\0-\x7f/]|\//g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)],
  ];
  it.each([...relays, ...json])('JSON: %s', async (_, relay) => {
    expect(await verdict(relay((await issue()).json))).toBe('accepted');
  });
  const quoted = (text: string) => text.trimEnd().replace(/^/gm, '> ');
  it.each([
    ['quoted in a mail', quoted],
    ['quoted twice', (text: string) => quoted(quoted(text))],
    ['wrapped and quoted', (text: string) => quoted(wrap(text, 60, '\n'))],
    ['wrapped, and quoted from its second line on', (text: string) => wrap(text, 60, '\n> ')],
  ])('one line: %s', async (_, relay) => {
    expect(await verdict(relay((await issue()).line))).toBe('accepted');
  });
  it('JSON: quoted in a mail', async () => expect(await verdict(quoted((await issue()).json))).toBe('accepted'));
  it.each<[string, (form: { readonly json: string; readonly line: string }) => string | Uint8Array, RegExp]>([
    ['a UTF-16 file', ({ json }) => Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(json, 'utf16le')]), /UTF-16: save it as UTF-8/],
    ['a UTF-16 file, big-endian', ({ line }) => Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(line, 'utf16le').swap16()]), /UTF-16/],
    ['a Latin-1 file', () => Buffer.from('{"name":"Jos\u00e9"}', 'latin1'), /the file is not UTF-8/],
    ['standard Base64', ({ line }) => Buffer.from(line, 'base64url').toString('base64'), /Base64, where base64url/],
    ['padding', ({ line }) => `${line}=`, /Base64, where base64url/],
    ['quotes around it', ({ line }) => `"${line}"`, /it has U\+0022/],
    ['a label before it', ({ line }) => `License: ${line}`, /it has U\+003A/],
    ['a comment before it', ({ json }) => `# keep\n${json}`, /it has U\+0023/],
    ['a soft hyphen', ({ line }) => `${line.slice(0, 30)}\u00ad${line.slice(30)}`, /it has U\+00AD/],
    ['a full stop behind it', ({ line }) => `${line}.`, /it has U\+002E/],
    ['a NUL behind it', ({ json }) => `${json}\0`, /U\+0000/],
    ['nothing', () => '', /the license is empty/],
    ['the end missing', ({ json }) => json.slice(0, -10), /breaks off/],
    ['typographic quotes', ({ json }) => json.replaceAll('"', '\u201d'), /no valid JSON/],
  ])('%s is named', async (_, damage, expected) => {
    await expect(verifyLicense(damage(await issue()), options())).rejects.toThrow(expected);
  });
  it.each([...relays, ['blanks inside', (text: string) => wrap(text, 10, ' ')] as const])('one line: %s', async (_, relay) => {
    expect(await verdict(relay((await issue()).line))).toBe('accepted');
  });
});

describe('attacks', () => {
  const rich = () => issue({ ...TERMS, machine: 'm-1', seats: 5 }, { subject: 'jdoe', expires: NOW + YEAR });
  const rights = { machine: 'm-1', subject: 'jdoe' };
  it('have an honest license to begin with', async () => expect(await verdict((await rich()).json, rights)).toBe('accepted'));

  it.each([
    ['a value', /"seats": 5/, '"seats": 6'],
    ['the type of a value', /"seats": 5/, '"seats": "5"'],
    ['a list into a text', /\[[^\]]*\]/, '"superawesome"'],
    ['a feature', /"superawesome"/, '"superawesome", "more"'],
    ['two features into one', /"superawesome"/, '"super", "awesome"'],
    ['the boundary between name and value', /"seats": 5/, '"seats5": ""'],
    ['the boundary between two members', /"machine": "m-1",\s*"seats": 5/, '"machine": "m-1,seats:5"'],
    ['a member away', /"machine": "m-1",/, ''],
    ['a member more', /"seats"/, '"more": 1, "seats"'],
    ['normalisation', /José/, 'Jose\u0301'],
    ['expires', /expires=\d+/, `expires=${NOW + 9 * YEAR}`],
    ['expires away', /;expires=\d+/, ''],
    ['created', /created=\d+/, `created=${NOW - 1}`],
    ['the subject away', /;subject=\\"jdoe\\"/, ''],
    ['a parameter more', /;tag=/, ';x=1;tag='],
    ['a parameter twice', /;keyid=/, ';tag=\\"x\\";keyid='],
    ['the signature', /sig=:./, 'sig=:_'],
  ] as const)('change %s', async (what, pattern, replacement) => {
    const { json } = await rich();
    const edited = edit(json, pattern, replacement);
    expect(await verdict(edited, what === 'the subject away' ? { machine: 'm-1' } : rights)).toMatch(/^signature_m(ismatch|alformed)$/);
  });
  it('expires as NaN, Infinity, a fraction, a text, or before created', async () => {
    const { json } = await rich();
    for (const bad of ['NaN', 'Infinity', '1e99', `${NOW}.5`, '\\"never\\"', '-1', '?1', '9'.repeat(15), '9'.repeat(16)])
      expect(await verdict(edit(json, /expires=\d+/, `expires=${bad}`), rights)).toBe('signature_malformed');
    for (const bad of ['NaN', '1.5', '"never"']) expect(await verdict(await forge(`${PARAMS};expires=${bad}`))).toBe('signature_malformed');
    expect(await verdict(await forge(`${PARAMS};expires=${NOW - 5}`), { now: () => NOW - 10 })).toBe('expired');
    expect(await verdict(await forge(`${PARAMS};expires=${NOW + 9};expires=${NOW + YEAR}`))).toBe('signature_malformed');
  });
  it('a member twice, in any spelling and place', async () => {
    const { json } = await issue({ seats: 5, nested: { a: [{ b: 1 }] } });
    for (const added of ['"seats":6,', '"s\\u0065ats":6,', '"signature":"x",'])
      expect(await verdict(json.replace('{', `{${added}`))).toBe('payload_duplicate_member');
    expect(await verdict(edit(json, '"b": 1', '"b": 1, "b": 1'))).toBe('payload_duplicate_member');
    expect(await verdict(json.replace('{', '{"__proto__":{},'))).toBe('payload_proto_member');
  });
  it('another product', async () => {
    const { json } = await issue();
    expect(await verdict(json, { product: 'io.stochastic.tungsten2' })).toBe('tag_mismatch');
    expect(await verdict(edit(json, 'tungsten\\"', 'tungsten2\\"'), { product: 'io.stochastic.tungsten2' })).toBe('signature_mismatch');
  });
  it('another key, and the keyid of another key', async () => {
    const { json } = await issue(TERMS, { signer: createSigner({ privateKey: stranger.privateKey, keyid: 'k1' }) });
    expect(await verdict(json)).toBe('signature_mismatch');
    expect(await verdict((await issue(TERMS, { signer: createSigner({ privateKey: stranger.privateKey, keyid: 'k9' }) })).json)).toBe(
      'key_unknown',
    );
    const both = { publicKeys: { k1: vendor.publicKey, k2: stranger.publicKey } };
    expect(await verdict(edit((await issue()).json, 'keyid=\\"k1\\"', 'keyid=\\"k2\\"'), both)).toBe('signature_mismatch');
    for (const keyid of ['__proto__', 'constructor', 'toString'])
      expect(await verdict(edit((await issue()).json, 'keyid=\\"k1\\"', `keyid=\\"${keyid}\\"`))).toBe('key_unknown');
    expect(await verdict(await forge(PARAMS.replace(';keyid="k1"', '')))).toBe('signature_malformed');
  });
  it('another algorithm', async () => {
    expect(await verdict(await forge(PARAMS.replace(';tag', ';alg="hmac-sha256";tag')))).toBe('algorithm_forbidden');
    expect(await verdict(await forge(PARAMS.replace(';tag', ';alg="ed25519";tag')))).toBe('accepted');
    // The public key as a secret.
    const secret = fromBase64url(toBase64url(exportPublicKeyRaw(vendor.publicKey)))!;
    expect(await verdict(await forge(PARAMS, TERMS, hmacSigner({ keyid: 'k1', secret })))).toBe('signature_mismatch');
  });
  it('covering nothing, or something else', async () => {
    expect(await verdict(await forge(PARAMS.replace('"content-digest"', '')))).toMatch(/component_uncovered/);
    expect(await verdict(await forge(PARAMS.replace('"content-digest"', '"content-digest";key="x"')))).toMatch(/component_uncovered/);
    expect(await verdict(await forge(PARAMS.replace(`created=${NOW};`, '')))).toBe('created_missing');
  });
  it('a signed payload of the same key and purpose', async () => {
    const payload = await signPayload(TERMS, { signer, tag: PRODUCT, audience: PRODUCT, created: NOW });
    expect(await verdict(JSON.stringify(payload))).toBe('tag_mismatch');
  });
  it('something that is no license', async () => {
    const { json, line } = await issue();
    expect(await verdict('')).toBe('payload_malformed');
    expect(await verdict('null')).toBe('payload_malformed');
    expect(await verdict('{}')).toBe('signature_missing');
    expect(await verdict(`[${json}]`)).toBe('payload_malformed');
    expect(await verdict(`${json}{}`)).toBe('payload_malformed');
    expect(await verdict(`${line}=`)).toBe('payload_malformed');
    expect(await verdict(toBase64url(encodeUtf8(line)))).toBe('payload_malformed');
    expect(await verdict(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe('payload_malformed');
    expect(await verdict(' '.repeat(1024 * 1024 + 1))).toBe('body_too_large');
    // Bytes are counted as they are, not as the characters they make.
    expect(await verdict(encodeUtf8('é'.repeat(512 * 1024 + 1)))).toBe('body_too_large');
    expect(await verdict(edit(json, /"signature": "[^"]*"/, '"signature": 5'))).toBe('signature_malformed');
  });
});

describe('terms', () => {
  it('bind to a subject when the application asks', async () => {
    const { json } = await issue(TERMS, { subject: 'jdoe' });
    expect(await verdict(json)).toBe('subject_mismatch');
    expect(await verdict(json, { anySubject: true })).toBe('accepted');
    expect(await verdict(json, { subject: 'jdoe' })).toBe('accepted');
    expect(await verdict(json, { subject: 'mallory' })).toBe('subject_mismatch');
    expect(await verdict((await issue()).json, { subject: 'jdoe' })).toBe('subject_mismatch');
  });
  it('bind to a machine whether the application asks or not', async () => {
    const { json } = await issue({ machine: 'm-1' });
    expect(await verdict(json, { machine: 'm-1' })).toBe('accepted');
    expect(await verdict(json, { machine: 'm-2' })).toBe('machine_mismatch');
    expect(await verdict(json)).toBe('machine_mismatch');
    expect(await verdict((await issue()).json, { machine: 'm-1' })).toBe('accepted');
  });
  it('include versions until the maintenance ends', async () => {
    const { json } = await issue({ maintenanceUntil: NOW });
    expect(await verdict(json, { releasedAt: NOW })).toBe('accepted');
    expect(await verdict(json, { releasedAt: NOW + 1 })).toBe('maintenance_ended');
    expect(await verdict(json)).toBe('accepted');
    expect(await verdict((await issue()).json, { releasedAt: NOW + YEAR })).toBe('accepted');
  });
  it('that are critical must be understood', async () => {
    const { json } = await issue({ seats: 5, machine: 'm', features: [], critical: ['seats', 'machine', 'features'] });
    expect(await verdict(json, { machine: 'm' })).toBe('critical_unknown');
    expect(await verdict(json, { machine: 'm', understood: ['seat'] })).toBe('critical_unknown');
    expect(await verdict(json, { machine: 'm', understood: ['seats'] })).toBe('accepted');
    const maintained = await issue({ maintenanceUntil: NOW, critical: ['maintenanceUntil'] });
    expect(await verdict(maintained.json)).toBe('critical_unknown');
    expect(await verdict(maintained.json, { releasedAt: NOW - 5 })).toBe('accepted');
  });
  it('of the wrong type are refused, even signed', async () => {
    const bad = [
      { machine: 5 },
      { machine: '' },
      { machine: null },
      { features: 'all' },
      { features: [1] },
      { maintenanceUntil: '2030' },
      { maintenanceUntil: 1.5 },
      { critical: 'x' },
      { critical: ['absent'] },
      { critical: ['critical'] },
      { critical: ['toString'] },
    ];
    for (const terms of bad) {
      expect(await verdict(await forge(PARAMS, terms), { machine: '5' })).toBe('payload_malformed');
      await expect(issue(terms as LicenseTerms)).rejects.toThrow(TypeError);
    }
  });
});

describe('the clock', () => {
  function memory(last?: number): SyncLastSeenStore & { last: number | undefined } {
    const store = {
      last,
      read: () => store.last,
      write: (time: number) => {
        store.last = time;
      },
    };
    return store;
  }
  it('may not be set back', async () => {
    const { json } = await issue(TERMS, { expires: NOW + YEAR });
    const lastSeen = memory();
    const at = (time: number) => verdict(json, { lastSeen, now: () => time });
    expect(await at(NOW + 1000)).toBe('accepted');
    expect(lastSeen.last).toBe(NOW + 1000);
    expect(await at(NOW + 700)).toBe('accepted');
    expect(lastSeen.last).toBe(NOW + 1000);
    expect(await at(NOW + 699)).toBe('clock_rolled_back');
    expect(await verdict(json, { lastSeen, now: () => NOW + 999, futureSkew: 0 })).toBe('clock_rolled_back');
    expect(await at(NOW + 2 * YEAR)).toBe('expired');
    // The time at which it was expired is remembered too.
    expect(await at(NOW + 1001)).toBe('clock_rolled_back');
  });
  it('may not be before the license was issued', async () => {
    const { json } = await issue();
    expect(await verdict(json, { now: () => NOW - 300 })).toBe('accepted');
    expect(await verdict(json, { now: () => NOW - 301 })).toBe('created_in_future');
  });
  it('that tells no time is the caller’s mistake', async () => {
    const { json } = await issue();
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, 1.5, -1]) {
      await expect(verifyLicense(json, options({ now: () => now }))).rejects.toThrow(RangeError);
      expect(() => verifyLicenseSync(json, options({ now: () => now }))).toThrow(RangeError);
    }
  });
  it('with a store that fails or tells nonsense: neither accepted nor refused', async () => {
    const { json } = await issue();
    const fail = () => {
      throw new Error('disk');
    };
    for (const lastSeen of [
      { read: fail, write: () => undefined },
      { read: () => undefined, write: fail },
      { read: () => Number.NaN, write: () => undefined },
      { read: () => '5' as never, write: () => undefined },
    ])
      expect(await verdict(json, { lastSeen })).toBe('store_unavailable');
    const later = { read: async () => NOW, write: async () => undefined };
    expect((await verifyLicense(json, { ...options(), lastSeen: later })).keyid).toBe('k1');
    expect(() => verifyLicenseSync(json, options({ lastSeen: later as never }))).toThrow('lastSeen');
  });
});

describe('the caller’s mistakes', () => {
  it.each([
    ['an HMAC key', { signer: hmacSigner({ keyid: 'k1', secret: SECRET }) }],
    ['no signer', { signer: undefined }],
    ['no product', { product: undefined }],
    ['a product that is no tag', { product: 'Tungsten 2' }],
    ['expires that is no time', { expires: Number.NaN }],
    ['expires in the past', { expires: NOW }],
    ['a subject that is not ASCII', { subject: 'José' }],
    ['created that is no time', { created: Number.NaN }],
  ])('issueLicense: %s', async (_, changes) => {
    await expect(issue(TERMS, changes as never)).rejects.toSatisfy((error) => error instanceof TypeError || error instanceof RangeError);
  });
  it.each([
    ['null', null],
    ['a list', []],
    ['a member signature', { signature: 'x' }],
    ['a number that JSON loses', { n: 2 ** 53 }],
    ['NaN', { n: Number.NaN }],
  ])('issueLicense: terms that are %s', async (_, terms) => {
    await expect(issue(terms as never)).rejects.toThrow(TypeError);
  });
  it.each([
    ['no options', undefined],
    ['no product', options({ product: undefined as never })],
    ['no keys', options({ publicKeys: undefined as never })],
    ['a key that is no key', options({ publicKeys: { k1: 5 as never } })],
    ['a key that is no base64url', options({ publicKeys: { k1: 'ab=' } })],
    ['a key of another length', options({ publicKeys: { k1: 'AAAA' } })],
    ['a key of small order', options({ publicKeys: { k1: `AQ${'A'.repeat(41)}` } })],
    ['a private key', options({ publicKeys: { k1: vendor.privateKey as never } })],
    ['releasedAt that is no time', options({ releasedAt: Number.NaN })],
    ['futureSkew beyond all clocks', options({ futureSkew: 2 ** 31 + 1 })],
    ['understood that is no list', options({ understood: 'seats' as never })],
  ])('verifyLicense: %s', async (_, bad) => {
    const { json } = await issue();
    const mistaken = (error: unknown) => error instanceof TypeError || error instanceof RangeError;
    await expect(verifyLicense(json, bad as never)).rejects.toSatisfy(mistaken);
    expect(() => verifyLicenseSync(json, bad as never)).toThrow(expect.toSatisfy(mistaken) as never);
  });
  it('a license that is no text', async () => {
    await expect(verifyLicense(JSON.parse((await issue()).json), options())).rejects.toThrow(TypeError);
  });
});

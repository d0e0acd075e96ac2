import { describe, expect, it } from 'vitest';
import { percentEncode } from '../../src/canonical/fields.ts';
import { REQUEST_CONTROL } from '../../src/rfc9421/coverage.ts';
import { derivedValue } from '../../src/rfc9421/derive.ts';
import { messageFromRequest } from '../../src/rfc9421/message.ts';
import { signComponents } from '../../src/signature/sign.ts';
import { appendSignature } from '../../src/url/query.ts';
import { type SignUrlOptions, signUrl } from '../../src/url/sign-url.ts';
import { signedUrls, type VerifyUrlOptions, verifyUrl } from '../../src/url/verify-url.ts';

import { codeOf, countingStore, key, NOW, signed, signer, verifier } from '../support/bank.ts';

const URL_TEXT = 'https://bank.example/files/a%20b.pdf?page=2&q=x%20y%26';
const sign = (url: string = URL_TEXT, changes: Partial<SignUrlOptions> = {}) =>
  signUrl(url, { signer, expiresIn: 3600, now: () => NOW, ...changes });
const judging = (changes: Partial<VerifyUrlOptions> = {}): VerifyUrlOptions =>
  ({
    authority: 'bank.example',
    resolveKey: (keyid: string) => (keyid === 'jdoe' ? key : undefined),
    now: () => NOW + 10,
    ...changes,
  }) as VerifyUrlOptions;
const verdict = (url: string, changes: Partial<VerifyUrlOptions> & { readonly method?: string } = {}) => {
  const { method, ...others } = changes;
  return codeOf(() => verifyUrl({ url, method }, judging(others)));
};

/** A signed URL with the text of its signature-input changed. */
const edited = (url: string, change: (text: string) => string): string =>
  url.replace(
    /signature-input=([\w-]+)/,
    (_, value: string) => `signature-input=${base64url(change(Buffer.from(value, 'base64url').toString()))}`,
  );
const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** The two pairs at the end of a signed URL. */
function parts(url: string): { readonly rest: string; readonly input: string; readonly signature: string } {
  const [, rest, input, signature] = /^(.*?)[?&](signature-input=[^&]*)&(signature=[^&]*)$/.exec(url)!;
  return { rest: rest!, input: input!, signature: signature! };
}

describe('a signed URL', () => {
  it('has the wire form', async () => {
    const { rest, input, signature } = parts(await sign());
    expect(rest).toBe(URL_TEXT);
    const text = `sig=("@method" "@authority" "@path" "@query");created=${NOW};expires=${NOW + 3600};keyid="jdoe";tag="cs1-url"`;
    expect(input).toBe(`signature-input=${base64url(text)}`);
    expect(Buffer.from(signature.slice('signature='.length), 'base64url').toString()).toMatch(/^sig=:[A-Za-z0-9+/]{43}=:$/);
  });
  it('is verified as often as it comes, and shows what it opens', async () => {
    const url = await sign();
    for (let count = 0; count < 2; count++) {
      const verified = await verifyUrl({ url }, judging());
      expect([verified.method(), verified.path(), verified.query(), verified.keyid]).toEqual([
        'GET',
        '/files/a%20b.pdf',
        '?page=2&q=x%20y%26',
        'jdoe',
      ]);
      expect(() => verified.bytes).toThrow(TypeError);
    }
  });
  it.each([
    'https://bank.example',
    'https://bank.example/',
    'https://bank.example/?',
    'https://bank.example/?&',
    'https://bank.example/?a&&b=',
    'https://bank.example/é?ü=|^`{}"<>\'',
    'https://bank.example/a;b=c/d:e@f?x=/?y',
    'https://bank.example/?q=what?',
    'https://bank.example/???',
    'http://bank.example:8080/x?y#z',
    'wss://bank.example/socket?room=1',
  ])('survives for %s', async (text) => {
    const url = await sign(text);
    expect(await verdict(url, { authority: ['bank.example', 'bank.example:8080'] })).toBe('accepted');
    // Parsers change nothing of it.
    expect(new URL(url).href).toBe(url);
  });
  it.each([
    ['/x?b=1&a=2&b=3&10&9=&&2', '/x?2=&9=&10=&b=1&b=3&a=2'],
    ['/x?a=+&b=%20&c=%2B&d', '/x?a=%20&b=%20&c=%2B&d='],
    ['/x?a=b=c&d=e:f/g?h@i,j;k!l$m(n)*', '/x?a=b%3Dc&d=e%3Af%2Fg%3Fh%40i%2Cj%3Bk%21l%24m%28n%29%2A'],
    ['/x?%61=%7e&%ff=%c3%a9', '/x?a=~&%FF=%C3%A9'],
    ['/x?', '/x'],
    ['/x?&&', '/x'],
    ['/x:y@z?=', '/x:y@z?='],
  ])('is written as a form is: %s', async (given, expected) => {
    expect(parts(await sign(`https://bank.example${given}`)).rest).toBe(`https://bank.example${expected}`);
  });
  it('keeps its fragment', async () => expect(await sign('https://bank.example/x#part')).toMatch(/&signature=[\w-]+#part$/));
  it('opens with the methods it was signed for', async () => {
    expect(await verdict(await sign(), { method: 'HEAD' })).toBe('accepted');
    expect(await verdict(await sign(), { method: 'PUT' })).toBe('signature_mismatch');
    const put = await sign(URL_TEXT, { method: 'PUT' });
    expect(await verdict(put, { method: 'PUT' })).toBe('accepted');
    for (const method of ['GET', 'HEAD', 'POST', 'put']) expect(await verdict(put, { method })).toBe('signature_mismatch');
    expect(await verdict(await sign(URL_TEXT, { method: 'HEAD' }), { method: 'GET' })).toBe('accepted');
  });
  it('comes as a Request or a message, whatever fields and content it has', async () => {
    const url = await sign(URL_TEXT, { method: 'PUT' });
    const request = new Request(url, { method: 'PUT', body: 'content', headers: { 'x-any': '1' } });
    expect(await codeOf(() => verifyUrl(messageFromRequest(request), judging()))).toBe('accepted');
    expect(await codeOf(() => verifyUrl(request, judging()))).toBe('accepted');
  });
  it('expires', async () => {
    expect(await verdict(await sign(), { now: () => NOW + 3600 })).toBe('accepted');
    expect(await verdict(await sign(), { now: () => NOW + 3601 })).toBe('expired');
    expect(await verdict(await sign(), { now: () => NOW - 6 })).toBe('created_in_future');
    expect(await verdict(await sign(URL_TEXT, { expiresIn: 8 * 86_400 }))).toBe('lifetime_too_long');
    expect(await verdict(await sign(URL_TEXT, { expiresIn: 8 * 86_400 }), { policy: { maxAge: 9 * 86_400 } })).toBe('accepted');
  });
  it('counts once if it says so', async () => {
    const url = await sign(URL_TEXT, { oneTime: true });
    const replayStore = countingStore();
    expect(await verdict(url, { replayStore })).toBe('accepted');
    expect(await verdict(url, { replayStore })).toBe('nonce_replayed');
    expect(await verdict(url)).toBe('store_unavailable');
    expect(await verdict(await sign(), { policy: { oneTime: true }, replayStore })).toBe('nonce_missing');
  });
  it('leaves to others what they may add', async () => {
    const { rest, input, signature } = parts(await sign(URL_TEXT, { ignore: ['utm_source'] }));
    const ignore = ['utm_source'];
    const policy = { ignore };
    expect(await verdict(`${rest}&${input}&${signature}&utm_source=x`, { policy })).toBe('accepted');
    expect(await verdict(`${rest}&${input}&${signature}&utm_source=x`)).toBe('signature_malformed');
    // Before the signature, or more than once, they could hide from the application what was signed.
    for (const url of [
      `${rest}&utm_source=x&${input}&${signature}`,
      `${rest}&${input}&utm_source&${signature}`,
      `${rest.replace('?', '?utm_source=%zz&')}&${input}&${signature}`,
      `${rest}&${input}&${signature}&utm_source=x&utm_source=y`,
    ])
      expect(await verdict(url, { policy })).toBe('signature_malformed');
    for (const name of ['utm_sourc', 'utm_source2', 'UTM_SOURCE', 'utm%5Fsource'])
      expect(await verdict(`${rest}&${name}=x&${input}&${signature}`, { policy })).toBe('signature_mismatch');
  });
  it('judges the raw target first: nothing is hidden behind a fragment', async () => {
    const { rest, input, signature } = parts(await sign(URL_TEXT, { ignore: ['utm_source'] }));
    const policy = { ignore: ['utm_source'] };
    expect(await verdict(`${rest}&${input}&${signature}&utm_source=#`, { policy })).toBe('accepted');
    const target = `/files/a%20b.pdf?page=2&q=x%20y%26&${input}&${signature}&utm_source=#`;
    const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target, fields: [] };
    expect(await codeOf(() => verifyUrl(message, judging({ policy })))).toBe('target_malformed');
  });
});

const percentEncoded = (pair: string): string =>
  pair.replace(/=(.*)$/, (_, value: string) => `=${percentEncode(Buffer.from(value, 'base64url').toString())}`);

describe('what is refused', () => {
  it.each([
    ['a value', (url: string) => url.replace('page=2', 'page=3')],
    ['a name', (url: string) => url.replace('page=2', 'Page=2')],
    ['a parameter more', (url: string) => url.replace('page=2', 'page=2&a=b')],
    ['a parameter less', (url: string) => url.replace('page=2&', '')],
    ['the order', (url: string) => url.replace('page=2&q=x%20y%26', 'q=x%20y%26&page=2')],
    ['the spelling of a blank', (url: string) => url.replace('x%20y', 'x+y')],
    ['an escape in lower case', (url: string) => url.replace('a%20b', 'a%20%62')],
    ['the path', (url: string) => url.replace('/files/', '/file/')],
    ['a slash', (url: string) => url.replace('/files/', '/files//')],
    ['the key', (url: string) => edited(url, (text) => text.replace('jdoe', 'mallory'))],
    ['expires', (url: string) => edited(url, (text) => text.replace(/expires=\d+/, `expires=${NOW + 3601}`))],
  ])('changed: %s', async (_, change) => {
    const url = await sign();
    expect(change(url)).not.toBe(url);
    expect(await verdict(change(url))).toMatch(/^(signature_mismatch|key_unknown)$/);
  });
  it('another host', async () => {
    expect(await verdict((await sign()).replace('bank', 'bonk'))).toBe('authority_forbidden');
    expect(await verdict((await sign()).replace('bank', 'bonk'), { authority: 'bonk.example' })).toBe('signature_mismatch');
  });
  it.each([
    ['doubled', (rest: string, i: string, s: string) => `${rest}&${i}&${s}&${i}&${s}`],
    ['the input twice', (rest: string, i: string, s: string) => `${rest}&${i}&${i}&${s}`],
    ['the signature twice', (rest: string, i: string, s: string) => `${rest}&${i}&${s}&${s}`],
    ['one in front too', (rest: string, i: string, s: string) => `${rest.replace('?', `?${s}&`)}&${i}&${s}`],
    ['one in front, in another case', (rest: string, i: string, s: string) => `${rest.replace('?', '?SIGNATURE=&')}&${i}&${s}`],
    ['one in front, escaped', (rest: string, i: string, s: string) => `${rest.replace('?', '?signatur%65=&')}&${i}&${s}`],
    ['in another order', (rest: string, i: string, s: string) => `${rest}&${s}&${i}`],
    ['moved to the front', (rest: string, i: string, s: string) => `${rest.replace('?', `?${i}&${s}&`)}`],
    ['a parameter behind them', (rest: string, i: string, s: string) => `${rest}&${i}&${s}&a=b`],
    ['a parameter between them', (rest: string, i: string, s: string) => `${rest}&${i}&a=b&${s}`],
    ['an empty parameter behind them', (rest: string, i: string, s: string) => `${rest}&${i}&${s}&`],
    ['in another case', (rest: string, i: string, s: string) => `${rest}&${i.replace('signature-i', 'Signature-I')}&${s}`],
    ['a name escaped', (rest: string, i: string, s: string) => `${rest}&${i.replace('-', '%2D')}&${s}`],
    ['padding', (rest: string, i: string, s: string) => `${rest}&${i}&${s}=`],
    ['escaped padding', (rest: string, i: string, s: string) => `${rest}&${i}&${s}%3D`],
    ['a needless escape', (rest: string, i: string, s: string) => `${rest}&${i.replace('=c', '=%63')}&${s}`],
    [
      'bits in the last character',
      (rest: string, i: string, s: string) => `${rest}&${i}&${s.replace(/.$/, (last) => (last === 'g' ? 'h' : '7'))}`,
    ],
    ['a character more', (rest: string, i: string, s: string) => `${rest}&${i}&${s}A`],
    ['a blank', (rest: string, i: string, s: string) => `${rest}&${i}&${s}+`],
    ['bytes that are no UTF-8', (rest: string, i: string) => `${rest}&${i}&signature=${Buffer.from([0xff]).toString('base64url')}`],
    ['percent-encoded text', (rest: string, i: string, s: string) => `${rest}&${percentEncoded(i)}&${percentEncoded(s)}`],
    ['one of them alone', (rest: string, i: string) => `${rest}&${i}`],
    ['without a value', (rest: string) => `${rest}&signature-input&signature`],
  ])('the two parameters: %s', async (_, arrange) => {
    const { rest, input, signature } = parts(await sign());
    expect(await verdict(arrange(rest, input, signature))).toMatch(/^signature_m(alformed|issing)$/);
  });
  it('an empty parameter before them where there was no query', async () => {
    const { input, signature } = parts(await sign('https://bank.example/x'));
    expect(await verdict(`https://bank.example/x?${input}&${signature}`)).toBe('accepted');
    for (const more of ['&', '&&', '=&', 'a&']) {
      const code = await verdict(`https://bank.example/x?${more}${input}&${signature}`);
      expect([more, code]).toEqual([more, more === '&' ? 'signature_malformed' : 'signature_mismatch']);
    }
  });
  it('no signature at all', async () => expect(await verdict(URL_TEXT)).toBe('signature_missing'));
  it('one without expires, whoever signed it', async () => {
    const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/x', fields: [] };
    const source = ({ name }: { readonly name: string }) => derivedValue(message, name);
    const make = async (expires?: number) => {
      const params = { created: NOW, expires, keyid: 'jdoe', tag: 'cs1-url' };
      const { text, signature } = await signComponents(source, REQUEST_CONTROL, params, signer);
      return appendSignature('https://bank.example/x', `sig=${text}`, `sig=:${signature}:`);
    };
    expect(await verdict(await make(NOW + 60))).toBe('accepted');
    expect(await verdict(await make())).toBe('signature_malformed');
  });
});

describe('one server, either carrier', () => {
  const both = verifier({ query: signedUrls(), now: () => NOW });
  it('takes a signed URL and a signed request', async () => {
    const url = await sign();
    expect((await both.verifyRequest(new Request(url))).path()).toBe('/files/a%20b.pdf');
    expect((await both.verifyRequest(await signed())).path()).toBe('/coins');
  });
  it('takes a signed URL only where it was asked to', async () => {
    const url = await sign();
    expect(await codeOf(() => verifier({ now: () => NOW }).verifyRequest(new Request(url)))).toBe('signature_missing');
  });
  it('does not let the URL speak for content or fields', async () => {
    const url = await sign(URL_TEXT, { method: 'PUT' });
    const verified = await both.verifyRequest(new Request(url, { method: 'PUT', body: 'x', headers: { 'x-role': 'admin' } }));
    expect(() => verified.text()).toThrow(TypeError);
    expect(() => verified.header('x-role')).toThrow(TypeError);
  });
});

describe('the caller’s mistakes', () => {
  const mistaken = (error: unknown) => error instanceof TypeError || error instanceof RangeError;
  it.each([
    ['a relative URL', '/x', {}],
    ['another scheme', 'ftp://bank.example/', {}],
    ['credentials', 'https://user:pass@bank.example/', {}],
    ['a URL that has a signature', 'https://bank.example/?signature=x', {}],
    ['a URL that has one in disguise', 'https://bank.example/?Signature%2Dinput=x', {}],
    ['a URL that has an ignored name', 'https://bank.example/?utm=x', { ignore: ['utm'] }],
    ['no expiry', URL_TEXT, { expiresIn: undefined }],
    ['an expiry that is none', URL_TEXT, { expiresIn: Number.NaN }],
    ['a time that is none', URL_TEXT, { created: Number.NaN }],
    ['no signer', URL_TEXT, { signer: undefined }],
  ])('signUrl: %s', async (_, url, changes) => {
    await expect(sign(url, changes as never)).rejects.toSatisfy(mistaken);
  });
  it('a URL that was signed is not signed again', async () => {
    await expect(sign(await sign())).rejects.toThrow(TypeError);
  });
});

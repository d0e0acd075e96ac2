/** Forms of a request target, and how often a request may say whom it is for. */
import { describe, expect, it } from 'vitest';
import { signRequest } from '../../src/http/sign-request.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import type { TargetForm } from '../../src/rfc9421/target.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { signedUrls, verifyUrl } from '../../src/url/verify-url.ts';
import { codeOf, key, message, NOW, signed, signer, verdict, verifier } from '../support/bank.ts';

const bare = { fields: [], body: undefined } as const;

/** A client that has the target in another form than we sign: the base is made of what is sent. */
async function requestOf(method: string, target: string): Promise<RequestMessage> {
  // The signing side takes no absolute-form; what it stands for has the same path and query.
  const local = target.replace(/^http:\/\/bank\.example/, '');
  const request = message({ ...bare, scheme: 'http', method, target: local });
  const { fields } = await signRequest(request, { signer, now: () => NOW });
  return { ...request, target, fields };
}

describe('forms of a target (RFC 9112 3.2)', () => {
  const forms: readonly (readonly [form: TargetForm, method: string, target: string])[] = [
    ['absolute', 'GET', 'http://bank.example/coins?x=1'],
    ['authority', 'CONNECT', 'bank.example:443'],
    ['asterisk', 'OPTIONS', '*'],
  ];

  it.each(forms)('%s-form is refused unless it is named', async (form, method, target) => {
    const request = await requestOf(method, target);
    expect(await verdict(request)).toBe('target_malformed');
    const others = forms.map(([other]) => other).filter((other) => other !== form);
    expect(await verdict(request, { targetForms: others })).toBe('target_malformed');
    expect(await verdict(request, { targetForms: [form] })).toBe('accepted');
  });

  it('absolute-form of another host is refused: a server would take that', async () => {
    const request = await requestOf('GET', 'http://bank.example/coins');
    expect(await verdict({ ...request, target: 'http://other.example/coins' }, { targetForms: ['absolute'] })).toBe('target_malformed');
  });

  it.each([
    ['GET', '*'],
    ['GET', 'bank.example:443'],
    ['POST', '*'],
  ])('%s %s is no target', async (method, target) => {
    const targetForms: readonly TargetForm[] = ['absolute', 'authority', 'asterisk'];
    expect(await verdict({ ...(await requestOf(method, '/')), target }, { targetForms })).toBe('target_malformed');
  });

  it.each([['origin'], [''], [5], [undefined]])('there is no form %j', (form) => {
    expect(() => verifier({ targetForms: [form] as never })).toThrow('targetForms must be some of absolute, authority, asterisk');
  });
});

describe('a request with two hosts', () => {
  const twice = [
    ['Host', 'bank.example'],
    ['hOST', 'other.example'],
  ] as const;

  it('is refused, whichever of them is signed', async () => {
    expect(await verdict(await signed({ ...bare, fields: twice }))).toBe('target_malformed');
    expect(await verdict(await signed({ ...bare, fields: [twice[0], twice[0]] }))).toBe('target_malformed');
  });

  it('is refused as a Request, whose Headers have joined them', async () => {
    const { fields } = await signed(bare);
    const headers = new Headers(fields as [string, string][]);
    for (const [name, value] of twice) headers.append(name, value);
    expect(await verdict({ ...message(bare), fields: headers })).toBe('target_malformed');
  });

  it('is refused where the URL is signed', async () => {
    const url = await signUrl('https://bank.example/x', { signer, expiresIn: 60, now: () => NOW });
    const request = { ...message(bare), method: 'GET', target: url.slice('https://bank.example'.length) };
    expect(await verdict(request, { query: signedUrls() })).toBe('accepted');
    expect(await verdict({ ...request, fields: twice }, { query: signedUrls() })).toBe('target_malformed');
  });
});

describe('a Request with a fragment, which none that was sent has', () => {
  it('is refused by either carrier', async () => {
    const { fields } = await signed({ ...bare, method: 'GET' });
    const request = new Request('https://bank.example/coins?to=jdoe#part', { headers: fields as [string, string][] });
    expect(await verdict(request)).toBe('target_malformed');
    const url = await signUrl('https://bank.example/x', { signer, expiresIn: 60, now: () => NOW });
    const options = { authority: 'bank.example', resolveKey: () => key, now: () => NOW };
    expect(await codeOf(() => verifyUrl(new Request(url), options))).toBe('accepted');
    expect(await codeOf(() => verifyUrl(new Request(`${url}#part`), options))).toBe('target_malformed');
    // As a text it is what somebody clicked on, and the browser keeps the fragment to itself.
    expect(await codeOf(() => verifyUrl(`${url}#part`, options))).toBe('accepted');
  });
});

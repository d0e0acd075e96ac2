import { beforeEach, describe, expect, it } from 'vitest';
import { createNegotiator } from '../../src/fetch/negotiate.ts';
import type { SignedFetchOptions } from '../../src/fetch/options.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';

import { asRequest, signer } from './server.ts';

let inputs: string[];
let asked: string;
/** Refuses as long as it asks for something. */
const fetch = async ({ headers }: Request) => {
  inputs.push(headers.get('signature-input')!);
  return asked === '' ? new Response('ok') : new Response('no', { status: 401, headers: { 'accept-signature': asked } });
};
const create = (options: Partial<SignedFetchOptions> = {}) =>
  createSignedFetch({ signer, fetch: asRequest(fetch), negotiate: createNegotiator(), ...options });
const URL_OF_BANK = 'https://bank.example/a?id=1';
const withTenant = { headers: { 'x-tenant': 't' } };

beforeEach(() => {
  inputs = [];
  asked = '';
});

describe('a 401 with Accept-Signature (RFC 9421 5)', () => {
  it('has what it asks for covered in addition, once, and remembered for the origin', async () => {
    asked = 'sig1=("@method" "x-tenant" "@target-uri");created';
    const send = create();
    expect((await send(URL_OF_BANK, withTenant)).status).toBe(401);
    const more = /^sig1=\("@method" "@authority" "@path" "@query" "x-tenant" "@target-uri"\);created=\d+;nonce=".*";keyid="jdoe"$/;
    expect(inputs).toEqual([
      expect.stringMatching(/^sig=\("@method" "@authority" "@path" "@query"\);created/),
      expect.stringMatching(more),
    ]);
    asked = '';
    await send(URL_OF_BANK, withTenant);
    expect(inputs[2]).toMatch(more);
    // A request without the field is signed without it.
    await send(URL_OF_BANK);
    expect(inputs[3]).toMatch(/^sig1=\("@method" "@authority" "@path" "@query" "@target-uri"\);/);
    // Another origin asked for nothing.
    await send('https://other.example/', withTenant);
    expect(inputs[4]).not.toContain('x-tenant');
  });

  it('adds up over several challenges', async () => {
    const send = create({ components: ['x-own'] });
    const init = { headers: { 'x-own': '1', 'x-a': '2', 'x-b': '3' } };
    asked = 'sig=("x-a")';
    await send(URL_OF_BANK, init);
    asked = 'sig=("x-b")';
    await send(URL_OF_BANK, init);
    expect(inputs.at(-1)).toContain('"x-own" "x-a" "x-b")');
  });

  it('uses an asked nonce once', async () => {
    asked = 'sig=("@method");nonce="from-the-server"';
    const send = create();
    await send(URL_OF_BANK);
    asked = '';
    await send(URL_OF_BANK);
    expect(inputs.map((input) => input.includes('from-the-server'))).toEqual([false, true, false]);
  });

  it('takes a tag and an expiry', async () => {
    asked = 'sig=();tag="app";expires';
    await create()(URL_OF_BANK);
    expect(inputs[1]).toMatch(/created=(\d+);expires=\d+;.*;tag="app"$/);
    asked = 'sig=();expires';
    await create({ expiresIn: 5, tag: 'mine' })(URL_OF_BANK);
    expect(inputs).toHaveLength(3);
  });

  it('covers @query-param and parameters of fields', async () => {
    asked = 'sig=("@query-param";name="id" "x-tenant";bs)';
    await create()(URL_OF_BANK, withTenant);
    expect(inputs[1]).toContain('"@query-param";name="id" "x-tenant";bs)');
  });

  it('takes the first that it may sign', async () => {
    asked = 'a=("x-a");alg="ed25519", b=("x-b");keyid="jdoe";alg="hmac-sha256"';
    await create()(URL_OF_BANK, { headers: { 'x-a': '1', 'x-b': '1' } });
    expect(inputs[1]).toMatch(/^b=.*"x-b"\)/);
    expect(inputs[1]).not.toContain('x-a');
  });

  it('keeps the body', async () => {
    asked = 'sig=("x-tenant")';
    const bodies: string[] = [];
    const send = create({
      fetch: asRequest(async (request) => {
        bodies.push(await request.clone().text());
        return fetch(request);
      }),
    });
    await send(URL_OF_BANK, { ...withTenant, method: 'POST', body: 'ten coins' });
    expect(bodies).toEqual(['ten coins', 'ten coins']);
    expect(inputs[1]).toContain('"content-type" "content-digest" "x-tenant"');
  });
});

describe('a challenge that asks for nothing new, or too much', () => {
  it.each<[string, string, Partial<SignedFetchOptions>?, string?]>([
    ['what is covered anyway', 'sig=("@method" "@path" "content-digest" "content-type");created;keyid="jdoe"'],
    ['less', 'sig=("@method")'],
    ['nothing', 'sig=()'],
    ['what the caller covers', 'sig=("x-tenant")', { components: ['X-Tenant'] }],
    ['another algorithm', 'sig=("x-tenant");alg="ed25519"'],
    ['no such algorithm', 'sig=("x-tenant");alg="none"'],
    ['another keyid', 'sig=("x-tenant");keyid="admin"'],
    ['a reserved tag', 'sig=("x-tenant");tag="cs1-json:credit-coins"'],
    ['another tag than ours', 'sig=("x-tenant");tag="app"', { tag: 'mine' }],
    ['a field that is not there', 'sig=("x-tenant" "x-other")'],
    ['a component of responses', 'sig=("x-tenant" "@status")'],
    ['a component of another request', 'sig=("x-tenant" "@method";req)'],
    ['a trailer', 'sig=("x-tenant" "x-tenant";tr)'],
    ['a query parameter that is not there', 'sig=("@query-param";name="other")'],
    ['no structured field', 'sig=('],
    ['no list', 'sig="x-tenant"'],
    ['no component', 'sig=("X Tenant")'],
    ['an empty nonce', 'sig=("x-tenant");nonce=""'],
    ['a huge nonce', `sig=("x-tenant");nonce="${'n'.repeat(129)}"`],
    ['a huge list', `sig=("x-tenant" ${Array.from({ length: 32 }, (_, index) => `"x-${index}"`).join(' ')})`],
    ['a huge field', `sig=("x-tenant");x="${'x'.repeat(9000)}"`],
    ['no negotiation', 'sig=("x-tenant")', { negotiate: undefined }],
    ['on plain http', 'sig=("x-tenant")', {}, 'http://bank.example/'],
  ])('%s: one attempt', async (_, field, options = {}, url = URL_OF_BANK) => {
    asked = field;
    expect(await (await create(options)(url, withTenant)).text()).toBe('no');
    expect(inputs).toHaveLength(1);
  });

  it('other statuses ask for nothing', async () => {
    const send = create({
      fetch: asRequest(async ({ headers }) => {
        inputs.push(headers.get('signature-input')!);
        return new Response('', { status: 403, headers: { 'accept-signature': 'sig=("x-tenant")' } });
      }),
    });
    await send(URL_OF_BANK, withTenant);
    expect(inputs).toHaveLength(1);
  });
});

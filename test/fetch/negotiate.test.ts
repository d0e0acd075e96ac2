import { beforeEach, describe, expect, it } from 'vitest';
import { createNegotiator } from '../../src/fetch/negotiate.ts';
import type { SignedFetchOptions } from '../../src/fetch/options.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';

import { asRequest, signer } from './server.ts';

let inputs: string[];
let asked: string;
/** Refuses as long as a signature lacks what it asks for; an empty text asks for nothing. */
let satisfied: (input: string) => boolean;
const fetch = async ({ headers }: Request) => {
  const input = headers.get('signature-input')!;
  inputs.push(input);
  return asked === '' || satisfied(input)
    ? new Response('ok')
    : new Response('no', { status: 401, headers: { 'accept-signature': asked } });
};
const create = (options: Partial<SignedFetchOptions> = {}) =>
  createSignedFetch({ signer, fetch: asRequest(fetch), negotiate: createNegotiator(), ...options });
const URL_OF_BANK = 'https://bank.example/a?id=1';
const withTenant = { headers: { 'x-tenant': 't' } };

beforeEach(() => {
  inputs = [];
  asked = '';
  satisfied = () => false;
});

describe('a 401 with Accept-Signature (RFC 9421 5)', () => {
  it('has what it asks for covered in addition, once', async () => {
    asked = 'sig1=("@method" "x-tenant" "@target-uri");created';
    expect((await create()(URL_OF_BANK, withTenant)).status).toBe(401);
    expect(inputs).toEqual([
      expect.stringMatching(/^sig=\("@method" "@authority" "@path" "@query"\);created/),
      expect.stringMatching(
        /^sig1=\("@method" "@authority" "@path" "@query" "x-tenant" "@target-uri"\);created=\d+;nonce=".*";keyid="jdoe"$/,
      ),
    ]);
  });

  it('has the rest covered, too, when it asks for one after the other', async () => {
    satisfied = (input) => {
      const lacks = ['"x-a"', '"x-b"'].find((name) => !input.includes(name));
      asked = `sig=(${lacks ?? ''})`;
      return lacks === undefined;
    };
    asked = 'sig=("x-a")';
    const send = create({ components: ['x-own'] });
    const init = { headers: { 'x-own': '1', 'x-a': '2', 'x-b': '3' } };
    expect((await send(URL_OF_BANK, init)).status).toBe(200);
    expect(inputs).toHaveLength(3);
    expect(inputs.at(-1)).toContain('"x-own" "x-a" "x-b")');
    expect((await send(URL_OF_BANK, init)).status).toBe(200);
    expect(inputs).toHaveLength(4);
  });

  it('never has it asked more than twice', async () => {
    let count = 0;
    satisfied = () => {
      asked = `sig=("x-${++count}")`;
      return false;
    };
    asked = 'sig=("x-0")';
    const headers = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`x-${index}`, '1']));
    expect((await create()(URL_OF_BANK, { headers })).status).toBe(401);
    expect(inputs).toHaveLength(3);
  });

  it('does not choose the nonce, unless the negotiator is told so, and then once', async () => {
    asked = 'sig=("@method" "x-tenant");nonce="from-the-server"';
    await create()(URL_OF_BANK, withTenant);
    expect(inputs).toHaveLength(1);
    inputs = [];
    const send = create({ negotiate: createNegotiator({ acceptNonce: true }) });
    await send(URL_OF_BANK, withTenant);
    asked = '';
    await send(URL_OF_BANK, withTenant);
    expect(inputs.map((input) => input.includes('from-the-server'))).toEqual([false, true, false]);
  });

  it('never chooses the nonce where responses are verified', async () => {
    asked = 'sig=("@method");nonce="from-the-server"';
    let nonce: string | undefined;
    const send = create({
      negotiate: createNegotiator({ acceptNonce: true }),
      responseVerifier: async (response, _, ours) => {
        nonce = ours;
        return response;
      },
    });
    await send(URL_OF_BANK);
    expect(inputs).toHaveLength(1);
    expect(inputs[0]).toContain(nonce);
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

describe('what was asked is remembered', () => {
  const covers =
    (...names: readonly string[]) =>
    (input: string) =>
      names.every((name) => input.includes(`"${name}"`));
  const again = async (send: ReturnType<typeof create>, url: string, init: RequestInit = withTenant) => {
    const before = inputs.length;
    const { status } = await send(url, init);
    return [status, inputs.length - before];
  };

  it('once it worked, for the path and its neighbours', async () => {
    asked = 'sig=("x-tenant")';
    satisfied = covers('x-tenant');
    const send = create();
    expect(await again(send, 'https://bank.example/api/a')).toEqual([200, 2]);
    expect(await again(send, 'https://bank.example/api/a?x=1')).toEqual([200, 1]);
    expect(await again(send, 'https://bank.example/api/b')).toEqual([200, 1]);
    asked = '';
    for (const url of ['https://bank.example/other', 'https://bank.example/other/a', 'https://other.example/api/a'])
      expect(await again(send, url)).toEqual([200, 1]);
    expect(inputs.slice(-3).some((input) => input.includes('x-tenant'))).toBe(false);
  });

  it('not when it did not', async () => {
    asked = 'sig=("x-tenant")';
    const send = create();
    expect(await again(send, URL_OF_BANK)).toEqual([401, 2]);
    asked = '';
    expect(await again(send, URL_OF_BANK)).toEqual([200, 1]);
    expect(inputs.at(-1)).not.toContain('x-tenant');
  });

  it('as it was asked, not as the first request had it', async () => {
    asked = 'sig=("x-tenant" "content-type" "@query-param";name="id")';
    satisfied = covers('x-tenant');
    const send = create();
    await send(URL_OF_BANK, withTenant);
    satisfied = () => true;
    // A request without a field is signed without it, and the next one with it again.
    await send('https://bank.example/b', {});
    expect(inputs.at(-1)).toMatch(/"@query"\);/);
    await send(URL_OF_BANK, { ...withTenant, method: 'POST', body: 'x' });
    expect(inputs.at(-1)).toContain('"content-type" "content-digest" "x-tenant" "@query-param";name="id")');
  });

  it('until a later 401 asks for something else', async () => {
    const send = create();
    const init = { headers: { 'x-a': '1', 'x-b': '1' } };
    asked = 'sig=("x-a" "@target-uri");expires';
    satisfied = covers('x-a', '@target-uri');
    expect(await again(send, URL_OF_BANK, init)).toEqual([200, 2]);
    asked = 'sig=("x-b")';
    satisfied = (input) => covers('x-b')(input) && !/@target-uri|expires/.test(input);
    expect(await again(send, URL_OF_BANK, init)).toEqual([200, 2]);
    expect(inputs.at(-1)).toMatch(/"@query" "x-b"\);created=\d+;nonce/);
    expect(await again(send, URL_OF_BANK, init)).toEqual([200, 1]);
  });

  it('until a later 401 says nothing: then it is tried without', async () => {
    const send = create();
    asked = 'sig=("@target-uri");expires';
    satisfied = covers('@target-uri');
    expect(await again(send, 'https://bank.example/a')).toEqual([200, 2]);
    const plain = create({
      fetch: asRequest(async (request) => {
        inputs.push(request.headers.get('signature-input')!);
        const isOther = request.url.endsWith('/honest') && inputs.at(-1)!.includes('@target-uri');
        return isOther ? new Response(null, { status: 401 }) : request.url.endsWith('/honest') ? new Response() : fetch(request);
      }),
    });
    expect((await again(plain, 'https://bank.example/a'))[0]).toBe(200);
    expect(await again(plain, 'https://bank.example/honest')).toEqual([200, 2]);
    expect(await again(plain, 'https://bank.example/honest')).toEqual([200, 1]);
  });

  it('a tag, too; and what is untagged beside it still answers', async () => {
    const send = create({
      fetch: asRequest(async ({ url, headers }) => {
        const input = headers.get('signature-input')!;
        inputs.push(input);
        const wanted = url.endsWith('/tagged') ? ';tag="app"' : '';
        if (/;tag="app"$/.test(input) === (wanted !== '')) return new Response();
        return new Response(null, { status: 401, headers: { 'accept-signature': `sig=("@method")${wanted}` } });
      }),
    });
    for (const [path, attempts] of [
      ['tagged', 2],
      ['plain', 2],
      ['tagged', 1],
      ['plain', 1],
      ['far/away', 1],
    ] as const)
      expect(await again(send, `https://bank.example/${path}`), path).toEqual([200, attempts]);
  });

  it('for a thousand places at most', async () => {
    asked = 'sig=("x-tenant")';
    satisfied = covers('x-tenant');
    const send = create();
    for (let index = 0; index < 600; index++) await send(`https://bank.example/${index}/a`, withTenant);
    expect(await again(send, 'https://bank.example/599/a')).toEqual([200, 1]);
    expect(await again(send, 'https://bank.example/0/a')).toEqual([200, 2]);
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
    ['an empty nonce', 'sig=("x-tenant");nonce=""', { negotiate: createNegotiator({ acceptNonce: true }) }],
    ['an empty tag', 'sig=("x-tenant");tag=""'],
    ['a huge tag', `sig=("x-tenant");tag="${'t'.repeat(129)}"`],
    ['a nonce', 'sig=("x-tenant");nonce="n"'],
    ['a huge nonce', `sig=("x-tenant");nonce="${'n'.repeat(129)}"`, { negotiate: createNegotiator({ acceptNonce: true }) }],
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

/** Responses: read by the same reader as requests, taken once, and without content where there is none. */
import { describe, expect, it } from 'vitest';
import { type SignResponseOptions, signResponse } from '../../src/http/sign-response.ts';
import { type CommonVerifyResponseOptions, verifyResponse } from '../../src/http/verify-response.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { messageFromResponse, type RequestMessage, type ResponseMessage } from '../../src/rfc9421/message.ts';
import type { ResponsePolicy } from '../../src/signature/policy.ts';
import { codeOf, key, NOW, signed, signer } from '../support/bank.ts';

type Lines = readonly (readonly [string, string])[];

const NONCE = 'n1';
const asked = await signed({}, { nonce: NONCE });
const head = await signed({ method: 'HEAD', fields: [], body: undefined }, { nonce: NONCE });
const body = encodeUtf8('{"balance":10}');

async function answer(
  response: ResponseMessage & { readonly fields: Lines },
  more: Partial<SignResponseOptions> = {},
  request: RequestMessage = asked,
): Promise<ResponseMessage & { readonly fields: Lines }> {
  const { fields } = await signResponse(response, request, { signer, nonce: NONCE, now: () => NOW, ...more });
  return { ...response, fields: [...response.fields, ...fields] };
}

const check = (
  response: Response | ResponseMessage,
  more: Partial<CommonVerifyResponseOptions> & { readonly policy?: ResponsePolicy } = {},
  request: RequestMessage = asked,
) => verifyResponse(response, request, { resolveKey: () => key, nonce: NONCE, now: () => NOW, ...more });

const verdictOf = (...given: Parameters<typeof check>) => codeOf(() => check(...given));

describe('a response is taken before anything is waited for', () => {
  it('whatever becomes of its bytes, fields and status while the key is looked up, and after', async () => {
    const bytes = encodeUtf8('{"balance":10}');
    const given = { ...(await answer({ status: 200, fields: [], body: bytes })) } as { status: number; fields: Lines; body: Uint8Array };
    const fields = [...given.fields];
    const response = { ...given, fields };
    const resolveKey = async () => {
      bytes.fill(0x39);
      fields.splice(0);
      response.status = 500;
      response.body = encodeUtf8('{"balance":99}');
      return key;
    };
    const verified = await check(response, { resolveKey });
    expect([verified.status, new TextDecoder().decode(verified.bytes)]).toEqual([200, '{"balance":10}']);
    bytes.fill(0x38);
    expect(new TextDecoder().decode(verified.bytes)).toBe('{"balance":10}');
  });
});

const ofContent = await answer({ status: 200, fields: [['content-type', 'application/json']], body });
const kept = ofContent.fields.filter(([name]) => !name.startsWith('signature'));

describe('the digest of content that an answer does not bring (RFC 9110 9.3.2, 15.4.5)', () => {
  it('an answer to HEAD has that of GET', async () => {
    const response = await answer({ status: 200, fields: kept }, {}, head);
    const verified = await check(response, {}, head);
    expect(verified.bytes).toEqual(new Uint8Array(0));
    expect(await verdictOf(new Response(null, { headers: response.fields as [string, string][] }), {}, head)).toBe('accepted');
  });

  it('and so has a 304', async () => {
    expect(await verdictOf(await answer({ status: 304, fields: kept }))).toBe('accepted');
  });

  it('but content that comes all the same is held against it, and any other answer has to have it', async () => {
    const toHead = await answer({ status: 200, fields: kept }, {}, head);
    expect(await verdictOf({ ...toHead, body: encodeUtf8('other') }, {}, head)).toBe('digest_mismatch');
    expect(await verdictOf(await answer({ status: 200, fields: kept }))).toBe('digest_mismatch');
  });

  it('and it must be covered', async () => {
    const bare = await answer({ status: 200, fields: [] }, {}, head);
    const added = { ...bare, fields: [...bare.fields, ...kept.filter(([name]) => name === 'content-digest')] };
    expect(await verdictOf(added, {}, head)).toBe('component_uncovered');
  });
});

describe('fields of a response are read as those of a request', () => {
  const cookies: Lines = [
    ['Set-Cookie', 'a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT'],
    ['set-cookie', 'b=2'],
  ];

  it.each(['lines', 'Headers'])('"set-cookie";bs is a byte sequence a line, from %s (RFC 9421 2.1.3)', async (kind) => {
    const options = { signer, nonce: NONCE, now: () => NOW, components: ['"set-cookie";bs'] };
    const given = kind === 'lines' ? cookies : new Headers(cookies as [string, string][]);
    const { base, fields } = await signResponse({ status: 200, fields: given }, asked, options);
    // Masked, as every credential; the verifier finds what it stands for.
    expect(base).toContain('"set-cookie";bs: (not shown)');
    const policy = { components: ['"set-cookie";bs'] };
    const all = [...cookies, ...fields] as [string, string][];
    expect(await verdictOf({ status: 200, fields: all }, { policy })).toBe('accepted');
    expect(await verdictOf(new Response(null, { headers: all }), { policy })).toBe('accepted');
    const joined: Lines = [['set-cookie', cookies.map(([, value]) => value).join(', ')], ...fields];
    expect(await verdictOf({ status: 200, fields: joined }, { policy })).toBe('signature_mismatch');
  });

  it.each([
    ['set-cookie', cookies],
    [
      'date',
      [
        ['date', 'Wed, 09 Jun 2027 10:18:14 GMT'],
        ['Date', 'Thu, 10 Jun 2027 10:18:14 GMT'],
      ],
    ],
    [
      'content-type',
      [
        ['content-type', 'text/plain'],
        ['content-type', 'text/html'],
      ],
    ],
  ] as [string, Lines][])('%s twice is not signed', async (name, fields) => {
    const options = { signer, nonce: NONCE, components: [name] };
    await expect(signResponse({ status: 200, fields }, asked, options)).rejects.toThrow(`"${name}" occurs twice`);
  });

  it('set-cookie twice in Headers is not signed as one text either', async () => {
    const options = { signer, nonce: NONCE, components: ['set-cookie'] };
    const response = messageFromResponse(new Response(null, { headers: cookies as [string, string][] }));
    await expect(signResponse(response, asked, options)).rejects.toThrow('"set-cookie" occurs twice');
    const one = messageFromResponse(new Response(null, { headers: [cookies[0] as [string, string]] }));
    await expect(signResponse(one, asked, options)).resolves.toBeDefined();
  });

  it('what Headers have joined is signed as it arrives: a last value that is empty leaves no blank', async () => {
    const headers = new Headers([
      ['x-a', '1'],
      ['x-a', ''],
    ]);
    const { fields } = await signResponse({ status: 200, fields: headers }, asked, {
      signer,
      nonce: NONCE,
      now: () => NOW,
      components: ['x-a'],
    });
    const arrived: Lines = [['x-a', (headers.get('x-a') ?? '').trim()], ...fields];
    expect(await verdictOf({ status: 200, fields: arrived })).toBe('accepted');
  });
});

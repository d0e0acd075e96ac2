/** Responses by a positive list, and without what ties them to their request: only by name. */
import { describe, expect, it } from 'vitest';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { createResponseVerifier } from '../../src/fetch/response-verifier.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { type BareSignResponseOptions, type SignResponseOptions, signResponse } from '../../src/http/sign-response.ts';
import { createVerifier } from '../../src/http/verifier.ts';
import { type VerifyResponseOptions, verifyResponse } from '../../src/http/verify-response.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { messageFromRequest, messageFromResponse, type RequestMessage, type ResponseMessage } from '../../src/rfc9421/message.ts';
import type { Policy, ResponsePolicy } from '../../src/signature/policy.ts';
import { codeOf, countingStore, key, message, NOW, SECRET, signed, signer, verifier } from '../support/bank.ts';

const bank = hmacSigner({ keyid: 'bank', secret: SECRET });
const NONCE = 'nonce-of-the-request';
const answer: ResponseMessage = { status: 200, fields: [['content-type', 'text/plain']], body: encodeUtf8('ten coins') };
const DIGEST = { name: 'content-digest', when: 'present' } as const;
const BOUND = ['"@method";req', '"@target-uri";req', { name: '"content-digest";req', when: 'present' }] as const;

async function respond(options: Partial<SignResponseOptions> | BareSignResponseOptions, to: RequestMessage = message(), of = answer) {
  const { fields } = await signResponse(of, to, { signer: bank, nonce: NONCE, now: () => NOW, ...options } as SignResponseOptions);
  return { ...of, fields: [...(of.fields as []), ...fields] };
}

const verdict = (response: ResponseMessage, options: Partial<VerifyResponseOptions>, to: RequestMessage = message()) =>
  codeOf(() =>
    verifyResponse(response, to, {
      resolveKey: (keyid) => (keyid === 'bank' ? hmacKey(SECRET) : undefined),
      nonce: NONCE,
      now: () => NOW,
      ...options,
    } as VerifyResponseOptions),
  );

describe('required, of a response', () => {
  const required = ['@status', DIGEST, ...BOUND];

  it('stands in place of the defaults, on both sides', async () => {
    const response = await respond({ required });
    expect(await verdict(response, {})).toBe('component_uncovered');
    expect(await verdict(response, { policy: { required } })).toBe('accepted');
    expect(await verdict({ ...response, status: 201 }, { policy: { required } })).toBe('signature_mismatch');
    expect(await verdict({ ...response, body: encodeUtf8('99') }, { policy: { required } })).toBe('digest_mismatch');
    expect(await verdict(response, { policy: { required } }, message({ target: '/other' }))).toBe('signature_mismatch');
  });

  it('ties the answer to the content that was asked with, where there was any', async () => {
    const asked = await signed();
    const response = await respond({ required }, asked);
    expect(response.fields.find(([name]) => name === 'signature-input')![1]).toContain('"content-digest";req');
    expect(await verdict(response, { policy: { required } }, asked)).toBe('accepted');
    const looser = await respond(
      { required: ['@status', DIGEST, '"@method";req', '"@target-uri";req'], insecurelyAllowUnboundResponse: true },
      asked,
    );
    expect(await verdict(looser, { policy: { required } }, asked)).toBe('component_uncovered');
  });

  it.each([
    ['@status', [DIGEST, ...BOUND], /leaves out @status: .* insecurelyAllowUncovered|leaves out @status/],
    ['content', ['@status', ...BOUND], /leaves out content-digest/],
    ['the method that was asked with', ['@status', DIGEST, BOUND[1], BOUND[2]], /leaves out "@method";req.*insecurelyAllowUnboundResponse/],
    ['the path that was asked for', ['@status', DIGEST, BOUND[0], '"@authority";req', '"@query";req', BOUND[2]], /leaves out "@path";req/],
    ['the content that was asked with', ['@status', DIGEST, BOUND[0], BOUND[1]], /leaves out "content-digest";req/],
  ] as const)('is refused if it leaves out %s and does not say so', async (_, list, expected) => {
    await expect(verdict(await respond({}), { policy: { required: list } })).rejects.toThrow(expected);
    await expect(respond({ required: list })).rejects.toThrow(expected);
    expect(() => createResponseVerifier({ resolveKey: () => key, policy: { required: list } })).toThrow(expected);
  });

  it('takes what is left out by name', async () => {
    const list = [DIGEST, ...BOUND];
    const response = await respond({ required: list, insecurelyAllowUncovered: ['@status'] });
    const policy: ResponsePolicy = { required: list, insecurelyAllowUncovered: ['@status'] };
    expect(await verdict({ ...response, status: 404 }, { policy })).toBe('accepted');
  });
});

describe('insecurelyAllowUnboundResponse', () => {
  it('lets an answer go that does not cover what it answers; its nonce still tells', async () => {
    const response = await respond({ insecurelyAllowUnboundResponse: true });
    expect(response.fields.find(([name]) => name === 'signature-input')![1]).not.toContain(';req');
    expect(await verdict(response, {})).toBe('component_uncovered');
    const policy: ResponsePolicy = { insecurelyAllowUnboundResponse: true };
    expect(await verdict(response, { policy })).toBe('accepted');
    expect(await verdict(response, { policy }, message({ target: '/other' }))).toBe('accepted');
    expect(await verdict(response, { policy, nonce: 'nonce-of-another' })).toBe('nonce_replayed');
    expect(await verdict({ ...response, status: 500 }, { policy })).toBe('signature_mismatch');
  });

  it('with insecurelyAllowMissingNonce, an answer to a request that was not signed', async () => {
    const response = await respond({ insecurelyAllowUnboundResponse: true, insecurelyOmit: ['nonce'], nonce: undefined } as never);
    const policy = { insecurelyAllowUnboundResponse: true, insecurelyAllowMissingNonce: true } as const;
    expect(await verdict(response, { policy, nonce: undefined })).toBe('accepted');
    expect(await verdict(response, { policy: { insecurelyAllowUnboundResponse: true } })).toBe('nonce_missing');
    expect(await verdict(await respond({}), { policy: { insecurelyAllowMissingNonce: true }, nonce: undefined })).toBe('accepted');
  });

  it('is true or false, of responses only, and named in the types', async () => {
    await expect(verdict(await respond({}), { policy: { insecurelyAllowUnboundResponse: 'yes' as never } })).rejects.toThrow(
      /must be true or false/,
    );
    await expect(respond({ insecurelyAllowUnboundResponse: 1 as never })).rejects.toThrow(/must be true or false/);
    // @ts-expect-error Requests answer nothing.
    const ofRequest: Policy = { insecurelyAllowUnboundResponse: true };
    expect(() =>
      createVerifier({ authority: 'a.example', resolveKey: () => key, replayStore: countingStore(), policy: ofRequest }),
    ).toThrow(TypeError);
    // @ts-expect-error Without a nonce to compare, the policy must allow that there is none.
    const nonceless: VerifyResponseOptions = { resolveKey: () => key };
    await expect(verifyResponse(answer, message(), nonceless)).rejects.toThrow('nonce');
    // @ts-expect-error The nonce is left out by name only.
    await expect(signResponse(answer, message(), { signer: bank })).rejects.toThrow('nonce');
  });
});

describe('the policies of responses in a signed fetch', () => {
  const server = verifier();
  const serve = async (request: Request, options: Partial<SignResponseOptions>): Promise<Response> => {
    const body = new TextEncoder().encode('ten coins');
    const { signatures } = await server.verifyRequest(request.clone());
    const plain = new Response(body, { headers: { 'content-type': 'text/plain' } });
    const asked = messageFromRequest(request);
    const { fields } = await signResponse(messageFromResponse(plain, body), asked, {
      signer: bank,
      nonce: signatures[0].nonce!,
      now: () => NOW,
      ...options,
    });
    for (const [name, value] of fields) plain.headers.set(name, value);
    return plain;
  };
  const call = (policy: ResponsePolicy, options: Partial<SignResponseOptions>, streaming: boolean) => {
    const responseVerifier = createResponseVerifier({ resolveKey: () => hmacKey(SECRET), policy, now: () => NOW, streaming });
    const send = createSignedFetch({
      signer,
      now: () => NOW,
      responseVerifier,
      fetch: (input, init) => serve(new Request(input, init), options),
    });
    return send('https://bank.example/coins', { method: 'POST', body: 'x' }).then((response) => response.text());
  };
  const required = ['@status', DIGEST, ...BOUND];

  it.each([false, true])('are kept, whole and streaming (%s)', async (streaming) => {
    expect(await call({ required }, { required }, streaming)).toBe('ten coins');
    expect(await call({ insecurelyAllowUnboundResponse: true }, { insecurelyAllowUnboundResponse: true }, streaming)).toBe('ten coins');
    await expect(call({ required }, { insecurelyAllowUnboundResponse: true }, streaming)).rejects.toMatchObject({
      code: 'response_refused',
    });
    await expect(
      call({ required }, { required: ['@status', ...BOUND], insecurelyAllowUncovered: ['content-digest'] }, streaming),
    ).rejects.toMatchObject({
      code: 'response_refused',
    });
  });
});

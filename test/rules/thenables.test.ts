/**
 * Every place that waits for something of the caller's: it may be there, come as a promise, or as a promise that is a function, as those of
 * workerd's RPC are (a Durable Object as a replay store, `resolveKey` in another worker).
 */
import { describe, expect, it } from 'vitest';
import { messageFromNode, verifiedHandler } from '../../src/adapter/node.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { createResponseVerifier } from '../../src/fetch/response-verifier.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import type { VerifierOptions } from '../../src/http/verifier-options.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { createJwksResolver } from '../../src/jwks/resolver.ts';
import { issueLicense } from '../../src/license/issue.ts';
import { verifyLicense } from '../../src/license/verify.ts';
import { signPayload } from '../../src/payload/sign-payload.ts';
import { verifyPayload } from '../../src/payload/verify-payload.ts';
import { hmacSecrets } from '../../src/signature/hmac-secrets.ts';
import { createSigningInterceptor } from '../../src/undici/index.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { verifyUrl } from '../../src/url/verify-url.ts';
import { countingStore, key, message, NOW, SECRET, signed, signer, verifier } from '../support/bank.ts';

/** Gives a value, in one of the ways. */
type Give = <T>(value: T) => T;

const ways: Readonly<Record<string, Give>> = {
  'at once': (value) => value,
  'as a promise': (value) => Promise.resolve(value) as never,
  'as a promise that is a function': (value) =>
    Object.assign(() => undefined, {
      ['then' as string]: (next: (value: unknown) => unknown, fail: (error: unknown) => unknown) => Promise.resolve(value).then(next, fail),
    }) as never,
};

const now = () => NOW;
const { privateKey, publicKey } = await generateKeyPair();
const issuer = createSigner({ privateKey, keyid: 'k1' });
const license = (await issueLicense({}, { signer: issuer, product: 'p', now })).json;
const url = await signUrl('https://bank.example/x', { signer, expiresIn: 60, oneTime: true, now });
const answer = await signResponse({ status: 200, fields: [] }, message(), { signer, nonce: 'n1', now });
const payload = async () => JSON.stringify(await signPayload({ a: 1 }, { signer, tag: 't', audience: 'bank.example', now }));

const verify = async (options: Partial<VerifierOptions>) => verifier(options).verifyRequest(await signed());
const payloadOptions = { tag: 't', audience: 'bank.example', now, resolveKey: () => key, replayStore: countingStore() };
const slowSigner = (give: Give) => ({ ...signer, sign: (base: Uint8Array) => give(signer.sign(base)) });
const send = (options: object, response = new Response()) =>
  createSignedFetch({ signer, now, fetch: async () => response, ...options } as never)('https://bank.example/');

/** Each place, and what shows that the value was waited for. */
const places: Readonly<Record<string, (give: Give) => Promise<unknown>>> = {
  'resolveKey of a verifier': (give) => verify({ resolveKey: () => give(key) }),
  'resolveKey of verifyPayload': async (give) => verifyPayload(await payload(), { ...payloadOptions, resolveKey: () => give(key) }),
  'resolveKey of verifyUrl': (give) =>
    verifyUrl(url, { authority: 'bank.example', now, resolveKey: () => give(key), replayStore: countingStore() }),
  'resolveKey of verifyResponse': (give) =>
    verifyResponse({ status: 200, fields: answer.fields }, message(), { resolveKey: () => give(key), nonce: 'n1', now }),
  'the look-up of hmacSecrets': (give) => verify({ resolveKey: hmacSecrets(() => give(SECRET)) }),
  'verify of a key': (give) => verify({ resolveKey: () => ({ algorithm: 'hmac-sha256', verify: () => give(true) }) }),
  'a policy function': (give) => verify({ policy: () => give({}) }),
  'an authority function': (give) => verify({ authority: () => give(true) }),
  'consume of a store': (give) => verify({ replayStore: { consume: () => give('consumed' as const) } }),
  'consumeAll of a store': async (give) => {
    const replayStore = { consume: () => 'replayed' as const, consumeAll: () => give('consumed' as const) };
    return verifier({ replayStore, policy: [{}, { tag: 'second' }] }).verifyRequest(await signed(await signed(), { tag: 'second' }));
  },
  'sign of a signer, requests': (give) => signRequest(message(), { signer: slowSigner(give), now }),
  'sign of a signer, responses': (give) => signResponse({ status: 200, fields: [] }, message(), { signer: slowSigner(give), nonce: 'n' }),
  'sign of a signer, payloads': (give) => signPayload({}, { signer: slowSigner(give), tag: 't', audience: 'a' }),
  'sign of a signer, URLs': (give) => signUrl('https://a.example/', { signer: slowSigner(give), expiresIn: 60 }),
  'sign of a signer, licenses': (give) => issueLicense({}, { signer: { ...slowSigner(give), algorithm: 'ed25519' }, product: 'p' }),
  'signer of a signed fetch': (give) => send({ signer: () => give(signer) }),
  'components of a signed fetch': (give) => send({ components: () => give(['@scheme']) }),
  'onSigned of a signed fetch': async (give) => {
    let done = false;
    await send({ onSigned: () => give(Promise.resolve().then(() => void (done = true))) });
    return expect(done).toBe(true);
  },
  'fetch of a signed fetch': async (give) =>
    expect((await send({ fetch: () => give(new Response('x', { status: 201 })) })).status).toBe(201),
  'sleep of a signed fetch': async (give) => {
    const responses = [new Response(null, { status: 503 }), new Response()];
    const options = { retry: { limit: 1 }, sleep: () => give(undefined), fetch: async () => responses.shift()! };
    expect((await send(options)).status).toBe(200);
  },
  'responseVerifier of a signed fetch': async (give) =>
    expect((await send({ responseVerifier: () => give(new Response(null, { status: 202 })) })).status).toBe(202),
  'resolveKey of a response verifier': async (give) => {
    const check = createResponseVerifier({ resolveKey: () => give(key), now });
    const fetch = async (_: unknown, init: RequestInit) => {
      const headers = new Headers(init.headers);
      const nonce = /nonce="([^"]*)"/.exec(headers.get('signature-input')!)![1]!;
      const asked = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: headers };
      const { fields } = await signResponse({ status: 200, fields: [] }, asked, { signer, nonce, now });
      return new Response(null, { headers: fields as [string, string][] });
    };
    expect((await send({ responseVerifier: check, fetch })).status).toBe(200);
  },
  'signer and components of the interceptor': async (give) => {
    const interceptor = createSigningInterceptor({
      signer: () => give(signer),
      components: () => give(['@scheme']),
      origins: ['https://bank.example'],
    });
    const sent = await new Promise<unknown>((resolve, reject) => {
      const dispatch = interceptor((options: { headers?: unknown; path: string; method: string; origin?: string }) => {
        resolve(options.headers);
        return true;
      }, 'https://bank.example');
      dispatch({ origin: 'https://bank.example', path: '/', method: 'GET' }, { onResponseError: (_, error) => reject(error) });
    });
    expect(String(sent)).toContain('"@scheme"');
  },
  'a schema of verifyPayload': async (give) => {
    const schema = { '~standard': { validate: () => give({ value: 'fits' }) } };
    expect((await verifyPayload(await payload(), { ...payloadOptions, schema })).payload).toBe('fits');
  },
  'lastSeen of verifyLicense': async (give) => {
    const written: number[] = [];
    const lastSeen = { read: () => give(NOW - 1), write: (time: number) => give(void written.push(time)) };
    await verifyLicense(license, { product: 'p', publicKeys: { k1: publicKey }, now, lastSeen });
    expect(written).toEqual([NOW]);
  },
  'fetch of a key set': async (give) => {
    const set = new Response(JSON.stringify({ keys: [{ ...publicKey.jwk, kid: 'k1' }] }));
    expect(await createJwksResolver({ url: 'https://keys.example/', fetch: () => give(set) as never })('k1')).toBeDefined();
  },
  'the handler of verifiedHandler': async (give) => {
    const { fields } = await signed({ scheme: 'http', method: 'GET', body: undefined, fields: [] });
    const request = {
      method: 'GET',
      url: '/coins?to=jdoe',
      rawHeaders: ['Host', 'bank.example', ...(fields as [string, string][]).flat()],
      async *[Symbol.asyncIterator]() {},
    } as never;
    expect(messageFromNode(request).method).toBe('GET');
    const ended = await new Promise((resolve) => {
      const response = {
        statusCode: 200,
        on: () => response,
        getHeaderNames: () => [],
        setHeader: () => response,
        end: () => resolve(response.statusCode),
      };
      const failing = () => give(Promise.reject(new Error('later')));
      verifiedHandler(verifier(), failing, { onError: () => undefined })(request, response as never);
    });
    expect(ended).toBe(500);
  },
};

describe.each(Object.entries(ways))('what the caller gives %s is waited for', (_, give) => {
  it.each(Object.entries(places))('%s', async (_, use) => {
    await use(give);
  });
});

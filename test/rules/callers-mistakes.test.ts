/**
 * The mistakes that callers make, each with what it is answered: an error at once that names the argument and what to pass instead, and never
 * shows a value. One table, to be read as text.
 */
import { describe, expect, it } from 'vitest';
import { explainMismatch } from '../../src/explain/index.ts';
import * as http from '../../src/http/index.ts';
import * as core from '../../src/index.ts';
import * as keys from '../../src/key-pairs/index.ts';
import { issueLicense, verifyLicense } from '../../src/license/index.ts';
import { signPayload, verifyPayload } from '../../src/payload/index.ts';
import { createSigningInterceptor } from '../../src/undici/index.ts';
import { signedUrls, signUrl, verifyUrl } from '../../src/url/index.ts';
import { BODY, countingStore, key, message, NOW, SECRET, signed, signer, verifier } from '../support/bank.ts';

/** What stands in no message. */
const SENTINEL = 'do-not-show-this';

const later = <T>(value: T): T => Promise.resolve(value) as never;
const wrong = (value: unknown): never => value as never;
const aFetch = (options: object) => core.createSignedFetch({ signer, fetch: async () => new Response(), ...options } as never);
const payloadOptions = () => ({ tag: 't', audience: 'a', resolveKey: () => key, replayStore: countingStore() });
const verify = async (changes: object, options: object = {}) =>
  verifier(options as never).verifyRequest(wrong({ ...(await signed()), ...changes }));
const answering = (found: unknown) => verify({}, { resolveKey: () => found });
const response = { status: 200, fields: [] };
const pem = await keys.exportPrivateKeyPem((await core.generateKeyPair({ extractable: true })).privateKey);
const BYTES = 'request.body must be the raw bytes (a Uint8Array), a stream of them, or absent: not text, and nothing parsed';
const MILLISECONDS = 'is this in milliseconds?';

type Mistake = readonly [what: string, run: () => unknown, kind: 'TypeError' | 'RangeError' | 'SignedFetchError', message: string];

const OF_MESSAGES: readonly Mistake[] = [
  [
    'a Request given to signRequest',
    () => core.signRequest(wrong(new Request('https://bank.example/')), { signer }),
    'TypeError',
    'pass messageFromRequest(message, bytes)',
  ],
  [
    'a request of Node given to signRequest',
    () => core.signRequest(wrong({ rawHeaders: [], headers: {} }), { signer }),
    'TypeError',
    'pass messageFromNode(message) of countersign/node',
  ],
  [
    'an absolute URL as a target',
    () => core.signRequest(message({ target: `https://bank.example/${SENTINEL}` }), { signer }),
    'TypeError',
    'message.target must be path and query, such as /coins?x=1: the host belongs into authority',
  ],
  [
    'fields as a plain object, to sign',
    () => core.signRequest(message({ fields: wrong({ a: SENTINEL }) }), { signer }),
    'TypeError',
    'message.fields is a plain object: pass Object.entries(fields), or new Headers(fields)',
  ],
  [
    'a body that is an object, to sign',
    () => core.signRequest(message({ body: wrong({ a: SENTINEL }) }), { signer }),
    'TypeError',
    'message.body must be bytes, or absent',
  ],
  [
    'a Response given to signResponse',
    () => core.signResponse(wrong(new Response()), message(), { signer, nonce: 'n' }),
    'TypeError',
    'pass messageFromResponse(message, bytes)',
  ],
  [
    'fields as a plain object, to verify',
    () => verify({ fields: { a: SENTINEL } }),
    'TypeError',
    'request.fields is a plain object: pass Object.entries(fields), or new Headers(fields)',
  ],
  ['a response given to verifyRequest', () => verifier().verifyRequest(wrong(new Response())), 'TypeError', 'request is a response'],
  [
    'an IncomingMessage given to verifyRequest',
    () => verifier().verifyRequest(wrong({ rawHeaders: [], headers: {} })),
    'TypeError',
    'pass messageFromNode(request) of countersign/node',
  ],
  [
    'a framework’s request given to verifyRequest',
    () => verifier().verifyRequest(wrong({ method: 'GET', url: '/', headers: {} })),
    'TypeError',
    'messageFromNode(request) of countersign/node makes one',
  ],
  ['a body that was read as text', () => verify({ body: SENTINEL }), 'TypeError', BYTES],
  ['a body that was parsed', () => verify({ body: { amount: SENTINEL } }), 'TypeError', BYTES],
  ['a body that is null', () => verify({ body: null }), 'TypeError', BYTES],
  ['a request that is none', () => verifier().verifyRequest(wrong(SENTINEL)), 'TypeError', 'request must be an object'],
  [
    'no response',
    () => core.verifyResponse(wrong(undefined), message(), { resolveKey: () => key, nonce: 'n' }),
    'TypeError',
    'response must be a Response, or a message { status, fields, body }',
  ],
  [
    'a response of Node',
    () => core.verifyResponse(wrong({ statusCode: 200, headers: {} }), message(), { resolveKey: () => key, nonce: 'n' }),
    'TypeError',
    'response is no message',
  ],
  [
    'a response whose body is text',
    () => core.verifyResponse({ ...response, body: wrong(SENTINEL) }, message(), { resolveKey: () => key, nonce: 'n' }),
    'TypeError',
    BYTES.replace('request', 'response'),
  ],
  [
    'the Request that a response answers',
    () => core.verifyResponse(response, wrong(new Request('https://bank.example/')), { resolveKey: () => key, nonce: 'n' }),
    'TypeError',
    'pass messageFromRequest(request, bytes)',
  ],
  [
    'a URL given to messageFromRequest',
    () => core.messageFromRequest(wrong('https://bank.example/')),
    'TypeError',
    'request must be a Request of fetch; for a request of Node use messageFromNode of countersign/node',
  ],
  [
    'a request of Node given to messageFromRequest',
    () => core.messageFromRequest(wrong({ url: '/', headers: {} })),
    'TypeError',
    'use messageFromNode of countersign/node',
  ],
  [
    'nothing given to messageFromResponse',
    () => core.messageFromResponse(wrong(undefined)),
    'TypeError',
    'response must be a Response of fetch',
  ],
  [
    'nothing given to parseUnverifiedSignatures',
    () => core.parseUnverifiedSignatures(wrong(undefined)),
    'TypeError',
    'message must be an object',
  ],
  [
    'a request of Node given to parseUnverifiedSignatures',
    () => core.parseUnverifiedSignatures(wrong({ rawHeaders: [], headers: {} })),
    'TypeError',
    'pass messageFromNode(message) of countersign/node',
  ],
  ['nothing given to parseRefusal', () => core.parseRefusal(wrong(undefined)), 'TypeError', 'response must be a Response'],
];

const OF_URLS: readonly Mistake[] = [
  [
    'a relative URL to sign',
    () => signUrl(`/${SENTINEL}`, { signer, expiresIn: 60 }),
    'TypeError',
    'url must be absolute, such as https://files.example/report.pdf',
  ],
  [
    'a URL of mail',
    () => signUrl(`mailto:${SENTINEL}@bank.example`, { signer, expiresIn: 60 }),
    'TypeError',
    'url must be http, https, ws or wss',
  ],
  [
    'a URL of what objects inherit',
    () => signUrl(`constructor://${SENTINEL}/`, { signer, expiresIn: 60 }),
    'TypeError',
    'url must be http, https, ws or wss',
  ],
  [
    'a relative URL to verify',
    () => verifyUrl(`/${SENTINEL}`, { authority: 'a.example', resolveKey: () => key }),
    'TypeError',
    'url must be absolute, of http, https, ws or wss',
  ],
  [
    'a URL of what objects inherit, to verify',
    () => verifyUrl(`constructor://${SENTINEL}/`, { authority: 'a.example', resolveKey: () => key }),
    'TypeError',
    'url must be absolute',
  ],
  [
    'no URL to verify',
    () => verifyUrl(wrong(undefined), { authority: 'a.example', resolveKey: () => key }),
    'TypeError',
    'request must be a URL, a Request, or { url, method }',
  ],
  [
    'a pattern to ignore',
    () => signedUrls({ ignore: ['utm_*'] }),
    'TypeError',
    'policy.ignore takes exact names, such as utm_source: there are no patterns',
  ],
  [
    'origins as a text',
    () => aFetch({ origins: `https://${SENTINEL}.example` }),
    'TypeError',
    "origins must be a list, like ['https://bank.example']",
  ],
  [
    'origins of undici as a text',
    () => createSigningInterceptor({ signer, origins: wrong('https://bank.example') }),
    'TypeError',
    "origins must be a list, like ['https://bank.example']",
  ],
];

const OF_PAYLOADS: readonly Mistake[] = [
  [
    'an array to sign',
    () => signPayload(wrong([SENTINEL]), { signer, tag: 't', audience: 'a' }),
    'TypeError',
    'wrap a list in an object, such as { items: [] }',
  ],
  [
    'form pairs that are none',
    () => signPayload(wrong([null]), { signer, tag: 't', audience: 'a' }),
    'TypeError',
    'payload must be an object or pairs of strings',
  ],
  [
    'an object that became text',
    () => signPayload('[object Object]', { signer, tag: 't', audience: 'a' }),
    'TypeError',
    'payload is an object that was turned into text: pass the object itself',
  ],
  [
    'a raw JSON text',
    () => signPayload({ a: (JSON as unknown as { rawJSON(text: string): object }).rawJSON('1') }, { signer, tag: 't', audience: 'a' }),
    'TypeError',
    'a raw JSON text at "/a"',
  ],
  [
    'no payload',
    () => verifyPayload(wrong(undefined), payloadOptions()),
    'TypeError',
    'input must be the JSON text, its bytes, or the object',
  ],
  [
    'no store',
    () => verifyPayload('{}', wrong({ ...payloadOptions(), replayStore: undefined })),
    'TypeError',
    'replayStore is required: without one a message counts again and again',
  ],
  [
    'a license that is a promise',
    () => verifyLicense(wrong(Promise.resolve('{}')), { product: 'p', publicKeys: { k1: 'O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik' } }),
    'TypeError',
    'license must be a text or its bytes',
  ],
  ['no public keys', () => verifyLicense('{}', { product: 'p', publicKeys: {} }), 'TypeError', 'publicKeys must not be empty'],
  [
    'fields that are no pairs',
    () => core.canonicalizeFields(wrong({ a: SENTINEL })),
    'TypeError',
    'entries must be pairs of strings: Object.entries(fields), for one',
  ],
  ['a field that is no pair', () => core.canonicalizeFields(wrong([null])), 'TypeError', 'entries must be pairs of strings'],
];

const OF_KEYS: readonly Mistake[] = [
  [
    'a variable that is not set, to verify',
    () => core.hmacKey(wrong(undefined)),
    'TypeError',
    'secret is undefined: is the variable of the environment set?',
  ],
  [
    'a variable that is not set, to sign',
    () => core.hmacSigner({ keyid: 'k', secret: wrong(undefined) }),
    'TypeError',
    'secret is undefined: is the variable of the environment set?',
  ],
  ['a secret that is a promise', () => core.hmacKey(later(SECRET)), 'TypeError', 'secret is a promise: await it first'],
  [
    'a secret from a file',
    () => core.hmacKey(`${SECRET}\n`),
    'TypeError',
    'secret has white space or an invisible character at an end: trim it',
  ],
  [
    'a private key that is a promise',
    () => core.createSigner({ privateKey: later({}) as never }),
    'TypeError',
    'privateKey is a promise: await it first',
  ],
  [
    'a signer that is a promise',
    () => core.signRequest(message(), { signer: later(signer) }),
    'TypeError',
    'signer is a promise: await it first',
  ],
  [
    'a signer of URLs that is a promise',
    () => signUrl('https://a.example/', { signer: later(signer), expiresIn: 60 }),
    'TypeError',
    'signer is a promise: await it first',
  ],
  [
    'a signer of payloads that is a promise',
    () => signPayload({}, { signer: later(signer), tag: 't', audience: 'a' }),
    'TypeError',
    'signer is a promise: await it first',
  ],
  [
    'a signer of a signed fetch that is a promise',
    () => aFetch({ signer: later(signer) }),
    'TypeError',
    'signer is a promise: await it, or give a function that answers it',
  ],
  [
    'the path of a PEM file',
    () => keys.importPrivateKeyPem(`./${SENTINEL}.pem`),
    'TypeError',
    'this is the path of a file; read the file first',
  ],
  [
    'a PEM from the environment',
    () => keys.importPrivateKeyPem(pem.replaceAll('\n', '\\n')),
    'TypeError',
    "replace them, as in text.replaceAll('\\\\n', '\\n')",
  ],
  ['a PEM that is not set', () => keys.importPublicKeyPem(wrong(undefined)), 'TypeError', 'is the variable of the environment set?'],
  [
    'a JWK as text',
    () => keys.importPublicKeyJwk(wrong(`{"kty":"${SENTINEL}"}`)),
    'TypeError',
    'jwk must be an object: JSON.parse the text first',
  ],
  [
    'a signer from resolveKey',
    () => answering(signer),
    'TypeError',
    'resolveKey answered what signs; answer what verifies: hmacKey(secret), or a public key',
  ],
  [
    'a secret from resolveKey',
    () => answering(SENTINEL),
    'TypeError',
    'resolveKey answered a text; if it is a secret, answer hmacKey(secret)',
  ],
  [
    'a promise in a record',
    () => answering({ key: Promise.resolve(key) }),
    'TypeError',
    'resolveKey answered a promise inside a record: await the key first',
  ],
  [
    'three keys of one algorithm',
    () => answering({ key: [key, key, key] }),
    'TypeError',
    'resolveKey answered more than 2 keys for hmac-sha256, in one record',
  ],
  ['a key as resolveKey', () => verifier({ resolveKey: wrong(key) }), 'TypeError', 'resolveKey must be a function'],
  [
    'key sets over plain http',
    () => core.createJwksResolver({ url: 'http://keys.example/jwks' }),
    'TypeError',
    'url must be https without credentials (http on localhost)',
  ],
];

const OF_TIMES: readonly Mistake[] = [
  ['maxAge', () => verifier({ policy: { maxAge: 3_600_000 } }), 'RangeError', MILLISECONDS],
  ['futureSkew', () => verifier({ policy: { futureSkew: 5000 } }), 'RangeError', MILLISECONDS],
  ['timeout', () => verifier({ timeout: 5000 }), 'RangeError', MILLISECONDS],
  ['bodyTimeout', () => verifier({ bodyTimeout: 600_000 }), 'RangeError', MILLISECONDS],
  ['maxAge of URLs', () => signedUrls({ maxAge: NOW * 1000 }), 'RangeError', MILLISECONDS],
  ['expiresIn of a signed fetch', () => aFetch({ expiresIn: 300_000 }), 'RangeError', MILLISECONDS],
  ['expiresIn of a request', () => core.signRequest(message(), { signer, expiresIn: 3_600_000 }), 'RangeError', MILLISECONDS],
  ['expiresIn of a payload', () => signPayload({}, { signer, tag: 't', audience: 'a', expiresIn: 3_600_000 }), 'RangeError', MILLISECONDS],
  ['expiresIn of a URL', () => signUrl('https://a.example/', { signer, expiresIn: 86_400_000 }), 'RangeError', MILLISECONDS],
  [
    'created',
    () => core.signRequest(message(), { signer, created: NOW * 1000 }),
    'RangeError',
    'created must be in seconds since the epoch: this looks like milliseconds',
  ],
  [
    'created, a Date',
    () => core.signRequest(message(), { signer, created: wrong(new Date()) }),
    'TypeError',
    'created must be a number of whole seconds since the epoch, not a Date',
  ],
  [
    'now of a verifier',
    () => verify({}, { now: () => NOW * 1000 }),
    'RangeError',
    'now() must be in seconds since the epoch: this looks like milliseconds',
  ],
  [
    'now of a verifier, a Date',
    () => verify({}, { now: () => new Date() }),
    'TypeError',
    'now() must be a number of whole seconds since the epoch, not a Date',
  ],
  [
    'now of a verifier, a fraction',
    () => verify({}, { now: () => NOW + 0.5 }),
    'RangeError',
    'now() must be a number of whole seconds since the epoch',
  ],
  ['now of a signer', () => core.signRequest(message(), { signer, now: () => NOW * 1000 }), 'RangeError', 'this looks like milliseconds'],
  [
    'notAfter',
    () => answering({ key, notAfter: NOW * 1000 }),
    'RangeError',
    'notAfter of the key record that resolveKey answered must be in seconds since the epoch',
  ],
  ['notBefore, a Date', () => answering({ key, notBefore: new Date() }), 'TypeError', 'not a Date'],
  [
    'expires of a license',
    () => issueLicense({}, { signer: { ...signer, algorithm: 'ed25519' }, product: 'p', expires: NOW * 1000 }),
    'RangeError',
    'this looks like milliseconds',
  ],
  ['maxAge of key sets', () => core.createJwksResolver({ url: 'https://keys.example/jwks', maxAge: 600_000 }), 'RangeError', MILLISECONDS],
  ['maxDelay of retries', () => aFetch({ retry: { maxDelay: 100_000 } }), 'RangeError', MILLISECONDS],
];

const OF_THE_REST: readonly Mistake[] = [
  [
    'a method as the init of a signed fetch',
    () => aFetch({})('https://bank.example/', wrong('POST')),
    'TypeError',
    'init must be an object, as fetch takes it',
  ],
  [
    'a body that is an object, to send',
    () => aFetch({})('https://bank.example/', { method: 'POST', body: wrong({ a: SENTINEL }) }),
    'SignedFetchError',
    'write an object with JSON.stringify',
  ],
  [
    'no list to ask for',
    () => http.createAcceptSignature(wrong(undefined)),
    'TypeError',
    "requested must be a list, like [{ label: 'sig', components: ['@method'] }]",
  ],
  [
    'a label that is none',
    () => http.createAcceptSignature([{ label: 'A b', components: [] }]),
    'TypeError',
    'label must be a structured field key',
  ],
  [
    'a tag that no field can carry',
    () => http.createAcceptSignature([{ label: 'sig', components: [], tag: 'é' }]),
    'TypeError',
    'tag must be printable ASCII',
  ],
  [
    'a parameter that is not known',
    () => http.createAcceptSignature([wrong({ label: 'sig', components: [], tags: 'x' })]),
    'TypeError',
    'did you mean tag?',
  ],
  [
    'no text of what is asked for',
    () => http.parseAcceptSignature(wrong(null)),
    'TypeError',
    'value must be the text of an Accept-Signature field',
  ],
  ['text to digest', () => http.createContentDigest(wrong(SENTINEL)), 'TypeError', 'bytes must be a Uint8Array'],
  [
    'text to hold against a digest',
    () => http.verifyContentDigest('sha-256=:AA==:', wrong(SENTINEL)),
    'TypeError',
    'bytes must be a Uint8Array',
  ],
  ['no digest', () => http.verifyContentDigest(wrong(undefined), BODY), 'TypeError', 'value must be the text of a digest field'],
  ['no bases', () => explainMismatch(wrong(undefined)), 'TypeError', 'bases must be an object'],
  ['one base', () => explainMismatch(wrong({ signed: SENTINEL })), 'TypeError', 'received must be a string'],
  ['no options', () => core.createVerifier(wrong(undefined)), 'TypeError', 'options must be an object'],
  [
    'no host',
    () => core.createVerifier(wrong({ resolveKey: () => key, replayStore: countingStore() })),
    'TypeError',
    'authority is required: the host that clients address, or several',
  ],
  [
    'a host with wildcards',
    () => verifier({ authority: '*.bank.example' }),
    'TypeError',
    'authority knows no wildcards: list the hosts, or give a function (host) => boolean',
  ],
  [
    'a URL as a host',
    () => verifier({ authority: 'https://bank.example/' }),
    'TypeError',
    'authority must be a host with an optional port (bank.example, localhost:8080)',
  ],
];

const TABLES = { messages: OF_MESSAGES, URLs: OF_URLS, payloads: OF_PAYLOADS, keys: OF_KEYS, times: OF_TIMES, 'the rest': OF_THE_REST };

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(Object.entries(TABLES))('a mistake about %s', (_, table) => {
  it.each(table)('%s', async (_, run, kind, expected) => {
    const failure = (await failureOf(run)) as Error;
    expect(failure).toBeInstanceOf(Error);
    expect([failure.name, failure.message]).toEqual([kind, expect.stringContaining(expected)]);
    for (const secret of [SENTINEL, SECRET]) expect(failure.message).not.toContain(secret);
    // What is unsafe is not what a message leads to.
    expect(failure.message).not.toMatch(/insecurely/);
  });
});

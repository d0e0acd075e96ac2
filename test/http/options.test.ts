/** Options fail closed: what is not known is refused where it is written, and what limits nothing is no limit. */
import { describe, expect, it } from 'vitest';
import { messageFromNode, verifiedHandler } from '../../src/adapter/node.ts';
import { canonicalizeJson } from '../../src/canonical/json.ts';
import { importPublicKeyJwk } from '../../src/crypto/forms/import.ts';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { generateSecret } from '../../src/crypto/hmac/secret.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { explainMismatch } from '../../src/explain/index.ts';
import { parseRefusal } from '../../src/fetch/refusal.ts';
import { createResponseVerifier } from '../../src/fetch/response-verifier.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { createAcceptSignature, type RequestedSignature } from '../../src/http/accept-signature.ts';
import { fulfillAcceptSignature } from '../../src/http/fulfill-accept-signature.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import { createVerifier, type VerifierOptions } from '../../src/http/verifier.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { createJwksResolver } from '../../src/jwks/resolver.ts';
import { issueLicense } from '../../src/license/issue.ts';
import { verifyLicense, verifyLicenseSync } from '../../src/license/verify.ts';
import { signPayload } from '../../src/payload/sign-payload.ts';
import { verifyPayload } from '../../src/payload/verify-payload.ts';
import { hmacSecrets } from '../../src/signature/hmac-secrets.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { signedUrls, verifyUrl } from '../../src/url/verify-url.ts';
import { countingStore, key, message, NOW, SECRET, signer } from '../support/bank.ts';

const resolveKey = () => key;
const verifierOptions = { authority: 'bank.example', resolveKey, replayStore: countingStore() };
const response = { status: 200, fields: [] };
const PUBLIC_KEY = 'O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik';
const pair = await generateKeyPair();
const BASE = '"@method": GET\n"@signature-params": ("@method")';
const ed25519 = { ...signer, algorithm: 'ed25519' as const };

/** Every function that takes options, with options that it takes; `at` puts one more where the name belongs. */
const functions: Readonly<Record<string, (more: object) => unknown>> = {
  createVerifier: (more) => createVerifier({ ...verifierOptions, ...more } as VerifierOptions),
  'createVerifier policy': (more) => createVerifier({ ...verifierOptions, policy: more }),
  'createVerifier limits': (more) => createVerifier({ ...verifierOptions, limits: more }),
  signRequest: (more) => signRequest(message(), { signer, ...more }),
  signResponse: (more) => signResponse(response, message(), { signer, nonce: 'n', ...more }),
  verifyResponse: (more) => verifyResponse(response, message(), { resolveKey, nonce: 'n', ...more }),
  'verifyResponse policy': (more) => verifyResponse(response, message(), { resolveKey, nonce: 'n', policy: more }),
  signPayload: (more) => signPayload({ a: 1 }, { signer, tag: 't', audience: 'a', ...more }),
  verifyPayload: (more) => verifyPayload('{}', { tag: 't', audience: 'a', resolveKey, replayStore: countingStore(), ...more }),
  'verifyPayload policy': (more) =>
    verifyPayload('{}', { tag: 't', audience: 'a', resolveKey, replayStore: countingStore(), policy: more }),
  signUrl: (more) => signUrl('https://a.example/', { signer, expiresIn: 60, ...more }),
  verifyUrl: (more) => verifyUrl('https://a.example/', { authority: 'a.example', resolveKey, ...more }),
  'verifyUrl policy': (more) => verifyUrl('https://a.example/', { authority: 'a.example', resolveKey, policy: more }),
  signedUrls: (more) => signedUrls(more),
  issueLicense: (more) => issueLicense({}, { signer: ed25519, product: 'p', ...more }),
  verifyLicense: (more) => verifyLicense('{}', { product: 'p', publicKeys: { k1: PUBLIC_KEY }, ...more }),
  verifyLicenseSync: (more) => verifyLicenseSync('{}', { product: 'p', publicKeys: { k1: PUBLIC_KEY }, ...more }),
  fulfillAcceptSignature: (more) => fulfillAcceptSignature(message(), { label: 'sig', components: ['@method'] }, { signer, ...more }),
  createAcceptSignature: (more) => createAcceptSignature([{ label: 'sig', components: [], ...more } as RequestedSignature]),
  createJwksResolver: (more) => createJwksResolver({ url: 'https://keys.example/jwks', ...more }),
  'createJwksResolver url': (more) => createJwksResolver({ url: { url: 'https://keys.example/jwks', ...more } }),
  createSignedFetch: (more) => void createSignedFetch({ signer, ...more }),
  createResponseVerifier: (more) => void createResponseVerifier({ resolveKey, ...more }),
  hmacSecrets: (more) => hmacSecrets(() => undefined, more),
  hmacKey: (more) => hmacKey(SECRET, more),
  hmacSigner: (more) => hmacSigner({ keyid: 'k', secret: SECRET, ...more }),
  createSigner: (more) => createSigner({ privateKey: pair.privateKey, ...more }),
  generateSecret: (more) => generateSecret({ randomBytes: (length: number) => new Uint8Array(length), ...more }),
  generateKeyPair: (more) => generateKeyPair({ algorithm: 'rsa-v1_5-sha256', modulusLength: 2048, ...more }),
  importPublicKeyJwk: (more) => importPublicKeyJwk(pair.publicKey.jwk, more),
  canonicalizeJson: (more) => canonicalizeJson({}, more),
  explainMismatch: (more) => explainMismatch({ signed: BASE, received: BASE, ...more }),
  parseRefusal: (more) => parseRefusal(new Response(), more),
  messageFromNode: (more) => messageFromNode({ rawHeaders: [], method: 'GET', url: '/' } as never, more),
  verifiedHandler: (more) => verifiedHandler(createVerifier(verifierOptions), () => undefined, more),
};

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(functions))('%s', (name, call) => {
  it('refuses what it does not know', async () => {
    for (const unknown of ['nonsense', 'orgins', 'Policy', '__proto__x', '']) {
      const failure = (await failureOf(() => call({ [unknown]: 1 }))) as Error;
      expect(failure).toBeInstanceOf(TypeError);
      expect(failure.message).toContain(`there is no ${JSON.stringify(unknown)}`);
    }
  });
  it('is not changed by what Object.prototype was given', async () => {
    const polluted = Object.prototype as Record<string, unknown>;
    const before = await failureOf(() => call({}));
    const names = [
      'insecurelyAllowMissingNonce',
      'insecurelyTrustHost',
      'maxAge',
      'policy',
      'tag',
      'nonsense',
      'limits',
      'oneTime',
      'anySubject',
    ];
    for (const one of names) polluted[one] = true;
    try {
      const after = await failureOf(() => call({}));
      expect(String(after)).toBe(String(before));
    } finally {
      for (const one of names) delete polluted[one];
    }
    expect(name).not.toBe('');
  });
});

describe('a name that belongs elsewhere', () => {
  it.each<[keyof typeof functions, object, string]>([
    ['createVerifier', { maxAge: 1 }, 'maxAge belongs into policy'],
    ['createVerifier', { tag: 't' }, 'tag belongs into policy'],
    ['createVerifier', { components: [] }, 'components belongs into policy'],
    ['createVerifier', { algorithms: [] }, 'algorithms belongs into policy'],
    ['createVerifier policy', { maxage: 60 }, 'did you mean maxAge?'],
    ['createVerifier', { replaystore: {} }, 'did you mean replayStore?'],
    ['createVerifier limits', { bodyByte: 1 }, 'did you mean bodyBytes?'],
    ['verifyPayload', { maxAge: 60 }, 'maxAge belongs into policy'],
    ['verifyUrl', { oneTime: true }, 'oneTime belongs into policy'],
    ['verifyUrl', { ignore: [] }, 'ignore belongs into policy'],
    ['signUrl', { expires: 60 }, 'did you mean expiresIn?'],
  ])('%s %j: %s', async (name, more, expected) => {
    expect(String(await failureOf(() => functions[name]!(more)))).toContain(expected);
  });
});

/** Every numeric option: where it is, and its name. */
const numeric: readonly (readonly [keyof typeof functions, string])[] = [
  ...['timeout', 'bodyTimeout'].map((name) => ['createVerifier', name] as const),
  ...['maxAge', 'futureSkew'].map((name) => ['createVerifier policy', name] as const),
  ...[
    'labels',
    'components',
    'parameterizedComponents',
    'fieldBytes',
    'totalFieldBytes',
    'targetBytes',
    'queryParameters',
    'bodyBytes',
  ].map((name) => ['createVerifier limits', name] as const),
  ...['expiresIn', 'created'].map((name) => ['signRequest', name] as const),
  ...['expiresIn', 'created'].map((name) => ['signResponse', name] as const),
  ...['timeout', 'bodyTimeout'].map((name) => ['verifyResponse', name] as const),
  ...['maxAge', 'futureSkew'].map((name) => ['verifyResponse policy', name] as const),
  ...['expiresIn', 'created', 'serial'].map((name) => ['signPayload', name] as const),
  ...['maxBytes', 'timeout'].map((name) => ['verifyPayload', name] as const),
  ...['maxAge', 'futureSkew'].map((name) => ['verifyPayload policy', name] as const),
  ...['expiresIn', 'created'].map((name) => ['signUrl', name] as const),
  ['verifyUrl', 'timeout'],
  ...['maxAge', 'futureSkew'].map((name) => ['verifyUrl policy', name] as const),
  ...['maxAge', 'futureSkew'].map((name) => ['signedUrls', name] as const),
  ...['expires', 'created'].map((name) => ['issueLicense', name] as const),
  ...['futureSkew', 'releasedAt'].map((name) => ['verifyLicense', name] as const),
  ...['futureSkew', 'releasedAt'].map((name) => ['verifyLicenseSync', name] as const),
  ...['expiresIn', 'created'].map((name) => ['fulfillAcceptSignature', name] as const),
  ...['maxAge', 'maxStale', 'cooldown', 'timeout', 'maxBytes', 'maxKeys'].map((name) => ['createJwksResolver', name] as const),
  ['hmacSecrets', 'maxKeys'],
  ['generateKeyPair', 'modulusLength'],
  ['parseRefusal', 'timeout'],
];

describe.each(numeric)('%s, %s', (name, option) => {
  it.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60])('%s is a RangeError', async (value) => {
    const failure = (await failureOf(() => functions[name]!({ [option]: value }))) as Error;
    expect([option, failure.name]).toEqual([option, 'RangeError']);
    expect(failure.message).toContain(option);
  });
  it.each([['5'], [null], [true], [{}], [new Date()], [5n]])('%s is a TypeError', async (value) => {
    const failure = (await failureOf(() => functions[name]!({ [option]: value }))) as Error;
    expect([option, failure.name]).toEqual([option, 'TypeError']);
    expect(failure.message).toContain(option);
  });
  it('undefined keeps the default, or says that there is none', async () => {
    const plain = await failureOf(() => functions[name]!({}));
    const given = await failureOf(() => functions[name]!({ [option]: undefined }));
    const isRequired = name === 'signUrl' && option === 'expiresIn';
    const nature = (value: unknown) => (value instanceof Error ? String(value) : typeof value);
    expect(nature(given)).toBe(isRequired ? 'TypeError: expiresIn must be a number' : nature(plain));
  });
});

describe('times', () => {
  it.each(['signRequest', 'signPayload', 'signUrl', 'issueLicense'])('%s tells milliseconds', async (name) => {
    const failure = (await failureOf(() => functions[name]!({ created: NOW * 1000 }))) as Error;
    expect(failure).toBeInstanceOf(RangeError);
    expect(failure.message).toContain('milliseconds');
  });
});

describe('fieldTypes', () => {
  const takers = ['createVerifier', 'signRequest', 'signResponse', 'verifyResponse', 'createSignedFetch', 'createResponseVerifier'];
  it.each(takers)('of %s are types of fields', async (name) => {
    const call = functions[name]!;
    for (const wrong of [{ 'x-a': 'itme' }, { 'x-a': undefined }, { 'X-A': 'item' }, ['x-a'], 'list', null]) {
      const failure = (await failureOf(() => call({ fieldTypes: wrong }))) as Error;
      expect(failure).toBeInstanceOf(TypeError);
      expect(failure.message).toMatch(/^fieldTypes/);
    }
    const plain = String(await failureOf(() => call({})));
    expect(String(await failureOf(() => call({ fieldTypes: { 'x-a': 'list', 'x-b': 'item', 'x-c': 'dictionary' } })))).toBe(plain);
  });
});

describe('options of class instances', () => {
  it('count, and getters on their prototype too', async () => {
    class Settings {
      get authority() {
        return 'bank.example';
      }
      resolveKey() {
        return key;
      }
      replayStore = countingStore();
    }
    expect(() => createVerifier(new Settings() as never)).not.toThrow();
    class Record {
      get key() {
        return key;
      }
      get status() {
        return 'revoked' as const;
      }
    }
    const verifier = createVerifier({ ...verifierOptions, resolveKey: () => new Record(), now: () => NOW });
    const { fields } = await signRequest(message(), { signer, now: () => NOW });
    await expect(verifier.verifyRequest({ ...message(), fields: [...(message().fields as []), ...fields] })).rejects.toMatchObject({
      code: 'key_revoked',
    });
  });
});

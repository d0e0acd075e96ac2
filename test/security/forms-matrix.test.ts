/**
 * Every form refuses every other form's signatures, though all are made with the same key, time, purpose and audience.
 *
 * What is signed in one form is offered to the verifier of each other one in the best dress that can be made for it:
 * the received `signature-input` and `signature`, moved to wherever that verifier looks for them, beside the same data.
 */
import { describe, expect, it } from 'vitest';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { issueLicense } from '../../src/license/issue.ts';
import { verifyLicense, verifyLicenseSync } from '../../src/license/verify.ts';
import { signPayload } from '../../src/payload/sign-payload.ts';
import { verifyPayload } from '../../src/payload/verify-payload.ts';
import { appendSignature, cutSignature } from '../../src/url/query.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { verifyUrl } from '../../src/url/verify-url.ts';

import { codeOf, countingStore, message, NOW, signed, verifier } from '../support/bank.ts';

const { privateKey, publicKey } = await generateKeyPair();
const signer = createSigner({ privateKey, keyid: 'jdoe' });
const now = () => NOW;
/** Every keyid that a verifier asked for. */
const asked: string[] = [];
const resolveKey = (keyid: string) => {
  asked.push(keyid);
  return publicKey;
};

const PURPOSE = 'io.stochastic.a';
const OTHER = 'io.stochastic.b';
const AUDIENCE = 'bank.example';
const DATA = { payload: 'goldcoins' };
const FIELDS = Object.entries(DATA);
const REQUEST = message({ fields: [['host', AUDIENCE]], body: undefined, method: 'GET' });
const URL_TEXT = `https://${AUDIENCE}${REQUEST.target}`;
const payloadOptions = { signer, tag: PURPOSE, audience: AUDIENCE, now };

/** What a signature is, wherever it stood. */
interface Signature {
  readonly input: string;
  readonly signature: string;
}

const ofMembers = (members: { readonly 'signature-input': string; readonly signature: string }): Signature => ({
  input: members['signature-input'],
  signature: members.signature,
});
const ofFields = (fields: Iterable<readonly [string, string]>): Signature => ofMembers(Object.fromEntries(fields) as never);
const nonceOf = ({ input }: Signature): string => /;nonce="([^"]*)"/.exec(input)?.[1] ?? 'none';
const ofLicense = async (product: string) =>
  ofMembers(JSON.parse((await issueLicense(DATA, { signer, product, subject: AUDIENCE, expires: NOW + 60, now })).json));

const sign: Record<string, () => Promise<Signature>> = {
  request: async () => ofFields((await signed(REQUEST, { signer, now })).fields as never),
  'tagged request': async () => ofFields((await signRequest(REQUEST, { signer, now, tag: PURPOSE })).fields),
  response: async () => {
    const request = await signed(REQUEST, { signer, now });
    return ofFields(
      (await signResponse({ status: 200, fields: [] }, request, { signer, now, nonce: nonceOf(ofFields(request.fields as never)) })).fields,
    );
  },
  url: async () => {
    const { pathname, search } = new URL(await signUrl(URL_TEXT, { signer, now, expiresIn: 60, oneTime: true }));
    return cutSignature(pathname + search, new Set());
  },
  json: async () => ofMembers(await signPayload(DATA, payloadOptions)),
  text: async () => ofMembers(await signPayload(DATA.payload, payloadOptions)),
  form: async () => ofFields(await signPayload(FIELDS as [string, string][], payloadOptions)),
  'license a': () => ofLicense(PURPOSE),
  'license b': () => ofLicense(OTHER),
};

const members = ({ input, signature }: Signature) => ({ 'signature-input': input, signature });
const judging = () => ({ tag: PURPOSE, audience: AUDIENCE, resolveKey, replayStore: countingStore(), now });
const licenseOptions = (product: string) => ({ product, publicKeys: { jdoe: publicKey }, now });
const licenseOf = (signature: Signature) => JSON.stringify({ ...DATA, ...members(signature) });
const requestOf = (signature: Signature) => ({
  ...REQUEST,
  fields: [['host', AUDIENCE], ...Object.entries(members(signature))] as [string, string][],
});

const verify: Record<string, (signature: Signature) => Promise<unknown>> = {
  request: (signature) => verifier({ resolveKey }).verifyRequest(requestOf(signature)),
  'tagged request': (signature) => verifier({ resolveKey, policy: { tag: PURPOSE } }).verifyRequest(requestOf(signature)),
  response: async (signature) => {
    // The answer to a request with whatever nonce the signature has: that, too, an attacker would choose.
    const nonce = nonceOf(signature);
    const request = await signed(REQUEST, { signer, now, nonce });
    return verifyResponse({ status: 200, fields: Object.entries(members(signature)) }, request, { resolveKey, nonce, now });
  },
  url: ({ input, signature }) =>
    verifyUrl({ url: appendSignature(URL_TEXT, input, signature) }, { authority: AUDIENCE, resolveKey, replayStore: countingStore(), now }),
  json: (signature) => verifyPayload({ ...DATA, ...members(signature) }, judging()),
  text: (signature) => verifyPayload({ ...DATA, ...members(signature) }, { ...judging(), format: 'text' }),
  form: (signature) => verifyPayload([...FIELDS, ...Object.entries(members(signature))], { ...judging(), format: 'form' }),
  'license a': (signature) => verifyLicense(licenseOf(signature), licenseOptions(PURPOSE)),
  'license b': (signature) => verifyLicense(licenseOf(signature), licenseOptions(OTHER)),
  'license a, at once': async (signature) => verifyLicenseSync(licenseOf(signature), licenseOptions(PURPOSE)),
};

const CODES: Readonly<Record<string, string>> = { a: 'accepted', t: 'tag_mismatch', c: 'component_uncovered' };

/** One letter a cell, in the order of the verifiers above. None is left to the key: see below. */
const EXPECTED: Readonly<Record<string, string>> = {
  request: 'atctcccccc',
  'tagged request': 'tattcccccc',
  response: 'ctaccccccc',
  url: 'tttacccccc',
  json: 'tttcattttt',
  text: 'tttctatttt',
  form: 'tttcttattt',
  'license a': 'tttctttata',
  'license b': 'tttcttttat',
};

it('the table has every cell', () => {
  expect(Object.keys(EXPECTED)).toEqual(Object.keys(sign));
  for (const row of Object.values(EXPECTED)) expect(row).toHaveLength(Object.keys(verify).length);
});

describe.each(Object.keys(sign))('what is signed as %s', (form) => {
  it.each(Object.keys(verify).map((name, index) => [name, CODES[EXPECTED[form]![index]!]!]))('verified as %s is %s', async (name, code) => {
    const signature = await sign[form]!();
    const before = asked.length;
    expect(await codeOf(() => verify[name]!(signature))).toBe(code);
    // What a signature is for stands in its tag and in what it covers: no key is asked, and no cryptography decides.
    if (code !== 'accepted') expect(asked).toHaveLength(before);
  });
});

import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalizeFields } from '../../src/canonical/fields.ts';
import { canonicalizeJson } from '../../src/canonical/json.ts';
import { exportPublicKeyRaw } from '../../src/crypto/forms/export.ts';
import { importPrivateKeyRaw, importPublicKeyRaw } from '../../src/crypto/forms/raw.ts';
import { decodeHex, encodeHex } from '../../src/crypto/forms/text.ts';
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { derivePublicKey } from '../../src/crypto/key-pair.ts';
import { createSigner, type Signer } from '../../src/crypto/signer.ts';
import type { VerificationError } from '../../src/errors.ts';
import { candidateTargets } from '../../src/http/respelled-request.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import { createVerifier } from '../../src/http/verifier.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { issueLicense } from '../../src/license/issue.ts';
import { verifyLicense } from '../../src/license/verify.ts';
import { signPayload } from '../../src/payload/sign-payload.ts';
import { verifyPayload } from '../../src/payload/verify-payload.ts';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';
import type { RequestMessage, ResponseMessage } from '../../src/rfc9421/message.ts';
import { defaultSpelling, formSpelling } from '../../src/rfc9421/stable-url.ts';
import type { SignedFields } from '../../src/signature/sign.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { verifyUrl } from '../../src/url/verify-url.ts';

import { rewritten } from '../support/queries.ts';
import { parseExamples, parseLines, parseMessage } from './support/worked-examples.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/wire-format.md'), 'utf8');
const examples = parseExamples(page);
const part = (example: string, name: string): string => {
  const text = examples.get(example)?.get(name);
  if (text === undefined) throw new Error(`wire-format.md has no ${name} of ${example}`);
  return text;
};

const values = new Map(parseLines(part('values', 'values')));
const value = (name: string): string => values.get(name) ?? expect.unreachable(`wire-format.md has no value ${name}`);
const [secret, keyid, nonce, edKeyid] = [value('secret'), value('keyid'), value('nonce'), value('ed25519-keyid')];
const created = Number(value('created'));
const now = () => created;
const hmac = hmacSigner({ keyid, secret });
const privateKey = await importPrivateKeyRaw(decodeHex(value('ed25519-seed')));
const publicKey = await importPublicKeyRaw(decodeHex(value('ed25519-public-key')));
const resolveKey = (name: string) => (name === keyid ? hmacKey(secret) : name === edKeyid ? publicKey : undefined);
const freshStore = () => memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
const macOf = (base: string): string => `sig=:${createHmac('sha256', secret).update(base).digest('base64')}:`;
const digestOf = (content: string): string => `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;

/** A signer that keeps what it signed. */
function recorder(signer: Signer): Signer & { readonly bases: string[] } {
  const bases: string[] = [];
  const sign: Signer['sign'] = (base) => {
    bases.push(new TextDecoder().decode(base));
    return signer.sign(base);
  };
  return { ...signer, bases, sign };
}

function requestOf(text: string): RequestMessage {
  const { start, fields, body } = parseMessage(text);
  const authority = fields.find(([name]) => name === 'Host')?.[1];
  return { method: start[0]!, scheme: 'https', authority: authority!, target: start[1]!, fields, body };
}

function responseOf(text: string): ResponseMessage {
  const { start, fields, body } = parseMessage(text);
  return { status: Number(start[1]), fields, body };
}

/** The message as it is sent, with the fields that the page adds. */
function withFields<T extends RequestMessage | ResponseMessage>(message: T, example: string): T {
  return { ...message, fields: [...parseMessage(part(example, 'message')).fields, ...parseLines(part(example, 'fields'))] };
}

function expectSigned(example: string, { base, fields }: SignedFields): void {
  expect(base).toBe(part(example, 'base'));
  expect(fields).toEqual(parseLines(part(example, 'fields')).map(([name, text]) => [name.toLowerCase(), text]));
}

const verifier = (policy = {}) => createVerifier({ authority: 'bank.example', resolveKey, replayStore: freshStore(), policy, now });

describe('the page', () => {
  it('has these examples and no others', () => {
    expect([...examples.keys()]).toEqual([
      'values',
      'request-hmac',
      'request-ed25519',
      'response-hmac',
      'query-default',
      'query-form',
      'query-respelled',
      'url',
      'canonical-json',
      'payload-json',
      'payload-text',
      'canonical-fields',
      'payload-form',
      'license',
      'refusal',
    ]);
    expect(examples.size + [...examples.values()].reduce((sum, example) => sum + example.size - 1, 0)).toBe(
      page.split('\n').filter((line) => line.startsWith('```text example=')).length,
    );
  });

  it('gives the public key and the keyid of its seed', async () => {
    expect(encodeHex(exportPublicKeyRaw(await derivePublicKey(privateKey)))).toBe(value('ed25519-public-key'));
    expect(createSigner({ privateKey }).keyid).toBe(edKeyid);
  });
});

describe('the requests of the page', () => {
  it('request-hmac', async () => {
    const message = requestOf(part('request-hmac', 'message'));
    expectSigned('request-hmac', await signRequest(message, { signer: hmac, created, nonce }));
    // Once more without the library.
    const fields = new Map(parseLines(part('request-hmac', 'fields')));
    expect(fields.get('Signature')).toBe(macOf(part('request-hmac', 'base')));
    expect(fields.get('Content-Digest')).toBe(digestOf(new TextDecoder().decode(message.body as Uint8Array)));
    const verified = await verifier().verifyRequest(withFields(message, 'request-hmac'));
    expect(verified.keyid).toBe(keyid);
  });

  it('request-ed25519', async () => {
    const message = requestOf(part('request-ed25519', 'message'));
    const options = { signer: createSigner({ privateKey }), created, nonce, expiresIn: 60, includeAlg: true, tag: 'balance' };
    expectSigned('request-ed25519', await signRequest(message, options));
    const verified = await verifier({ tag: 'balance' }).verifyRequest(withFields(message, 'request-ed25519'));
    expect(verified.keyid).toBe(edKeyid);
  });

  it('response-hmac', async () => {
    const request = withFields(requestOf(part('request-hmac', 'message')), 'request-hmac');
    const message = responseOf(part('response-hmac', 'message'));
    expectSigned('response-hmac', await signResponse(message, request, { signer: hmac, created, nonce }));
    expect(new Map(parseLines(part('response-hmac', 'fields'))).get('Signature')).toBe(macOf(part('response-hmac', 'base')));
    const verified = await verifyResponse(withFields(message, 'response-hmac'), request, { resolveKey, nonce, now });
    expect(verified.status).toBe(200);
  });

  it('refusal', async () => {
    const message = withFields(requestOf(part('request-hmac', 'message')), 'request-hmac');
    const late = createVerifier({ authority: 'bank.example', resolveKey, replayStore: freshStore(), now: () => created + 600 });
    const refusal = await late.verifyRequest(message).then(
      () => expect.unreachable(),
      (error: VerificationError) => error.toProblem(),
    );
    const { start, fields, body } = parseMessage(part('refusal', 'message'));
    expect(refusal.status).toBe(Number(start[1]));
    expect(Object.entries(refusal.headers)).toEqual(fields.map(([name, text]) => [name.toLowerCase(), text]));
    expect(refusal.body).toBe(new TextDecoder().decode(body));
  });
});

describe('the spellings of the page', () => {
  it('query-default', () => {
    expect(defaultSpelling(part('query-default', 'input'))).toBe(part('query-default', 'output'));
  });

  it('query-form', () => {
    expect(formSpelling(part('query-form', 'input'))).toBe(part('query-form', 'output'));
    expect(formSpelling(rewritten(part('query-form', 'output')))).toBe(part('query-form', 'output'));
  });

  it('query-respelled', () => {
    const [seen, candidates] = [part('query-respelled', 'input'), part('query-respelled', 'output').split('\n')];
    expect(candidateTargets(`/${seen}`)).toEqual(candidates.map((candidate) => `/${candidate}`));
    for (const candidate of candidates) expect(rewritten(candidate)).toBe(seen);
  });
});

describe('the URL of the page', () => {
  const decoded = (text: string | null): string => Buffer.from(text ?? '', 'base64url').toString();

  it('url', async () => {
    const signer = recorder(hmac);
    const randomBytes = (length: number) => Uint8Array.from({ length }, (_, index) => index % 16);
    const url = await signUrl(part('url', 'input'), { signer, created, expiresIn: 600, oneTime: true, randomBytes });
    expect(signer.bases).toEqual([part('url', 'base')]);
    expect(url).toBe(part('url', 'output'));
    expect(decoded(new URL(url).searchParams.get('signature'))).toBe(macOf(part('url', 'base')));
    expect(part('url', 'base').split('\n').at(-1)).toBe(
      `"@signature-params": ${decoded(new URL(url).searchParams.get('signature-input')).slice('sig='.length)}`,
    );
    const verified = await verifyUrl({ url }, { authority: 'bank.example', resolveKey, replayStore: freshStore(), now });
    expect(verified.query()).toBe('?month=2026-11');
  });
});

describe('the canonical forms of the page', () => {
  it('canonical-json', () => {
    expect(canonicalizeJson(JSON.parse(part('canonical-json', 'input')))).toBe(part('canonical-json', 'output'));
  });

  it('canonical-fields', () => {
    expect(canonicalizeFields(new URLSearchParams(part('canonical-fields', 'input')))).toBe(part('canonical-fields', 'output'));
  });
});

describe('the payloads of the page', () => {
  const signing = { tag: 'credit-coins', audience: 'bank.example', created, nonce };
  const checking = () => ({ tag: 'credit-coins', audience: 'bank.example', resolveKey, replayStore: freshStore(), now });
  const expectBase = (example: string, bases: readonly string[], canonical: string, signature: string | null) => {
    expect(bases).toEqual([part(example, 'base')]);
    expect(part(example, 'base').split('\n')[0]).toBe(`"content-digest": ${digestOf(canonical)}`);
    expect(signature).toBe(macOf(part(example, 'base')));
  };

  it('payload-json', async () => {
    const signer = recorder(hmac);
    const payload = JSON.parse(part('payload-json', 'input')) as Record<string, unknown>;
    const signed = await signPayload(payload, { ...signing, signer, subject: 'jdoe' });
    expect(canonicalizeJson(signed)).toBe(part('payload-json', 'output'));
    expect(canonicalizeJson(payload)).toBe(part('payload-json', 'canonical'));
    expectBase('payload-json', signer.bases, part('payload-json', 'canonical'), signed.signature);
    const verified = await verifyPayload(part('payload-json', 'output'), { ...checking(), subject: 'jdoe' });
    expect(verified.payload).toEqual(payload);
  });

  it('payload-text', async () => {
    const signer = recorder(hmac);
    const payload = part('payload-text', 'input');
    const signed = await signPayload(payload, { ...signing, signer });
    expect(canonicalizeJson(signed)).toBe(part('payload-text', 'output'));
    expectBase('payload-text', signer.bases, payload, signed.signature);
    const verified = await verifyPayload(part('payload-text', 'output'), { ...checking(), format: 'text' });
    expect(verified.payload).toBe(payload);
  });

  it('payload-form', async () => {
    const signer = recorder(hmac);
    const pairs = new URLSearchParams(part('payload-form', 'input'));
    const signed = new URLSearchParams((await signPayload(pairs, { ...signing, signer })).map(([name, text]) => [name, text]));
    expect(signed.toString()).toBe(part('payload-form', 'output'));
    expectBase('payload-form', signer.bases, canonicalizeFields(pairs), signed.get('signature'));
    const verified = await verifyPayload(new URLSearchParams(part('payload-form', 'output')), { ...checking(), format: 'form' });
    expect(verified.payload).toEqual({ to: 'J. Doe', amount: '10' });
  });
});

describe('the license of the page', () => {
  it('license', async () => {
    const signer = recorder(createSigner({ privateKey }));
    const terms = JSON.parse(part('license', 'input')) as Record<string, unknown>;
    const product = 'io.stochastic.tungsten';
    const license = await issueLicense(terms, { signer, product, subject: 'order-4711', created });
    expect(signer.bases).toEqual([part('license', 'base')]);
    expect(license.json).toBe(`${part('license', 'output')}\n`);
    expect(license.line).toBe(part('license', 'line'));
    expect(part('license', 'base').split('\n')[0]).toBe(`"content-digest": ${digestOf(canonicalizeJson(terms))}`);
    // The one line is the same JSON without indentation.
    expect(Buffer.from(part('license', 'line'), 'base64url').toString()).toBe(JSON.stringify(JSON.parse(part('license', 'output'))));
    for (const form of ['output', 'line']) {
      const options = { product, publicKeys: { [edKeyid]: publicKey }, subject: 'order-4711', now };
      const granted = await verifyLicense(part('license', form), options);
      expect(granted.payload).toEqual(terms);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { parseUnverifiedSignatures } from '../../src/http/parse-unverified.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { messageFromRequest, messageFromResponse } from '../../src/rfc9421/message.ts';

import { codeOf, key, message, NOW, SECRET, signed, signer, verdict } from '../support/bank.ts';

const options = { signer, now: () => NOW, nonce: 'n1' };

describe('signRequest', () => {
  it('adds a digest and the two fields, in the order of the wire form', async () => {
    const { fields, base, created, nonce, label } = await signRequest(message(), { ...options, expiresIn: 60, tag: 'x', includeAlg: true });
    expect(fields.map(([name]) => name)).toEqual(['content-digest', 'signature-input', 'signature']);
    expect(fields[1]![1]).toBe(
      `sig=("@method" "@authority" "@path" "@query" "content-type" "content-digest");created=${NOW};expires=${NOW + 60};nonce="n1";alg="hmac-sha256";keyid="jdoe";tag="x"`,
    );
    expect([created, nonce, label]).toEqual([NOW, 'n1', 'sig']);
    expect(base.split('\n').at(-1)).toBe(`"@signature-params": ${fields[1]![1].slice(4)}`);
  });
  it('draws another nonce each time', async () => {
    const nonces = await Promise.all(Array.from({ length: 600 }, async () => (await signRequest(message(), { signer })).nonce));
    expect(new Set(nonces).size).toBe(600);
    expect(nonces[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
  it('takes the time and randomness it is given', async () => {
    const randomBytes = (length: number) => new Uint8Array(length).fill(7);
    const { nonce, created } = await signRequest(message(), { signer, now: () => 5, randomBytes });
    expect([nonce, created]).toEqual(['BwcHBwcHBwcHBwcHBwcHBw', 5]);
  });
  it('keeps a digest that is there, and covers it', async () => {
    const { fields } = await signRequest(message({ fields: [['content-digest', 'sha-512=:AA==:']], body: undefined }), options);
    expect(fields.map(([name]) => name)).toEqual(['signature-input', 'signature']);
    expect(fields[0]![1]).toContain('"content-digest"');
  });
  it('adds to signatures that are there, under a label of its own', async () => {
    const twice = await signed(await signed(), { tag: 'second' });
    const both = parseUnverifiedSignatures(twice);
    expect(both.map(({ label, tag }) => [label, tag])).toEqual([
      ['sig', undefined],
      ['sig2', 'second'],
    ]);
    expect(await verdict(twice, { policy: [{}, { tag: 'second' }] })).toBe('accepted');
    await expect(signRequest(twice, { ...options, label: 'sig2' })).rejects.toThrow(TypeError);
  });
  it('signs a fetch Request as it will be sent', async () => {
    const request = new Request('https://bank.example:443/a b?c=d#e', { headers: { 'x-a': ' 1 ' } });
    const { base } = await signRequest(messageFromRequest(request), { ...options, components: ['x-a'] });
    expect(base).toContain('"@authority": bank.example\n"@path": /a%20b\n"@query": ?c=d\n"x-a": 1\n');
  });
  it.each([
    ['no signer', { signer: undefined }],
    ['a reserved tag', { tag: 'cs1-url' }],
    ['a label that is no key', { label: 'Sig' }],
    ['a component that is not there', { components: ['x-absent'] }],
    ['a component that does not exist', { components: ['@nothing'] }],
    ['a component of responses', { components: ['@status'] }],
    ['a time that is not whole', { created: 1.5 }],
    ['a lifetime of nothing', { expiresIn: 0 }],
    ['a nonce that a field cannot carry', { nonce: 'é' }],
    ['a nonce that verifiers refuse', { nonce: 'n'.repeat(129) }],
  ])('refuses %s', async (_, changes) => {
    await expect(signRequest(message(), { ...options, ...changes } as never)).rejects.toSatisfy(
      (error) => error instanceof TypeError || error instanceof RangeError,
    );
  });
  it('refuses a body that is not bytes and an authority that is none', async () => {
    await expect(signRequest(message({ body: 'text' as never }), options)).rejects.toThrow(TypeError);
    await expect(signRequest(message({ authority: 'user@bank.example' }), options)).rejects.toThrow(TypeError);
  });
  it('never names the secret', async () => {
    const error = await signRequest(message(), { ...options, components: ['x'] }).catch((reason: unknown) => reason);
    expect(String((error as Error).stack)).not.toContain(SECRET);
  });
});

describe('responses (RFC 9421 2.4)', () => {
  const request = () => signed({}, { nonce: 'n1' });
  const answer = { status: 200, fields: [['content-type', 'text/plain']] as [string, string][], body: encodeUtf8('ok') };
  const sign = async (nonce = 'n1') => {
    const { fields } = await signResponse(answer, await request(), { ...options, nonce });
    return { ...answer, fields: [...answer.fields, ...fields] };
  };
  const check = async (response: Parameters<typeof verifyResponse>[0], changes: object = {}) =>
    codeOf(async () => verifyResponse(response, await request(), { resolveKey: () => key, nonce: 'n1', now: () => NOW, ...changes }));

  it('cover status, content and what was asked', async () => {
    const { base } = await signResponse(answer, await request(), options);
    expect(base.split('\n').map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      '"@status"',
      '"content-type"',
      '"content-digest"',
      '"@method";req',
      '"@authority";req',
      '"@path";req',
      '"@query";req',
      '"content-digest";req',
      '"@signature-params"',
    ]);
    expect(await check(await sign())).toBe('accepted');
  });
  it('give back what was verified', async () => {
    const verified = await verifyResponse(await sign(), await request(), { resolveKey: () => key, nonce: 'n1', now: () => NOW });
    expect([verified.status, verified.keyid, new TextDecoder().decode(verified.bytes)]).toEqual([200, 'jdoe', 'ok']);
  });
  it('are verified as a fetch Response too', async () => {
    const { fields, body } = await sign();
    const response = new Response(body, { status: 200, headers: fields as [string, string][] });
    expect(await check(response)).toBe('accepted');
    expect(messageFromResponse(new Response(null, { status: 204 })).status).toBe(204);
  });
  it('with a content coding are read bounded, whatever length they declare', async () => {
    const { fields } = await sign();
    const headers = [...fields, ['content-encoding', 'gzip'], ['content-length', '2']] as [string, string][];
    const bomb = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    const policy = { insecurelyAllowUncovered: ['content-encoding'] };
    expect(await check(new Response(bomb, { status: 200, headers }), { policy })).toBe('body_too_large');
  });
  it('that were changed are refused', async () => {
    const response = await sign();
    expect(await check({ ...response, status: 201 })).toBe('signature_mismatch');
    expect(await check({ ...response, body: encodeUtf8('no') })).toBe('digest_mismatch');
    expect(await check(answer)).toBe('signature_missing');
  });
  it('that answer another request are refused', async () => {
    expect(await check(await sign('n2'))).toBe('nonce_replayed');
    const other = await signResponse(answer, await signed({ target: '/other' }, { nonce: 'n1' }), options);
    expect(await check({ ...answer, fields: [...answer.fields, ...other.fields] })).toBe('signature_mismatch');
  });
  it('a request is no response', async () => {
    const { fields } = await request();
    expect(await check({ ...answer, fields })).toBe('component_uncovered');
  });
  it('need a nonce and a resolver', async () => {
    await expect(verifyResponse(answer, message(), { resolveKey: () => key } as never)).rejects.toThrow(TypeError);
    await expect(verifyResponse(answer, message(), { nonce: 'n' } as never)).rejects.toThrow(TypeError);
  });
});

describe('parseUnverifiedSignatures', () => {
  it('says what a message claims, of Requests and Responses too', async () => {
    const { fields } = await signed({}, { tag: 't', nonce: 'n1' });
    const request = new Request('https://a.example/', { headers: fields as [string, string][] });
    for (const one of [request, new Response(null, { headers: fields as [string, string][] }), message({ fields })]) {
      expect(parseUnverifiedSignatures(one)).toMatchObject([{ label: 'sig', keyid: 'jdoe', tag: 't', nonce: 'n1', created: NOW }]);
    }
    expect(parseUnverifiedSignatures(message())).toEqual([]);
  });
  it('does not tell a verified one from a forged one', async () => {
    const forged = await signed({}, { signer: hmacSigner({ keyid: 'jdoe', secret: 'a quite different secret of 32 by' }) });
    expect(parseUnverifiedSignatures(forged)[0]?.keyid).toBe('jdoe');
  });
});

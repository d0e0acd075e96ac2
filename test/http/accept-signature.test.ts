import { describe, expect, it } from 'vitest';
import { createAcceptSignature, parseAcceptSignature } from '../../src/http/accept-signature.ts';
import { fulfillAcceptSignature } from '../../src/http/fulfill-accept-signature.ts';

import { message, NOW, signer } from '../support/bank.ts';

describe('Accept-Signature (RFC 9421 5)', () => {
  const text = 'sig1=("@method" "@target-uri" "content-digest";req);created;keyid="test-key-rsa-pss";tag="app-123"';
  it('is parsed', () => {
    expect(parseAcceptSignature(text)).toEqual([
      {
        label: 'sig1',
        components: ['"@method"', '"@target-uri"', '"content-digest";req'],
        created: true,
        expires: false,
        nonce: undefined,
        alg: undefined,
        keyid: 'test-key-rsa-pss',
        tag: 'app-123',
      },
    ]);
  });
  it('is built, and read back', () => {
    expect(createAcceptSignature(parseAcceptSignature(text))).toBe(text);
    expect(
      createAcceptSignature([
        { label: 'a', components: ['@method'], nonce: 'n', expires: true },
        { label: 'b', components: [] },
      ]),
    ).toBe('a=("@method");expires;nonce="n", b=()');
  });
  it.each(['sig=1', 'sig=("@nothing")', 'sig=(x)', 'sig=("x");created=1', 'sig=("x");keyid=1', '((('])('refuses %s', (value) => {
    expect(() => parseAcceptSignature(value)).toThrow(expect.objectContaining({ code: 'signature_malformed' }));
  });
  it('is fulfilled with the same label, exactly its components, and every parameter it asks for', async () => {
    const [requested] = parseAcceptSignature(
      'mine=("@path" "content-digest" "@method");created;expires;nonce="theirs";alg="hmac-sha256";keyid="jdoe";tag="t"',
    );
    const { fields, nonce } = await fulfillAcceptSignature(message(), requested!, { signer, now: () => NOW });
    expect(fields.map(([name]) => name)).toEqual(['content-digest', 'signature-input', 'signature']);
    expect(fields[1]![1]).toBe(
      `mine=("@path" "content-digest" "@method");created=${NOW};expires=${NOW + 300};nonce="theirs";alg="hmac-sha256";keyid="jdoe";tag="t"`,
    );
    expect(nonce).toBe('theirs');
  });
  it('asks for no digest and gets none', async () => {
    const [requested] = parseAcceptSignature('mine=("@path")');
    const { fields } = await fulfillAcceptSignature(message(), requested!, { signer, now: () => NOW });
    expect(fields.map(([name]) => name)).toEqual(['signature-input', 'signature']);
  });
  it('is not fulfilled with the tag of another carrier, digest or not', async () => {
    for (const components of ['"@method" "@authority" "@path" "@query"', '"@path" "content-digest"']) {
      const [requested] = parseAcceptSignature(`a=(${components});created;expires;tag="cs1-url"`);
      await expect(fulfillAcceptSignature(message(), requested!, { signer })).rejects.toThrow(/cs1-/);
    }
  });
  it.each(['a=("@path");keyid="other"', 'a=("@path");alg="ed25519"', 'a=("x-absent")', 'a=("@status")'])(
    'is not fulfilled with another signature: %s',
    async (value) => {
      await expect(fulfillAcceptSignature(message(), parseAcceptSignature(value)[0]!, { signer })).rejects.toThrow(TypeError);
    },
  );
});

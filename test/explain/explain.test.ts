import { describe, expect, it } from 'vitest';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { VerificationError } from '../../src/errors.ts';
import { explainMismatch } from '../../src/explain/explain.ts';
import { type SignRequestOptions, signRequest } from '../../src/http/sign-request.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';

import { message, NOW, signer, verifier } from '../support/bank.ts';

/** Signs a message, changes it on the way, and explains the refusal as a client would. */
async function story(
  change: (request: RequestMessage) => RequestMessage,
  options: Partial<SignRequestOptions> = {},
  authority = 'bank.example',
) {
  const unsigned = message({
    fields: [
      ['content-type', 'application/json'],
      ['x-tenant', 'a'],
    ],
  });
  const { fields, base } = await signRequest(unsigned, { signer, now: () => NOW, ...options });
  const changed = change({ ...unsigned, fields: [...(unsigned.fields as []), ...fields] });
  const error = await verifier({ insecurelyExposeSignatureBase: true, authority })
    .verifyRequest(changed)
    .catch((reason: unknown) => reason);
  if (!(error instanceof VerificationError) || error.signatureBase === undefined) throw new Error('no base was exposed');
  return explainMismatch({ signed: base, received: error.signatureBase });
}

const withField = (name: string, value: string) => (request: RequestMessage) => ({
  ...request,
  fields: (request.fields as [string, string][]).map(([other, old]) => [other, other === name ? value : old] as const),
});

describe('explainMismatch', () => {
  it.each([
    [
      'a proxy rewrote Host',
      (request: RequestMessage) => ({ ...request, authority: 'internal:8080' }),
      '"@authority"',
      /proxy rewrote Host/,
    ],
    ['a router rewrote the path', (request: RequestMessage) => ({ ...request, target: '/v1/coins?to=jdoe' }), '"@path"', /raw target/],
    ['the query was changed', (request: RequestMessage) => ({ ...request, target: '/coins?to=JDOE' }), '"@query"', /query/],
    ['the method was overridden', (request: RequestMessage) => ({ ...request, method: 'PUT' }), '"@method"', /method/],
    ['the content type was changed', withField('content-type', 'application/json; charset=utf-8'), '"content-type"', /charset/],
    ['the body was written again', withField('content-digest', 'sha-256=:AAAA:'), '"content-digest"', /parsed and wrote it again/],
  ])('%s', async (_, change, component, reason) => {
    // Behind a proxy that rewrites Host, the verifier was told the inner name.
    const { same, differences, summary } = await story(change, {}, component === '"@authority"' ? 'internal:8080' : 'bank.example');
    expect(same).toBe(false);
    expect(differences.map((difference) => difference.component)).toEqual([component]);
    expect(summary).toMatch(reason);
  });

  it('a field that a proxy changed', async () => {
    const { differences } = await story(withField('x-tenant', 'b'), { components: ['x-tenant'] });
    expect(differences).toMatchObject([
      { component: '"x-tenant"', signed: 'a', received: 'b', cause: 'A proxy or middleware changed the field.' },
    ]);
  });

  it('a wrong secret: all lines agree', async () => {
    const wrong = hmacSigner({ keyid: 'jdoe', secret: 'another secret, just as long, but wrong' });
    const { same, differences, summary } = await story((request) => request, { signer: wrong });
    expect([same, differences]).toEqual([true, []]);
    expect(summary).toContain('the secrets differ');
  });

  it('two messages, and parameters that were written anew', () => {
    const base = (params: string) => `"@method": GET\n"@signature-params": ("@method")${params}`;
    const explain = (signed: string, received: string) =>
      explainMismatch({ signed: base(signed), received: base(received) }).differences[0]?.cause;
    expect(explain(';created=1;nonce="a"', ';created=1;nonce="b"')).toContain('two messages: nonce');
    expect(explain(';created=1;nonce="a"', ';created=2;nonce="a"')).toContain('two messages: created');
    expect(explain(';created=1;nonce="a"', ';nonce="a";created=1')).toContain('re-ordered');
  });

  it('dropped lines, and identifiers with a colon inside', () => {
    const signed = '"x";key="a: b": 1\n"@signature-params": ()';
    const { differences } = explainMismatch({ signed, received: '"@signature-params": ()' });
    expect(differences).toMatchObject([
      { component: '"x";key="a: b"', signed: '1', received: undefined, cause: 'A proxy dropped the field.' },
    ]);
  });

  it.each(['', 'no base', '"@method": GET', '"a": 1\n"a": 2\n"@signature-params": ()'])('refuses %j', (text) => {
    expect(() => explainMismatch({ signed: text, received: '"@signature-params": ()' })).toThrow(/signed/);
  });
});

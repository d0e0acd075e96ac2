/** The positive list of a policy and of a signer; and that a refusal says all that lacks. */
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import { isVerificationError, type VerificationError } from '../../src/errors.ts';
import { parseRefusal } from '../../src/fetch/refusal.ts';
import { createSignedFetch } from '../../src/fetch/signed-fetch.ts';
import { type SignRequestOptions, signRequest } from '../../src/http/sign-request.ts';
import type { VerifierOptions } from '../../src/http/verifier.ts';
import type { CoveredComponent } from '../../src/rfc9421/coverage.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import type { Policy } from '../../src/signature/policy.ts';
import { BODY, countingStore, message, NOW, SECRET, signed, signer, verdict, verifier, withField } from '../support/bank.ts';

const DIGEST: CoveredComponent = { name: 'content-digest', when: 'present' };
const ALL = ['@method', '@authority', '@path', '@query', 'content-digest'];
const WHOLE: readonly CoveredComponent[] = ['@method', '@target-uri', DIGEST];

/** What covers exactly these, whatever is left out. */
const covering = (
  required: readonly CoveredComponent[],
  changes: Partial<RequestMessage> = {},
  options: Partial<SignRequestOptions> = {},
) => signed(changes, { required, insecurelyAllowUncovered: ALL, ...options });

const refusal = async (request: RequestMessage, options: Partial<VerifierOptions> = {}): Promise<VerificationError> => {
  const error: unknown = await verifier(options)
    .verifyRequest(request)
    .catch((thrown: unknown) => thrown);
  if (!isVerificationError(error)) throw error;
  return error;
};

const details = ({ unmet }: VerificationError): readonly string[] => unmet.map(({ code, detail }) => `${code} ${detail ?? ''}`.trim());

describe('policy.required', () => {
  it('stands in place of the defaults: nothing else need be covered', async () => {
    const request = await covering(WHOLE, { fields: [['content-type', 'text/plain']] });
    expect(await verdict(request)).toBe('component_uncovered');
    expect(await verdict(request, { policy: { required: WHOLE } })).toBe('accepted');
    expect(await verdict(withField(request, 'content-type', 'a/b'), { policy: { required: WHOLE } })).toBe('accepted');
  });

  it.each([
    ['@method', ['@target-uri', DIGEST]],
    ['@authority', ['@method', '@path', '@query', DIGEST]],
    ['@path', ['@method', '@authority', '@query', DIGEST]],
    ['@query', ['@method', '@authority', '@path', DIGEST]],
    ['content-digest', ['@method', '@target-uri']],
  ] as const)('is refused at creation if it leaves %s out and does not say so, on both sides', async (name, required) => {
    const expected = new RegExp(
      `required leaves out ${name}: .* insecurelyAllowUncovered|required leaves out ${name}: .*in policy\\.insecurelyAllowUncovered`,
    );
    expect(() => verifier({ policy: { required } })).toThrow(expected);
    await expect(signRequest(message(), { signer, required })).rejects.toThrow(expected);
    expect(() => createSignedFetch({ signer, required })).toThrow(expected);
    const policy: Policy = { required, insecurelyAllowUncovered: [name] };
    expect(await verdict(await signed({}, { required, insecurelyAllowUncovered: [name] }), { policy })).toBe('accepted');
  });

  it.each([
    ['@target-uri', ['@method', '@target-uri', DIGEST]],
    ['@request-target and @authority', ['@method', '@authority', '@request-target', DIGEST]],
    ['the digest line by line', ['@method', '@target-uri', '"content-digest";bs']],
    ['what is only where the message has it', [{ name: '@method', when: 'present' }, '@target-uri', DIGEST]],
  ] as const)('takes what contains the others: %s', async (_, required) => {
    expect(await verdict(await signed({}, { required }), { policy: { required } })).toBe('accepted');
  });

  it('must be a list that names something', () => {
    expect(() => verifier({ policy: { required: [] } })).toThrow('policy.required must not be empty');
    expect(() => verifier({ policy: { required: '@method' as never } })).toThrow('policy.required must be a list');
  });

  it('excludes components', async () => {
    const both = { required: WHOLE, components: ['x-tenant'] };
    expect(() => verifier({ policy: both as never })).toThrow(
      /policy\.required stands in place of the defaults, and policy\.components besides/,
    );
    await expect(signRequest(message(), { signer, ...both })).rejects.toThrow(/give one of the two/);
    expect(() => createSignedFetch({ signer, ...both })).toThrow(/give one of the two/);
    expect(() => createSignedFetch({ signer, required: WHOLE, components: () => ['x-tenant'] })).toThrow(/give one of the two/);
  });

  it('takes a signature for another host only where it says so', async () => {
    const required = ['@method', '@path', '@query', DIGEST];
    const request = { ...(await covering(required)), authority: 'bank.example' };
    const elsewhere = { ...(await covering(required, { authority: 'other.example' })), authority: 'bank.example' };
    const policy: Policy = { required, insecurelyAllowUncovered: ['@authority'] };
    expect(await verdict(request, { policy })).toBe('accepted');
    expect(await verdict(elsewhere, { policy })).toBe('accepted');
    expect(await verdict({ ...elsewhere, authority: 'other.example' }, { policy })).toBe('authority_forbidden');
  });

  it('wants the digest of content that there is, and of no other', async () => {
    const policy: Policy = { required: WHOLE };
    expect(await verdict(await covering(WHOLE, { method: 'GET', body: undefined, fields: [] }), { policy })).toBe('accepted');
    expect(await verdict(await covering(['@method', '@target-uri']), { policy })).toBe('digest_missing');
    expect(await verdict({ ...(await covering(WHOLE)), body: new Uint8Array([1]) }, { policy })).toBe('digest_mismatch');
    const uncovered = withField(await covering(['@method', '@target-uri']), 'content-digest', 'sha-256=:x:');
    expect(await verdict(uncovered, { policy })).toBe('component_uncovered');
  });

  it('does not let the view show what was not covered', async () => {
    const required = ['@method', '@path'];
    const policy: Policy = { required, insecurelyAllowUncovered: ['@authority', '@query', 'content-digest'] };
    const view = await verifier({ policy }).verifyRequest(await covering(required));
    expect([view.method(), view.path()]).toEqual(['POST', '/coins']);
    for (const read of [
      view.query,
      view.text,
      view.json,
      view.lossyJson,
      view.toRequest,
      () => view.header('content-type'),
      () => view.bytes,
    ])
      expect(read).toThrow(TypeError);
    const pathless = await verifier({
      policy: { required: ['@query', DIGEST], insecurelyAllowUncovered: ['@method', '@authority', '@path'] },
    }).verifyRequest(await covering(['@query', DIGEST]));
    expect(pathless.json()).toEqual({ currency: 'goldcoins', amount: 10 });
    for (const read of [pathless.method, pathless.path, pathless.toRequest]) expect(read).toThrow(TypeError);
    const hostless = await verifier({
      policy: { required: ['@method', '@path', '@query', DIGEST], insecurelyAllowUncovered: ['@authority'] },
    }).verifyRequest(await covering(['@method', '@path', '@query', DIGEST]));
    expect(hostless.path()).toBe('/coins');
    expect(() => hostless.toRequest()).toThrow(/"@authority" was not signed/);
  });

  it('is what Accept-Signature asks for', async () => {
    const { toProblem } = await refusal(await covering(['@method']), { policy: { required: WHOLE } }).then((error) => ({
      toProblem: () => error.toProblem(),
    }));
    expect(toProblem().headers['accept-signature']).toBe('sig=("@method" "@target-uri");created');
    const policy: Policy = { required: WHOLE, tag: 'pay' };
    const content = withField(message({ fields: [] }), 'content-digest', 'sha-256=:x:');
    expect((await refusal(content, { policy })).toProblem().headers['accept-signature']).toBe(
      'sig=("@method" "@target-uri" "content-digest");created;tag="pay"',
    );
  });

  it('signs in its own order, and only what it names', async () => {
    const { base, fields } = await signRequest(message(), { signer, now: () => NOW, required: [DIGEST, '@target-uri', '@method'] });
    expect(base.split('\n').map((line) => line.split(':')[0])).toEqual([
      '"content-digest"',
      '"@target-uri"',
      '"@method"',
      '"@signature-params"',
    ]);
    const bare = await signRequest(message(), {
      signer,
      required: ['@target-uri'],
      insecurelyAllowUncovered: ['@method', 'content-digest'],
    });
    expect(fields.map(([name]) => name)).toContain('content-digest');
    expect(bare.fields.map(([name]) => name)).not.toContain('content-digest');
  });

  it('is an option of the signed fetch, which then adds only what a server asks for', async () => {
    const store = countingStore();
    const server = verifier({ policy: { required: WHOLE }, replayStore: store });
    let components: readonly string[] = [];
    const send = createSignedFetch({
      signer,
      required: WHOLE,
      now: () => NOW,
      fetch: async (input, init) => {
        const verified = await server.verifyRequest(new Request(input, init));
        components = verified.signatures[0].components;
        return new Response(verified.text());
      },
    });
    expect(await (await send('https://bank.example/coins?x=1', { method: 'POST', body: 'ten' })).text()).toBe('ten');
    expect(components).toEqual(['"@method"', '"@target-uri"', '"content-digest"']);
  });
});

describe('unmet', () => {
  it('names everything that lacks, in the order of the checks, in one refusal', async () => {
    const request = await covering(['@method'], { authority: 'other.example' }, { created: NOW - 400, expiresIn: 350 });
    const error = await refusal(request, { policy: { components: ['x-tenant'], forbiddenParameters: ['keyid'] } });
    expect(error.code).toBe('component_uncovered');
    expect(details(error)).toEqual([
      'component_uncovered the signature does not cover "@authority"',
      'component_uncovered the signature does not cover "@path"',
      'component_uncovered the signature does not cover "@query"',
      'component_uncovered the signature does not cover "x-tenant"',
      'component_uncovered the signature does not cover "content-type"',
      'parameter_forbidden the signature has the parameter keyid, which the policy forbids',
      'authority_forbidden the message is for "other.example" over https',
      'expired it is 400 s old, and counts for 300 s',
      'expired it ended 50 s ago',
      'lifetime_too_long it would count for 350 s, where 300 s are allowed',
      'component_uncovered the signature does not cover "content-digest"',
    ]);
    expect({ code: error.code, detail: error.detail }).toEqual(error.unmet[0]);
  });

  it('is in the problem document, and read from it', async () => {
    const error = await refusal(await covering(['@method', '@authority', '@path'], { body: undefined, fields: [] }));
    const response = error.toResponse();
    expect(JSON.parse(error.toProblem().body)).toMatchObject({ code: 'component_uncovered', unmet: [{ code: 'component_uncovered' }] });
    expect((await parseRefusal(response))!.unmet).toEqual(error.unmet);
    const odd = Response.json(
      { type: 'urn:countersign:problem:expired', code: 'expired', unmet: [null, 7, { code: 8 }, { code: 'x', detail: 9 }] },
      { status: 401, headers: { 'content-type': 'application/problem+json' } },
    );
    expect((await parseRefusal(odd))!.unmet).toEqual([{ code: 'x', detail: undefined }]);
  });

  it('says what of a message cannot be read, component by component', async () => {
    const request = await signed(
      {
        fields: [
          ['x-one', '1'],
          ['x-two', '2'],
          ['content-type', 'a/b'],
        ],
      },
      { components: ['x-one', 'x-two'] },
    );
    const without = withField(withField(request, 'x-one', undefined), 'x-two', undefined);
    expect(details(await refusal(without))).toEqual([
      'component_unresolvable the message has no "x-one"',
      'component_unresolvable the message has no "x-two"',
    ]);
  });

  it('says all of several policies at once, before any key is asked for', async () => {
    const asked: string[] = [];
    const both = await signed(await covering(['@method'], {}, { tag: 'proxy' }), {
      tag: 'client',
      required: ['@path'],
      insecurelyAllowUncovered: ALL,
    });
    const resolveKey = (keyid: string) => {
      asked.push(keyid);
      return hmacKey(SECRET);
    };
    const policy = [{ tag: 'proxy' }, { tag: 'client' }];
    expect(
      details(await refusal(both, { policy, resolveKey })).filter((text) => text.endsWith('"@method"') || text.endsWith('"@path"')),
    ).toEqual(['component_uncovered the signature does not cover "@path"', 'component_uncovered the signature does not cover "@method"']);
    expect(asked).toEqual([]);
  });

  it('says which of several signatures are not there', async () => {
    const policy = [{ tag: 'proxy' }, { tag: 'client' }];
    expect(details(await refusal(await signed(), { policy }))).toEqual([
      'tag_mismatch a signature with the tag "proxy" is wanted',
      'tag_mismatch a signature with the tag "client" is wanted',
    ]);
    expect(details(await refusal(message(), { policy: {} }))).toEqual(['signature_missing the message has no signature']);
  });

  const dependingOnKey: readonly (readonly [string, Partial<VerifierOptions>, string])[] = [
    ['an unknown key', { resolveKey: () => undefined }, 'key_unknown'],
    ['another key', { resolveKey: () => hmacKey('another secret, also long enough') }, 'signature_mismatch'],
    ['a forbidden algorithm', { policy: { algorithms: ['ed25519'] } }, 'algorithm_forbidden'],
    ['a revoked key', { resolveKey: () => ({ key: hmacKey(SECRET), status: 'revoked' }) }, 'key_revoked'],
  ];
  it.each(dependingOnKey)('says nothing of what depends on a key: %s', async (_, options, code) => {
    const error = await refusal(await signed(), options);
    expect([error.code, error.unmet, JSON.parse(error.toProblem().body).unmet]).toEqual([code, [], undefined]);
  });

  it('is the same whether or not there is such a key', async () => {
    const request = await covering(['@method']);
    const known = await refusal(request);
    const unknown = await refusal(request, { resolveKey: () => undefined });
    expect(unknown.toProblem()).toEqual(known.toProblem());
  });

  it('does not answer for an authority that could not be asked', async () => {
    const authority = () => {
      throw new Error('down');
    };
    expect((await refusal(await signed(), { authority })).code).toBe('store_unavailable');
    expect(details(await refusal(await covering(['@authority', '@path', '@query', DIGEST]), { authority }))[0]).toBe(
      'component_uncovered the signature does not cover "@method"',
    );
  });

  it('does not foretell content that may not be there', async () => {
    const error = await refusal(await covering(['@method', '@authority', '@path'], { body: undefined, fields: [] }));
    expect(details(error)).toEqual(['component_uncovered the signature does not cover "@query"']);
    const announced = {
      ...(await covering(['@method', '@authority', '@path'], { body: undefined, fields: [['content-length', '3']] })),
      body: new ReadableStream(),
    };
    expect(details(await refusal(announced))).toHaveLength(2);
    expect(BODY.length).toBeGreaterThan(0);
  });
});

describe('what signers of draft-cavage-http-signatures send', () => {
  const value = 'keyId="https://a.example/u#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"';
  it.each([
    ['Signature', [['signature', value]]],
    ['Authorization', [['authorization', `Signature ${value}`]]],
  ] as const)('is named by the refusal, and not accepted: %s', async (_, fields) => {
    const error = await refusal(message({ fields }));
    expect([error.code, error.detail]).toEqual(['signature_malformed', expect.stringContaining('draft-cavage-http-signatures')]);
  });
  it('is no matter beside a signature that counts', async () => {
    expect(
      await verdict(
        await signed({
          fields: [
            ['content-type', 'a/b'],
            ['authorization', `Signature ${value}`],
          ],
        }),
      ),
    ).toBe('accepted');
  });
});

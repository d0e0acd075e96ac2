/** What the types of each relaxation let through, and what they stop. The compiler runs these; the last line of each runs here. */
import {
  createSigner,
  generateKeyPair,
  type OmittedParameter,
  type Policy,
  type RequestMessage,
  type ResolveKeyWithoutKeyid,
  type ResponsePolicy,
  signRequest,
  type VerifiedSignature,
  type VerifyResponseOptions,
} from 'countersign';
import { activityPub, openPayments, type Preset, webBotAuth } from 'countersign/presets';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { key, verifier } from '../support/bank.ts';

const refused = (policy: unknown) => expect(() => verifier({ policy: policy as Policy })).toThrow(TypeError);

describe('the types of a policy', () => {
  it('required and components exclude each other', () => {
    const one: Policy = { required: ['@method'] };
    const other: Policy = { components: ['x-tenant'] };
    expectTypeOf([one, other]).toExtend<readonly Policy[]>();
    // @ts-expect-error One stands in place of the defaults, the other besides them.
    const both: Policy = { required: ['@method'], components: ['x-tenant'] };
    refused(both);
  });

  it('insecurelyAllowUncovered names components', () => {
    const named: Policy = { insecurelyAllowUncovered: ['@query'] };
    expectTypeOf(named).toExtend<Policy>();
    // @ts-expect-error A flag would not say what is left out.
    const flag: Policy = { insecurelyAllowUncovered: true };
    refused(flag);
  });

  it('insecurelyAllowMissingNonce is a flag', () => {
    // @ts-expect-error A text from the environment counts as true.
    const text: Policy = { insecurelyAllowMissingNonce: 'false' };
    refused(text);
  });

  it('insecurelyAllowMissingCreated needs maxLifetime, or insecurelyAllowMissingNonce', () => {
    const bounded: Policy = { insecurelyAllowMissingCreated: true, maxLifetime: 60 };
    const replayable: Policy = { insecurelyAllowMissingCreated: true, insecurelyAllowMissingNonce: true };
    expectTypeOf([bounded, replayable]).toExtend<readonly Policy[]>();
    // @ts-expect-error Neither bounded nor replayable.
    const neither: Policy = { insecurelyAllowMissingCreated: true };
    refused(neither);
  });

  it('maxLifetime is a number, forbiddenParameters a list', () => {
    // @ts-expect-error
    refused({ maxLifetime: '60' } satisfies Policy);
    // @ts-expect-error
    refused({ forbiddenParameters: 'alg' } satisfies Policy);
  });

  it('insecurelyAllowUnboundResponse is of responses', () => {
    const response: ResponsePolicy = { insecurelyAllowUnboundResponse: true };
    expectTypeOf(response).toExtend<ResponsePolicy>();
    // @ts-expect-error Requests answer nothing.
    const request: Policy = { insecurelyAllowUnboundResponse: true };
    refused(request);
  });
});

describe('the types of what surrounds it', () => {
  it('a response without a nonce to compare needs a policy that allows it', () => {
    const resolveKey = () => key;
    const nonceless: VerifyResponseOptions = { resolveKey, policy: { insecurelyAllowMissingNonce: true } };
    expectTypeOf(nonceless).toExtend<VerifyResponseOptions>();
    // @ts-expect-error The policy does not say so.
    const silent: VerifyResponseOptions = { resolveKey, policy: { insecurelyAllowUnboundResponse: true } };
    expect(silent).not.toHaveProperty('nonce');
  });

  it('a key that was found without a keyid has a name', () => {
    const named: ResolveKeyWithoutKeyid = () => ({ key, canonicalKeyid: 'jdoe' });
    expectTypeOf(named).returns.toExtend<unknown>();
    // @ts-expect-error Nonces are remembered under it.
    const nameless: ResolveKeyWithoutKeyid = () => key;
    expect(nameless).toBeTypeOf('function');
  });

  it('what was left out is undefined in the result, and only what can be left out is named', async () => {
    const { privateKey } = await generateKeyPair();
    const signer = createSigner({ privateKey });
    const message: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };
    expectTypeOf((await signRequest(message, { signer })).nonce).toEqualTypeOf<string>();
    expectTypeOf((await signRequest(message, { signer, insecurelyOmit: ['nonce'] })).nonce).toEqualTypeOf<string | undefined>();
    expectTypeOf<VerifiedSignature['created']>().toEqualTypeOf<number | undefined>();
    // @ts-expect-error Not a parameter that a signature may go without.
    const unknown: OmittedParameter = 'tag';
    await expect(signRequest(message, { signer, insecurelyOmit: [unknown] })).rejects.toThrow(TypeError);
  });
});

describe('the presets', () => {
  const presets: Readonly<Record<string, Preset>> = { webBotAuth, activityPub, openPayments };

  it.each(Object.entries(presets))('%s is a plain policy that can be spread and changed, and cannot be written to', (_, preset) => {
    const stricter: Policy = { ...preset.policy, maxAge: 60, insecurelyAllowMissingNonce: false };
    expect(() => verifier({ policy: stricter })).not.toThrow();
    expect(() => verifier({ policy: preset.policy })).not.toThrow();
    expect([preset, preset.policy, preset.signing, preset.policy.required].every(Object.isFrozen)).toBe(true);
  });
});

/** Who is addressed: which hosts are ours, in every spelling of them. */
import { describe, expect, it } from 'vitest';
import { VerificationError } from '../../src/errors.ts';
import { signRequest } from '../../src/http/sign-request.ts';
import type { VerifierOptions } from '../../src/http/verifier.ts';
import { message, NOW, signed, signer, verdict, verifier } from '../support/bank.ts';

const at = (authority: string, scheme = 'https') => signed({ authority, scheme, fields: [], body: undefined });
const arrives = async (authority: string, ours: VerifierOptions['authority'], scheme?: string) =>
  verdict(await at(authority, scheme), { authority: ours as string });

describe('a list of hosts', () => {
  it.each([
    ['BANK.example:443', 'bank.example'],
    ['bank.example', 'Bank.Example:443'],
    ['bank.example.', 'bank.example'],
    ['bank.example', 'bank.example.'],
    ['bank.example.:8443', 'bank.example:8443'],
    ['xn--bcher-kva.example', 'bücher.example'],
    ['xn--bcher-kva.example:8443', 'BÜCHER.example:8443'],
    ['[::1]:8443', '[::1]:8443'],
  ])('%s arrives where %s is ours', async (came, ours) => expect(await arrives(came, ours)).toBe('accepted'));

  it.each([
    ['other.example', 'bank.example'],
    ['bank.example..', 'bank.example'],
    ['.bank.example', 'bank.example'],
    ['bank.example:8443', 'bank.example'],
    ['bank.example:80', 'bank.example'],
    ['xn--bcher-kva.example', 'bucher.example'],
  ])('%s does not, where %s is ours', async (came, ours) => expect(await arrives(came, ours)).toBe('authority_forbidden'));

  it('takes no letter for another one: U+212A is not k', async () => {
    const request = await at('bank.example');
    for (const authority of ['ban\u212a.example', 'BAN\u212a.EXAMPLE', 'bank.example\u212a', 'ban\u212a.example:443'])
      expect(await verdict({ ...request, authority })).toBe('authority_forbidden');
    await expect(signRequest(message({ authority: 'ban\u212a.example' }), { signer })).rejects.toThrow(TypeError);
  });
});

describe('a function of the host, for the domains of tenants', () => {
  it('is told the host as it is compared: lower case, A-labels, neither the default port nor a trailing dot', async () => {
    const asked: string[] = [];
    const isOurs = (host: string) => asked.push(host) > 0;
    for (const came of ['Tenant.Example:443', 'tenant.example.', 'tenant.example:8443', 'xn--bcher-kva.example'])
      expect(await arrives(came, isOurs)).toBe('accepted');
    expect(asked).toEqual(['tenant.example', 'tenant.example', 'tenant.example:8443', 'xn--bcher-kva.example']);
  });

  it('may answer later, and only true counts', async () => {
    expect(await arrives('a.example', async (host) => host === 'a.example')).toBe('accepted');
    for (const answer of [false, undefined, null, 1, 'true', {}])
      expect(await arrives('a.example', (() => answer) as never)).toBe('authority_forbidden');
  });

  it('that fails or hangs is a store that fails', async () => {
    const boom = () => {
      throw new Error('down');
    };
    expect(await arrives('a.example', boom)).toBe('store_unavailable');
    expect(await arrives('a.example', async () => boom())).toBe('store_unavailable');
    const hanging = { authority: () => new Promise<boolean>(() => undefined), timeout: 1 };
    expect(await verdict(await at('a.example'), hanging as never)).toBe('store_unavailable');
  });
});

describe('the refusal', () => {
  const refusalOf = async (came: string, scheme: string, options: Partial<VerifierOptions> = {}) =>
    (await verifier(options)
      .verifyRequest(await at(came, scheme))
      .catch((error: unknown) => error)) as VerificationError;

  it('tells the peer which host came, and the log those that count', async () => {
    const error = await refusalOf('internal:8080', 'http', { authority: ['bank.example', 'api.bank.example'] });
    expect(error).toBeInstanceOf(VerificationError);
    expect(error.detail).toBe('the message is for "internal:8080" over http');
    expect(error.message).toContain('authority is bank.example, api.bank.example');
    expect(error.toProblem().body).not.toContain('api.bank.example');
  });

  it.each([
    ['bank.example:443', 'http', 'bank.example', 'https'],
    ['bank.example', 'http', 'bank.example:443', 'https'],
    ['bank.example:80', 'https', 'bank.example', 'http'],
  ])('names the scheme where only the default port differs: %s over %s, %s', async (came, scheme, ours, advised) => {
    const error = await refusalOf(came, scheme, { authority: ours });
    expect(error.detail).toContain(`where a proxy ends TLS, set scheme: '${advised}'`);
    const request = { ...(await at(came, advised)), scheme };
    expect(await verdict(request, { authority: ours, scheme: advised as 'https', now: () => NOW })).toBe('accepted');
  });
});

import { describe, expect, it } from 'vitest';
import { createVerifier, hmacKey, hmacSigner, memoryReplayStore, signRequest, type VerificationError } from '../../src/index.ts';
import { verifyUrl } from '../../src/url/index.ts';

const SECRET = 'what the bank gave to jdoe, 32 bytes or more';

const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });

/** A signed request as a framework shows it, under the URL that it made up. */
async function shown(url: string, host: string, more: object = {}): Promise<Request> {
  const { fields } = await signRequest({ method: 'GET', scheme: 'http', authority: host, target: '/coins?a=1', fields: [] }, { signer });
  return Object.assign(new Request(url, { headers: { host, ...Object.fromEntries(fields) } }), more);
}

async function refusalOf(request: Request, authority: string | readonly string[]): Promise<VerificationError> {
  const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
  const verifier = createVerifier({ authority, resolveKey: () => hmacKey(SECRET), replayStore });
  return verifier.verifyRequest(request).then(
    () => expect.unreachable('it was accepted'),
    (error) => error as VerificationError,
  );
}

describe('the log of a refusal tells what a framework hid', () => {
  const hosts = ['bank.example', 'localhost:3000'];

  it.each([
    ['signature_mismatch', hosts],
    ['authority_forbidden', ['bank.example']],
  ] as const)('of the host: %s', async (code, authority) => {
    const error = await refusalOf(await shown('http://localhost:3000/coins?a=1', 'bank.example'), authority);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/Host field of the request is "bank.example".*"localhost:3000"/) });
    const { headers, body } = error.toProblem();
    expect(body).not.toContain('Host field');
    expect([headers['www-authenticate'], headers['accept-signature']]).toEqual([`Signature error="${code}"`, expect.any(String)]);
  });

  it('of Next.js, whose requests are known by their shape', async () => {
    const request = await shown('http://bank.example/coins?a=2', 'bank.example', { nextUrl: {} });
    expect((await refusalOf(request, hosts)).message).toMatch(/countersign\/next.*respelledQuery: true/);
    await expect(verifyUrl(request, { authority: 'bank.example', resolveKey: () => hmacKey(SECRET) })).rejects.toMatchObject({
      code: 'signature_missing',
    });
  });

  it('and nothing where it hid nothing, or where that is not the reason', async () => {
    const changed = await refusalOf(await shown('http://bank.example/coins?a=2', 'bank.example'), hosts);
    expect(changed.message).not.toMatch(/Host field|countersign\/next/);
    const unsigned = await refusalOf(new Request('http://localhost:3000/', { headers: { host: 'bank.example' } }), hosts);
    expect([unsigned.code, unsigned.message]).toEqual(['signature_missing', 'signature missing: the message has no signature']);
  });
});

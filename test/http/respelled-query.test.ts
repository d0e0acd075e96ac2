import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../src/crypto/hmac/hmac.ts';
import { VerificationError } from '../../src/errors.ts';
import { candidateTargets } from '../../src/http/respelled-request.ts';
import { signResponse } from '../../src/http/sign-response.ts';
import type { VerifierOptions } from '../../src/http/verifier.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { messageFromRequest, type RequestMessage } from '../../src/rfc9421/message.ts';
import type { QuerySpelling } from '../../src/rfc9421/stable-url.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { signedUrls, verifyUrl } from '../../src/url/verify-url.ts';

import { codeOf, countingStore, key, NOW, SECRET, signed, signer, verdict, verifier } from '../support/bank.ts';
import { inUrl, queryInSpelling, rewritten, soundQueries } from '../support/queries.ts';
import { rounds } from '../support/rounds.ts';

/** A request as a client sends it whose query is spelled so, and a framework shows it. */
async function shown(query: string, spelling: QuerySpelling = 'default', components?: readonly string[]): Promise<RequestMessage> {
  const target = `/coins${queryInSpelling(inUrl(query), spelling)}`;
  const request = await signed({ target }, { components });
  return { ...request, target: `/coins${rewritten(target.slice('/coins'.length))}` };
}

const respelledQuery = true;

/** What a refusal says to the client. */
async function detailOf(request: RequestMessage, options: Partial<VerifierOptions> = {}): Promise<string> {
  const error = await verifier({ respelledQuery, ...options })
    .verifyRequest(request)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof VerificationError)) throw new Error('it was accepted');
  const { code, detail = '' } = JSON.parse(error.toProblem().body) as { readonly code: string; readonly detail?: string };
  return `${error.status} ${code}: ${detail}`;
}

describe('a query that a framework wrote anew', () => {
  it.each([
    '?',
    '?to=jdoe',
    '?q=two%20words',
    '?q=two+words',
    '?q=~*:/?@!$,;()',
    '?flag',
    '?flag=',
    '?flag&q=two+words',
    '?flag&q=two%20words&r=a%20b',
    '?flag=&other=&q=a+b+c',
    '?flag&other&q=a%20b%20c',
    '?a%26b=%3D%2B&%C3%A9=%E2%82%AC',
    '?a=1&a=2',
    '?=x',
    '?=',
    '?a=b=c',
  ])('%s is verified where the verifier is told, and only there', async (query) => {
    const request = await shown(query);
    expect(await verdict(request, { respelledQuery })).toBe('accepted');
    const changed = (await signed({ target: `/coins${queryInSpelling(query, 'default')}` })).target !== request.target;
    expect(await verdict(request)).toBe(changed && request.target !== '/coins' ? 'signature_mismatch' : 'accepted');
  });

  it('shows the query as it was signed', async () => {
    const verified = await verifier({ respelledQuery }).verifyRequest(await shown('?flag&q=two%20words&r=~'));
    expect(verified.query()).toBe('?flag&q=two%20words&r=~');
    expect(verified.toRequest().url).toBe('https://bank.example/coins?flag&q=two%20words&r=~');
    expect(verified.text()).toContain('goldcoins');
  });

  it('is verified by other components of the target too', async () => {
    for (const components of [['@target-uri'], ['@request-target'], ['"@query-param";name="q"'], ['@target-uri', '@request-target']]) {
      const request = await shown('?flag&q=two%20words', 'default', components);
      expect([components, await verdict(request, { respelledQuery })]).toEqual([components, 'accepted']);
    }
  });

  it('is verified, whatever it is, in the form spelling', async () => {
    await fc.assert(
      fc.asyncProperty(soundQueries, async (query) => {
        expect(await verdict(await shown(query, 'form'), { respelledQuery })).toBe('accepted');
      }),
      { numRuns: rounds(2000) },
    );
  });

  it('is verified in a target of another form', async () => {
    const target = 'https://bank.example/coins?flag&q=two%20words';
    const request = {
      ...(await signed({ target: '/coins?flag&q=two%20words' })),
      target: target.replace('?flag&q=two%20words', '?flag=&q=two+words'),
    };
    const verified = await verifier({ respelledQuery, targetForms: ['absolute'] }).verifyRequest(request);
    expect([verified.path(), verified.query()]).toEqual(['/coins', '?flag&q=two%20words']);
    expect(candidateTargets(request.target)).toContain(target);
  });

  it('counts once, in whichever spelling it comes', async () => {
    const request = await signed({ target: '/coins?flag&q=two%20words' });
    const once = verifier({ respelledQuery, replayStore: countingStore() });
    const codes: string[] = [];
    for (const query of ['flag=&q=two+words', 'flag=&q=two%20words', 'flag&q=two+words'])
      codes.push(await codeOf(() => once.verifyRequest({ ...request, target: `/coins?${query}` })));
    expect(codes).toEqual(['accepted', 'nonce_replayed', 'nonce_replayed']);
  });

  it('is refused when something of it was changed', async () => {
    const request = await shown('?to=jdoe&q=a%20b');
    for (const target of [
      '/coins?to=mallory&q=a+b',
      '/coins?to=jdoe',
      '/coins?to=jdoe&q=a+b&r=',
      '/coins?q=a+b&to=jdoe',
      '/coin?to=jdoe&q=a+b',
    ])
      expect([target, await verdict({ ...request, target }, { respelledQuery })]).toEqual([target, 'signature_mismatch']);
  });

  it.each([
    ['?b=1&a=2&b=3', /the order of names/],
    ['?b=x&1=y', /the order of names/],
    ['?a=x%20y+z', /which blanks were \+/],
    ['?a&b=', /which pairs had no =/],
    ['?a=%FF', /bytes that are no UTF-8/],
    ['?a=b]=c', /how = was written behind \]/],
  ])('%s: what was lost is named, and the way out', async (query, loss) => {
    const detail = await detailOf(await shown(query));
    expect(detail).toMatch(/^400 target_malformed: /);
    expect(detail).toMatch(loss);
    expect(detail).toContain("createSignedFetch({ query: 'form' })");
    if (!query.includes('%FF')) expect(await verdict(await shown(query, 'form'), { respelledQuery })).toBe('accepted');
  });

  it('tells nobody whether there is a key', async () => {
    for (const [query, code] of [
      ['?b=1&a=2&b=3', '400 target_malformed'],
      ['?to=jdoe', '401 signature_mismatch'],
    ] as const) {
      const request = await shown(query);
      const answers = [
        await detailOf(request, { resolveKey: () => undefined }),
        await detailOf(request, { resolveKey: () => hmacKey(`${SECRET} of another`) }),
        await detailOf(request, { policy: { algorithms: ['ed25519'] } }),
      ];
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain(code);
    }
  });

  it('costs as much whether there is a key or not: two verifications a spelling', async () => {
    const request = { ...(await shown('?flag&q=two+words')), target: '/coins?flag=&q=other+words' };
    let count = 0;
    const verify: typeof key.verify = (...given) => {
      count++;
      return key.verify(...given);
    };
    const counting = { ...key, verify };
    expect(await verdict(request, { respelledQuery, resolveKey: () => ({ key: [counting, counting] }) })).toBe('signature_mismatch');
    expect(count).toBe(8);
  });

  it('is answered by a response for the query that was sent', async () => {
    const nonce = 'one-nonce';
    const sent = await signed({ target: '/coins?flag&q=two%20words' }, { nonce });
    const verified = await verifier({ respelledQuery }).verifyRequest({ ...sent, target: '/coins?flag=&q=two+words' });
    const answer = { status: 200, fields: [['content-type', 'text/plain'] as const], body: encodeUtf8('ok') };
    const { fields } = await signResponse(answer, messageFromRequest(verified.toRequest()), { signer, nonce, now: () => NOW });
    const response = { ...answer, fields: [...answer.fields, ...fields] };
    const { status } = await verifyResponse(response, sent, { resolveKey: () => key, nonce, now: () => NOW });
    expect(status).toBe(200);
  });

  it('comes as a signed URL, too', async () => {
    for (const query of ['', '?page=2&q=a b&~', '?b=1&a=2&b=3&10&9=&&2', '?x=(1)*']) {
      const url = await signUrl(`https://bank.example/files/x${query}`, { signer, expiresIn: 60, now: () => NOW });
      const at = `https://bank.example/files/x${rewritten(new URL(url).search)}`;
      const options = { authority: 'bank.example', resolveKey: () => key, now: () => NOW };
      expect(await codeOf(() => verifyUrl(at, { ...options, respelledQuery }))).toBe('accepted');
      expect(await codeOf(() => verifyUrl(at, options))).toBe(at === url ? 'accepted' : 'signature_mismatch');
      expect(await codeOf(() => verifyUrl(at.replace('/x', '/y'), { ...options, respelledQuery }))).toBe('signature_mismatch');
      expect(await verdict(new Request(at), { respelledQuery, query: signedUrls() })).toBe('accepted');
    }
  });

  it('must be told by true or false', () => {
    expect(() => verifier({ respelledQuery: 'yes' as never })).toThrow(TypeError);
    expect(() => verifier({ respelledQueries: true } as never)).toThrow(/respelledQuery/);
  });
});

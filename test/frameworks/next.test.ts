import { signRequest } from 'countersign';
import { signUrl } from 'countersign/url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, jdoe as impatient, order, refusalOf, signer } from './support/bank.ts';
import { closeSites, type NextSite, openSite } from './support/next-site.ts';
import { usePortal } from './support/portal-steps.ts';
import { EVERYDAY, LOST_AT_PROXY, LOST_UNSEEN, NASTY } from './support/queries.ts';

/** Jdoe waits while the development server compiles. */
const jdoe: typeof impatient = (options) => {
  const bank = impatient(options);
  return (input, init = {}) => bank(input, { signal: AbortSignal.timeout(120_000), ...init });
};

/** What a site runs as. The second and third take minutes to build: `npm run test:long`. */
const SITES: readonly NextSite[] = [
  { major: 16, mode: 'start' },
  ...(process.env['COUNTERSIGN_LONG']
    ? ([
        { major: 16, mode: 'dev' },
        { major: 15, mode: 'start' },
      ] as const)
    : []),
];

const PLACES = ['/api/coins', '/api/plain', '/guarded'] as const;

afterAll(closeSites);

describe.each(SITES)('Next $major, next $mode', { timeout: 300_000 }, (which) => {
  let url = '';

  beforeAll(async () => {
    url = await openSite(which);
  }, 600_000);

  it('verifies in route handlers, API routes and the proxy, whatever host request.url shows', async () => {
    for (const place of PLACES) {
      expect([place, (await jdoe()(`${url}${place}/a`)).status]).toEqual([place, 200]);
      const [status, content] = await answerOf(await jdoe()(`${url}${place}/a`, order));
      expect([place, status, content]).toEqual([place, 200, expect.objectContaining({ body: { currency: 'goldcoins', amount: 10 } })]);
    }
  });

  it('serves the portal from a route handler', async () => {
    await usePortal(url);
  });

  it('refuses what is not signed, what was changed, and what comes twice', async () => {
    for (const place of PLACES) {
      expect([place, ...(await refusalOf(await fetch(`${url}${place}/a`, order)))]).toEqual([place, 401, 'signature_missing']);
      const message = { method: 'GET', scheme: 'http', authority: new URL(url).host, target: `${place}/a?amount=10`, fields: [] };
      const headers = Object.fromEntries((await signRequest(message, { signer })).fields);
      expect([place, ...(await refusalOf(await fetch(`${url}${place}/a?amount=99`, { headers })))]).toEqual([
        place,
        401,
        'signature_mismatch',
      ]);
      expect([place, ...(await refusalOf(await fetch(`${url}${place}/b?amount=10`, { headers })))]).toEqual([
        place,
        401,
        'signature_mismatch',
      ]);
      expect((await fetch(`${url}${place}/a?amount=10`, { headers })).status).toBe(200);
      expect([place, ...(await refusalOf(await fetch(`${url}${place}/a?amount=10`, { headers })))]).toEqual([place, 401, 'nonce_replayed']);
    }
  });

  it('takes a signature for the host of the Host field alone', async () => {
    const message = { method: 'GET', scheme: 'http', authority: 'localhost:3000', target: '/api/coins', fields: [] };
    const headers = Object.fromEntries((await signRequest(message, { signer })).fields);
    expect(await refusalOf(await fetch(`${url}/api/coins`, { headers: { ...headers, 'x-forwarded-host': 'localhost:3000' } }))).toEqual([
      401,
      'signature_mismatch',
    ]);
  });

  it('keeps paths as they were sent: escapes in [[...catchAll]], rewrites', async () => {
    const paths = ['/api/coins/a%2Fb/c%20d', '/api/plain/a%2Fb/c%20d', '/api/coins/a@b;c=d,e+f', '/rewritten/x%2Fy?b=1&a=2'];
    const seen: unknown[] = [];
    for (const path of paths) seen.push(await answerOf(await jdoe()(url + path)));
    expect(seen).toEqual(paths.map((path) => [200, expect.objectContaining({ path: path.includes('?') ? path : `${path}?` })]));
  });

  it('asks for scopes', async () => {
    expect(await refusalOf(await jdoe()(`${url}/api/coins/mint`))).toEqual([403, 'scope_insufficient']);
  });

  it('has Next answer 500 where its own parser took the body', async () => {
    expect((await jdoe()(`${url}/api/parsed`, order)).status).toBe(500);
  });

  // One after the other: the development server compiles what it is asked for first.
  it.each(PLACES)('verifies every query in the form spelling, and every signed URL, at %s', async (place) => {
    const form = jdoe({ query: 'form' });
    const failed: string[] = [];
    for (const query of [...EVERYDAY, ...NASTY]) {
      const target = `${url}${place}/q?${query}`;
      if ((await form(target)).status !== 200) failed.push(`form ${query}`);
      if ((await fetch(await signUrl(target, { signer, expiresIn: 60 }))).status !== 200) failed.push(`url ${query}`);
    }
    expect(failed).toEqual([]);
  });

  it.each(PLACES)('verifies queries in the default spelling, or says what was lost, at %s', async (place) => {
    const lost: string[] = [];
    for (const query of [...EVERYDAY, ...NASTY]) {
      const answer = await jdoe()(`${url}${place}/q?${query}`);
      if (answer.status === 200) continue;
      lost.push(query);
      const problem = (await answer.json()) as { readonly code: string; readonly detail?: string };
      if (LOST_UNSEEN.includes(query)) expect([query, problem.code]).toEqual([query, 'signature_mismatch']);
      if (LOST_UNSEEN.includes(query)) continue;
      expect([query, problem.code, problem.detail]).toEqual([query, 'target_malformed', expect.stringContaining("query: 'form'")]);
    }
    expect(lost.filter((query) => EVERYDAY.includes(query))).toEqual([]);
    expect(lost).toContain('2=b&1=a&a=c');
    expect(lost.length).toBeLessThan(20);
    const form = jdoe({ query: 'form' });
    const keepsAll = which.major === 15 && place === '/guarded';
    expect((await form(`${url}${place}/q?a=1&__proto__=2`)).status).toBe(keepsAll ? 200 : 401);
    expect((await form(`${url}${place}/q?${LOST_AT_PROXY}`)).status).toBe(place === '/guarded' && !keepsAll ? 400 : 200);
  });
});

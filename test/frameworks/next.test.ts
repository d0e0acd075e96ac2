import { signRequest } from 'countersign';
import { signUrl } from 'countersign/url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium } from '../package/support/chromium.ts';
import { answerOf, jdoe as impatient, order, refusalOf, signer } from './support/bank.ts';
import { closeSites, type NextSite, openSite } from './support/next-site.ts';
import { usePortal } from './support/portal-steps.ts';
import { EVERYDAY, LOST_AT_PROXY, LOST_UNSEEN, NASTY } from './support/queries.ts';

/** Jdoe waits while the development server compiles. */
const jdoe: typeof impatient = (options) => {
  const bank = impatient(options);
  return (input, init = {}) => bank(input, { signal: AbortSignal.timeout(120_000), ...init });
};

/** What a site runs as. The others take minutes: `npm run test:long`. */
const SITES: readonly NextSite[] = [
  { major: 16, mode: 'start' },
  { major: 15, mode: 'start', middleware: 'edge' },
  ...(process.env['COUNTERSIGN_LONG']
    ? ([
        { major: 16, mode: 'dev' },
        { major: 15, mode: 'start' },
        { major: 15, mode: 'dev', middleware: 'edge' },
      ] as const)
    : []),
];

/** A route handler, an API route of `pages`, a route handler on the edge runtime, and a route behind the proxy. */
const PLACES = ['/api/coins', '/api/plain', '/api/edge', '/guarded'] as const;

afterAll(closeSites);

describe.each(SITES)('Next $major, next $mode, middleware: $middleware', { timeout: 300_000 }, (which) => {
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
    const paths = [
      '/api/coins/a%2Fb/c%20d',
      '/api/plain/a%2Fb/c%20d',
      '/api/edge/a%2Fb/c%20d?b=1&a=2',
      '/api/coins/a@b;c=d,e+f',
      '/rewritten/x%2Fy?b=1&a=2',
      '/fixed/n?b=1&a=2',
    ];
    const seen: unknown[] = [];
    for (const path of paths) seen.push(await answerOf(await jdoe()(url + path)));
    expect(seen).toEqual(paths.map((path) => [200, expect.objectContaining({ path: path.includes('?') ? path : `${path}?` })]));
  });

  it('verifies no query that a parameter of the route took the place of, on the edge runtime', async () => {
    expect((await jdoe()(`${url}/api/edge/a?b=1`)).status).toBe(200);
    expect(await refusalOf(await jdoe()(`${url}/api/edge/a?rest=mine&b=1`))).toEqual([401, 'signature_mismatch']);
  });

  it('tells the log of a handler that does without the adapter what Next hid', async () => {
    const [status, said] = await answerOf(await jdoe()(`${url}/api/bare?a=b+c`));
    expect([status, said]).toEqual([
      401,
      { code: 'authority_forbidden', message: expect.stringContaining('verified of countersign/next') },
    ]);
  });

  it('takes long bodies; of one beyond 10 MiB the proxy is handed so much, which is no fault of the sender', async () => {
    const bank = jdoe({ maxBodyBytes: 2 ** 25, retry: undefined });
    const statuses: unknown[] = [];
    for (const [place, megabytes] of [
      ['/api/coins', 11],
      ['/guarded', 10],
      ['/guarded', 11],
    ] as const) {
      const body = `"${'x'.repeat(megabytes * 2 ** 20 - 2)}"`;
      statuses.push([place, megabytes, (await bank(`${url}${place}/a`, { ...order, body })).status]);
    }
    expect(statuses).toEqual([
      ['/api/coins', 11, 200],
      ['/guarded', 10, 200],
      ['/guarded', 11, 500],
    ]);
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
    const keepsAll = place === '/api/edge' || (which.major === 15 && place === '/guarded');
    expect((await form(`${url}${place}/q?a=1&__proto__=2`)).status).toBe(keepsAll ? 200 : 401);
    const losesMembers = which.major === 16 && (place === '/api/edge' || place === '/guarded');
    expect((await form(`${url}${place}/q?${LOST_AT_PROXY}`)).status).toBe(losesMembers ? 400 : 200);
  });
});

describe('Next 16 with basePath and trailingSlash', { timeout: 300_000 }, () => {
  let url = '';

  beforeAll(async () => {
    url = await openSite({ major: 16, mode: 'start', basePath: '/bank' });
  }, 600_000);

  it('verifies what clients sent: routes by the prefix that they are told, the proxy and the edge by themselves', async () => {
    for (const place of PLACES)
      for (const path of [`${place}/a%2Fb/c%20d/?b=1&a=2`, `${place}/?q=gold+coins`]) {
        expect([path, (await jdoe()(url + path)).status]).toEqual([path, 200]);
        expect([path, (await fetch(await signUrl(url + path, { signer, expiresIn: 60 }))).status]).toEqual([path, 200]);
      }
  });

  it('takes no signature for the path without it', async () => {
    const { host } = new URL(url);
    const message = { method: 'GET', scheme: 'http', authority: host, target: '/api/coins/a/', fields: [] };
    const headers = Object.fromEntries((await signRequest(message, { signer })).fields);
    expect(await refusalOf(await fetch(`${url}/api/coins/a/`, { headers }))).toEqual([401, 'signature_mismatch']);
  });

  it('has the signed fetch sign anew where Next puts the slash; a signed URL must have it', async () => {
    for (const place of PLACES) expect([place, (await jdoe()(`${url}${place}/a?b=1`)).status]).toEqual([place, 200]);
    const signed = await signUrl(`${url}/api/coins/a`, { signer, expiresIn: 60 });
    expect(await refusalOf(await fetch(signed))).toEqual([401, 'signature_mismatch']);
  });
});

describe('signed URLs that a browser opens', { timeout: 120_000 }, () => {
  it.runIf(hasChromium || process.env['CI'])('are verified in each place', async () => {
    const url = await openSite({ major: 16, mode: 'start' });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const failed: string[] = [];
      for (const [index, query] of [...EVERYDAY, ...NASTY].entries()) {
        const place = PLACES[index % PLACES.length];
        const answer = await page.goto(await signUrl(`${url}${place}/q?${query}`, { signer, expiresIn: 60 }));
        if (answer?.status() !== 200) failed.push(`${place} ${query}`);
      }
      expect(failed).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

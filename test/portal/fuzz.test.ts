/** Whatever is sent to the portal, it is no 500, no markup of it comes back, and no key of somebody else changes. */
import type { PortalUser } from 'countersign/portal';
import { expect, it } from 'vitest';
import { routes } from '../../src/portal/routes.ts';
import { createRandom, type Random } from '../support/random.ts';
import { rounds } from '../support/rounds.ts';
import { allKeys, BASE, ELSEWHERE, fieldsOf, JDOE, ORIGIN, openPortal, ROE, requestKey, STAFF } from './support.ts';

/** More of it in `npm run test:long`. */
const ROUNDS = process.env['COUNTERSIGN_LONG'] === undefined ? rounds(10_000) : 100_000;

const MARK = '<i id=pwned>';

const { visit, apiKeys, told } = openPortal({}, { maxKeysPerOwner: 30 });
const mine = await requestKey(visit(ROE));
const foreign = await requestKey(visit(JDOE), { name: 'not mine' });

const PIECES = [
  MARK,
  '"',
  "'",
  '<',
  '>',
  '&',
  '%',
  '%00',
  '%ff',
  '\0',
  '\u202e',
  '\ud800',
  '..',
  '/',
  '?',
  '=',
  '+',
  ' ',
  '\n',
  'true',
  '0',
  '-1',
  '86400',
  'yes',
  'hmac',
  'ed25519',
  'forever',
  'coins:read',
  '__proto__',
  'constructor',
  'javascript:',
  'x'.repeat(300),
  mine.keyid,
  foreign.keyid,
  mine.secret,
];

const text = (random: Random): string => Array.from({ length: random.int(4) }, () => random.pick(PIECES)).join('');

const wellFormed = (random: Random): string => text(random).replace(/\p{Cs}/gu, '');

const NAMES = [
  'token',
  'name',
  'kind',
  'scopes',
  'lifetime',
  'overlap',
  'revision',
  'reason',
  'sure',
  'challenge',
  'x',
  'proof',
  'keyid',
  'secret',
  'q',
  'tenant',
  'state',
  'unused',
  'expiring',
  'after',
  'done',
  '__proto__',
];

function pathOf(random: Random): string {
  const route = random.pick(routes).path;
  const keyid = random.pick([mine.keyid, foreign.keyid, encodeURIComponent(wellFormed(random)), text(random)]);
  const path = BASE + route.replace(':keyid', keyid);
  const change = random.int(8);
  if (change === 0) return `${path}/${text(random)}`;
  if (change === 1) return path.slice(0, random.int(path.length + 1));
  return path;
}

function queryOf(random: Random): string {
  if (random.int(2) === 0) return '';
  const pairs = Array.from(
    { length: random.int(4) },
    () => `${random.pick(NAMES)}=${random.int(2) === 0 ? text(random) : encodeURIComponent(wellFormed(random))}`,
  );
  return `?${pairs.join('&')}`;
}

const SITES = ['same-origin', 'same-origin', 'same-origin', 'cross-site', 'none', MARK.replace(/[^ -~]/g, '')];

/** Requests that are good, so that what is behind the doors is met too: a form, where it goes, and whose it is. */
const good = await Promise.all(
  (
    [
      [ROE, `${BASE}/new`, `${BASE}/new`],
      [ROE, `${BASE}/new`, `${BASE}/new`],
      [ROE, `${BASE}/key/${mine.keyid}`, `${BASE}/key/${mine.keyid}/rotate`],
      [ROE, `${BASE}/key/${mine.keyid}`, `${BASE}/key/${mine.keyid}/disable`],
      [ROE, `${BASE}/key/${mine.keyid}`, `${BASE}/key/${mine.keyid}/revoke`],
      [STAFF, `${BASE}/all`, `${BASE}/all`],
    ] as const
  ).map(async ([user, page, path]) => ({ user, path, fields: fieldsOf((await visit(user).get(page)).html, path) })),
);

const FILLED = { name: 'fuzz', lifetime: 'forever', overlap: '3600', q: 'roe' };

function bodyOf(random: Random, fields: Readonly<Record<string, string>>): string | Uint8Array<ArrayBuffer> {
  const kind = random.int(12);
  if (kind === 0) return new Uint8Array(random.bytes(random.int(100)));
  if (kind === 1) return text(random);
  const filled = new URLSearchParams({ ...fields, ...FILLED, kind: random.pick(['hmac', 'bearer', 'ed25519']) });
  for (let count = random.int(4); count > 0; count--) filled[random.int(4) === 0 ? 'append' : 'set'](random.pick(NAMES), text(random));
  return filled.toString();
}

interface Attempt {
  readonly request: Request;
  readonly user: PortalUser | undefined;
}

function attemptOf(random: Random): Attempt | undefined {
  const { user, path, fields } = random.pick(good);
  const isGood = random.int(3) === 0;
  const method = isGood ? 'POST' : random.pick(['GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'OPTIONS']);
  const headers: Record<string, string> = { 'sec-fetch-site': isGood ? 'same-origin' : random.pick(SITES) };
  if (method !== 'GET' && method !== 'HEAD') headers['content-type'] = isGood ? TYPES[0]! : random.pick(TYPES);
  const body = method === 'POST' || method === 'PUT' ? bodyOf(random, fields) : null;
  try {
    const target = isGood ? path : pathOf(random) + queryOf(random);
    return { user: isGood ? user : random.pick(USERS), request: new Request(ORIGIN + target, { method, headers, body }) };
  } catch {
    // No client sends it either.
    return undefined;
  }
}

const TYPES = ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded;charset=x', 'text/html', MARK];

const USERS = [ROE, ROE, ELSEWHERE, STAFF, undefined];

it(`is answered below 500, without markup, ${ROUNDS} times`, { timeout: 600_000 }, async () => {
  const random = createRandom('portal');
  const statuses = new Map<number, number>();
  const before = JSON.stringify(await apiKeys.get(foreign.keyid));
  let answered = 0;
  while (answered < ROUNDS) {
    const attempt = attemptOf(random);
    if (attempt === undefined) continue;
    answered++;
    const { request, user } = attempt;
    const what = `${request.method} ${request.url}`;
    const { status, headers, html } = await visit(user).request(request.url.slice(ORIGIN.length), request);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect(status, what).toBeLessThan(500);
    expect(html, what).not.toContain(MARK);
    expect(html, what).not.toMatch(/<script>|(?:href|src|action)="\s*javascript:/i);
    expect([...headers].map(String).join('\n'), what).not.toMatch(/<i id|_sec_/);
    if (user !== STAFF) expect(html, what).not.toContain('not mine');
  }
  console.log('portal:', Object.fromEntries([...statuses].sort()));
  // What is behind the doors was met too.
  for (const status of [200, 303, 400, 401, 403, 404, 405, 409, 422]) expect([status, statuses.has(status)]).toEqual([status, true]);
  expect(told).toEqual([]);
  expect(JSON.stringify(await apiKeys.get(foreign.keyid))).toBe(before);
  expect((await allKeys(apiKeys)).filter(({ owner, tenant }) => owner === 'jdoe' && tenant === '')).toHaveLength(1);
});

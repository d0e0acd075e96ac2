/** The table of routes: who may what, with which method, from where. */
import { describe, expect, it } from 'vitest';
import { formTokens } from '../../src/portal/form-token.ts';
import { routes } from '../../src/portal/routes.ts';
import { NOON } from '../api-key/setup.ts';
import { allKeys, BASE, ELSEWHERE, fieldsOf, JDOE, ORIGIN, openPortal, ROE, requestKey, STAFF } from './support.ts';

/** Every route, with a keyid. */
const pathsOf = (keyid: string) =>
  routes.map((route) => ({ ...route, path: BASE + route.path.replace(':keyid', encodeURIComponent(keyid)) }));

const OF_A_KEY = routes.filter(({ path }) => path.includes(':keyid'));

async function setup() {
  const opened = openPortal();
  const { keyid, secret } = await requestKey(opened.visit(JDOE));
  return { ...opened, keyid, secret };
}

describe('every route', () => {
  it('has a page or a form, and each form a purpose', () => {
    for (const { path, show, send, purpose } of routes) {
      expect(show ?? send, path).toBeDefined();
      expect(send === undefined, path).toBe(purpose === undefined);
    }
    expect(OF_A_KEY.length).toBeGreaterThan(5);
  });

  it('is there for who is known, with headers that keep it to itself', async () => {
    const { visit, keyid } = await setup();
    for (const { path, show } of pathsOf(keyid)) {
      const { status, headers } = await visit(STAFF).get(path);
      expect([path, status]).toEqual([path, show ? 200 : 405]);
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'self'; script-src 'self';.*frame-ancestors 'none'/,
      );
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('answers other methods 405, and says which it takes', async () => {
    const { visit, keyid } = await setup();
    for (const { path, show, send } of pathsOf(keyid)) {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', ...(send ? [] : ['POST']), ...(show ? [] : ['GET', 'HEAD'])]) {
        const { status, headers } = await visit(STAFF).request(path, { method });
        const allow = [...(show ? ['GET', 'HEAD'] : []), ...(send ? ['POST'] : [])].join(', ');
        expect([method, path, status, headers.get('allow')]).toEqual([method, path, 405, allow]);
      }
      if (show) expect(await visit(STAFF).request(path, { method: 'HEAD' })).toMatchObject({ status: 200, html: '' });
    }
  });

  it('is not there for a stranger', async () => {
    const { visit, keyid } = await setup();
    for (const { path } of pathsOf(keyid)) {
      expect([path, (await visit(undefined).get(path)).status]).toEqual([path, 401]);
      expect([path, (await visit(undefined).post(path, {})).status]).toEqual([path, 401]);
    }
  });

  it('leads a stranger where the provider says', async () => {
    const login = () => new Response(null, { status: 302, headers: { location: 'https://login.bank.example/' } });
    const { portal } = openPortal({ authenticate: login });
    for (const { path } of pathsOf('x')) expect((await portal(new Request(ORIGIN + path))).status).toBe(302);
  });

  it.each([
    '/',
    '/key',
    '/keysx',
    '/keys/x',
    '/keys//',
    '/keys/key',
    '/keys/key/',
    '/keys/key/%',
    '/keys/key/%ff',
    '/keys/key/x/y/z',
    '/keys/assets/x',
    '/keys/assets/constructor',
    '/keys/__proto__',
    '/keys/key/%00',
  ])('is none at %s: 404', async (path) => {
    expect((await openPortal().visit(STAFF).get(path)).status).toBe(404);
  });
});

describe('a key of somebody else', () => {
  it.each([
    ['another owner', ROE],
    ['the same name of another tenant', ELSEWHERE],
  ])('is not there for %s: one answer on every route, as for a key that is nobody’s, and nothing is changed', async (_, user) => {
    const { visit, keyid, secret, apiKeys } = await setup();
    const visitor = visit(user);
    const own = await requestKey(visitor);
    const before = JSON.stringify(await allKeys(apiKeys));
    for (const id of [keyid, 'bank_live_nobodys']) {
      for (const { path, show, send } of OF_A_KEY) {
        const at = BASE + path.replace(':keyid', id);
        if (show) expect([at, await visitor.get(at)]).toEqual([at, expect.objectContaining({ status: 404 })]);
        if (!send) continue;
        // A token of his own is none for it; and one that is made for it by whoever has the secret leads no further.
        const stolen = fieldsOf((await visitor.get(`${BASE}/key/${own.keyid}`)).html, `${BASE}/key/${own.keyid}/revoke`);
        const sent = { ...stolen, reason: 'mine', sure: 'yes', overlap: '0', challenge: 'x', x: 'x', proof: 'x' };
        expect([at, (await visitor.post(at, sent)).status]).toEqual([at, 403]);
        const forged = openPortal({ apiKeys, authenticate: () => user }).portal;
        const token = await tokenFor(user, path.includes('rotate-to') ? `rotate x ${id}` : `key ${id}`);
        const body = new URLSearchParams({ ...sent, token });
        const answer = await forged(new Request(ORIGIN + at, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin' } }));
        expect([at, answer.status]).toEqual([at, 404]);
        expect(await answer.text()).toContain('There is no such page, or no such key of yours.');
      }
    }
    const env = await visitor.post(`${BASE}/env`, { token: await tokenFor(user, 'env'), keyid, secret });
    expect(env.status).toBe(404);
    expect(JSON.stringify(await allKeys(apiKeys))).toBe(before);
    expect((await visitor.get(BASE)).html).not.toContain(keyid);
  });

  it('is there for staff, who stop it and end it, and never get a secret of it', async () => {
    const { visit, keyid, apiKeys } = await setup();
    const staff = visit(STAFF);
    const page = `${BASE}/key/${keyid}`;
    expect((await staff.get(page)).html).not.toContain(`${page}/rotate"`);
    const token = fieldsOf((await staff.get(page)).html, `${page}/disable`);
    expect((await staff.post(`${page}/rotate`, { ...token, overlap: '0' })).status).toBe(404);
    expect((await staff.submit(page, `${page}/disable`, {})).status).toBe(303);
    // What the provider stopped, its owner does not start again; nor rotates away.
    const { html } = await visit(JDOE).get(page);
    expect(html).not.toContain(`${page}/enable"`);
    const own = fieldsOf(html, `${page}/revoke`);
    expect((await visit(JDOE).post(`${page}/enable`, own)).status).toBe(403);
    expect((await visit(JDOE).post(`${page}/rotate`, { ...own, overlap: '0' })).status).toBe(409);
    expect((await staff.submit(page, `${page}/enable`, {})).status).toBe(303);
    expect((await staff.submit(page, `${page}/revoke`, { reason: 'abuse', sure: 'yes' })).status).toBe(303);
    expect(await apiKeys.get(keyid)).toMatchObject({ status: 'revoked', reason: 'abuse' });
    expect((await apiKeys.events({ keyid })).map(({ actor, action }) => `${actor}: ${action}`)).toEqual([
      'jdoe: issued',
      'sam (staff): disabled',
      'sam (staff): enabled',
      'sam (staff): revoked',
    ]);
  });

  it('that waits to be enabled is enabled by staff only, and not brought to life by a rotation', async () => {
    const { visit, apiKeys, clock } = openPortal();
    const pending = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', status: 'pending' });
    const scheduled = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', notBefore: clock.now + 1000 });
    const expired = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', expiresIn: 10 });
    clock.now += 100;
    for (const { keyid } of [pending, scheduled, expired]) {
      const page = `${BASE}/key/${keyid}`;
      const fields = fieldsOf((await visit(JDOE).get(page)).html, `${page}/revoke`);
      expect((await visit(JDOE).post(`${page}/rotate`, { ...fields, overlap: '0' })).status).toBe(409);
      expect((await visit(JDOE).post(`${page}/enable`, fields)).status).toBe(403);
    }
    expect((await visit(STAFF).submit(`${BASE}/key/${pending.keyid}`, `${BASE}/key/${pending.keyid}/enable`, {})).status).toBe(303);
  });
});

describe('pages of staff', () => {
  it('are not there for developers', async () => {
    const { visit } = openPortal();
    for (const { path, staff } of routes) if (staff) expect((await visit(JDOE).get(BASE + path)).status).toBe(404);
    expect((await visit(JDOE).post(`${BASE}/all`, { token: await tokenFor(JDOE, 'search'), q: 'roe' })).status).toBe(404);
  });
});

/** A token as the portal makes it: what somebody would need who had the secret of the forms. */
async function tokenFor(user: typeof JDOE, purpose: string): Promise<string> {
  const tokens = formTokens({
    formSecret: new Uint8Array(32).fill(3),
    now: () => NOON,
    randomBytes: (length) => new Uint8Array(length).fill(4),
  });
  const viewer = { tenant: '', staff: false, session: '', name: '', ...user } as Parameters<typeof tokens.create>[0];
  return tokens.create(viewer, purpose);
}

describe('a form', () => {
  const from = (headers: Record<string, string>) => async () => {
    const { visit } = openPortal();
    const { html } = await visit(JDOE).get(`${BASE}/new`);
    return visit(JDOE).post(`${BASE}/new`, { ...fieldsOf(html, `${BASE}/new`), name: 'x', kind: 'hmac', lifetime: 'forever' }, headers);
  };

  it.each([
    ['of this origin', { 'sec-fetch-site': 'same-origin' }, 200],
    ['of this origin, whose policy hides it', { 'sec-fetch-site': 'same-origin', origin: 'null' }, 200],
    ['of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['of another host of this site', { 'sec-fetch-site': 'same-site' }, 403],
    ['of the address bar', { 'sec-fetch-site': 'none' }, 403],
    ['of an old browser here', { origin: ORIGIN }, 200],
    ['of an old browser elsewhere', { origin: 'https://evil.example' }, 403],
    ['of a sandbox', { origin: 'null' }, 403],
    ['of nobody who says', {}, 403],
    ['of another port', { origin: `${ORIGIN}:8443` }, 403],
  ])('is taken or refused by where it comes from: %s', async (_, headers, status) => {
    expect((await from(headers as Record<string, string>)()).status).toBe(status);
  });

  it('behind a proxy comes from the origin that browsers see', async () => {
    const { visit } = openPortal({ origin: 'https://developers.bank.example' });
    const { html } = await visit(JDOE).get(`${BASE}/new`);
    const sent = { ...fieldsOf(html, `${BASE}/new`), name: 'x', kind: 'hmac', lifetime: 'forever' };
    expect((await visit(JDOE).post(`${BASE}/new`, sent, { origin: 'https://developers.bank.example' })).status).toBe(200);
    expect((await visit(JDOE).post(`${BASE}/new`, sent, { origin: ORIGIN })).status).toBe(403);
  });

  it('needs a token for this user, session, purpose, and time', async () => {
    const { visit, clock, apiKeys } = openPortal();
    const { html } = await visit(JDOE).get(`${BASE}/new`);
    const { token = '' } = fieldsOf(html, `${BASE}/new`);
    const filled = { name: 'x', kind: 'hmac', lifetime: 'forever' };
    const changed = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const wrong of ['', 'x', changed, `${token} `, token.slice(1), await tokenFor(JDOE, 'search')])
      expect((await visit(JDOE).post(`${BASE}/new`, { ...filled, token: wrong })).status).toBe(403);
    for (const user of [ROE, ELSEWHERE, { ...JDOE, session: 's9' }])
      expect((await visit(user).post(`${BASE}/new`, { ...filled, token })).status).toBe(403);
    clock.now += 43_201;
    expect((await visit(JDOE).post(`${BASE}/new`, { ...filled, token })).status).toBe(403);
    clock.now -= 1;
    expect(await allKeys(apiKeys)).toEqual([]);
    expect((await visit(JDOE).post(`${BASE}/new`, { ...filled, token })).status).toBe(200);
  });

  it.each([
    ['JSON', 'application/json', '{}', 415],
    ['parts', 'multipart/form-data; boundary=x', '--x--', 415],
    ['plain text', 'text/plain', 'token=x', 415],
    ['no type', '', 'token=x', 415],
    ['too much', 'application/x-www-form-urlencoded', `token=${'x'.repeat(20_000)}`, 413],
    ['no UTF-8', 'application/x-www-form-urlencoded', new Uint8Array([0xff, 0xfe]), 400],
    ['a broken escape', 'application/x-www-form-urlencoded', 'token=%zz', 400],
    ['two tokens', 'application/x-www-form-urlencoded', 'token=a&token=b', 400],
    ['very many fields', 'application/x-www-form-urlencoded', 'a=&'.repeat(300), 400],
  ])('that is %s is refused', async (_, type, body, status) => {
    const headers = { 'sec-fetch-site': 'same-origin', ...(type === '' ? {} : { 'content-type': type }) };
    const { visit } = openPortal();
    expect(
      (
        await visit(JDOE).request(`${BASE}/new`, {
          method: 'POST',
          headers,
          body: type === '' ? new TextEncoder().encode('token=x') : body,
        })
      ).status,
    ).toBe(status);
  });
});

describe('files', () => {
  it('are there for everybody, kept while their address stays', async () => {
    const { visit } = openPortal();
    const { html } = await visit(JDOE).get(BASE);
    const links = [...html.matchAll(/(?:href|src)="(\/keys\/assets\/[^"]+)"/g)].map(([, link]) => link!);
    expect(links).toHaveLength(3);
    for (const link of links) {
      const { status, headers } = await visit(undefined).get(link);
      expect([link, status, headers.get('cache-control')]).toEqual([link, 200, expect.stringContaining('immutable')]);
      expect((await visit(undefined).get(link.replace(/v=.*/, 'v=old'))).headers.get('cache-control')).toBe('no-store');
      expect((await visit(undefined).post(link, {})).status).toBe(405);
    }
    const script = await visit(undefined).get(links.find((link) => link.includes('.js'))!);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(() => new Function(script.html)).not.toThrow();
    expect(script.html).not.toMatch(/innerHTML|eval|document\.write/);
  });

  it('carry no script or style in any page', async () => {
    const { visit, keyid } = await setup();
    for (const { path, show } of pathsOf(keyid)) {
      if (!show) continue;
      const { html } = await visit(STAFF).get(path);
      expect(html, path).not.toMatch(/<style|style=|<script>|<script [^>]*>[^<]|\son\w+=/);
    }
  });
});

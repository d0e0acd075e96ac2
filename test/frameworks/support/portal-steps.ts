/** What a developer does at a portal that some framework has mounted under `/bank/keys`, over a real socket. */
import { aesGcmSealer, createApiKeys, memoryKeyStore } from 'countersign/api-keys';
import { createKeyPortal, type KeyPortal } from 'countersign/portal';
import { expect } from 'vitest';

export const MOUNT = '/bank/keys';

/** A portal whose visitor is who the cookie says. */
export function testPortal(): KeyPortal {
  const sealer = aesGcmSealer({ current: 'm', keys: { m: new Uint8Array(32).fill(1) } });
  return createKeyPortal({
    apiKeys: createApiKeys({ store: memoryKeyStore(), sealer, prefix: 'bank' }),
    basePath: MOUNT,
    formSecret: new Uint8Array(32).fill(2),
    authenticate: ({ headers }) => {
      const owner = headers.get('cookie')?.replace('user=', '');
      return owner === undefined ? undefined : { owner };
    },
  });
}

const fieldsOf = (html: string, action: string): [string, string][] =>
  [
    ...html
      .split(`action="${action}"`)[1]!
      .split('</form>')[0]!
      .matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g),
  ].map(([, name, value]) => [name!, value!]);

/** Requests a key, saves it, and revokes it; and what no framework may lose on the way: methods, statuses, fields, limits. */
export async function usePortal(origin: string): Promise<void> {
  const headers = { cookie: 'user=jdoe', 'sec-fetch-site': 'same-origin' };
  const get = (path: string, init: RequestInit = {}) => fetch(origin + MOUNT + path, { headers, redirect: 'manual', ...init });
  const post = (path: string, fields: [string, string][], more: RequestInit = {}) =>
    get(path, { method: 'POST', body: new URLSearchParams(fields), ...more });
  const page = async (path: string): Promise<string> => (await get(path)).text();

  const home = await get('');
  expect([home.status, home.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(home.headers.get('content-security-policy')).toContain("script-src 'self'");
  const html = await home.text();
  const script = /src="([^"]+)"/.exec(html)?.[1] ?? '';
  const asset = await fetch(origin + script);
  expect([asset.status, asset.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  expect((await get('', { headers: {} })).status).toBe(401);

  const form = fieldsOf(await page('/new'), `${MOUNT}/new`);
  const filled: [string, string][] = [...form, ['name', 'of a främe'], ['kind', 'hmac'], ['lifetime', 'forever']];
  const issued = await post('/new', filled);
  expect(issued.status).toBe(200);
  const shown = await issued.text();
  const env = fieldsOf(shown, `${MOUNT}/env`);
  const { keyid = '', secret = '' } = Object.fromEntries(env);
  expect((await post('/new', filled)).status).toBe(409);
  const saved = await post('/env', env);
  expect(saved.headers.get('content-disposition')).toBe(`attachment; filename="${keyid}.env"`);
  expect(await saved.text()).toBe(`COUNTERSIGN_KEYID=${keyid}\nCOUNTERSIGN_SECRET=${secret}\n`);

  const key = await page(`/key/${keyid}`);
  expect(key).toContain('of a främe');
  expect(key).not.toContain(secret);
  expect((await get(`/key/${keyid}`, { headers: { ...headers, cookie: 'user=roe' } })).status).toBe(404);
  const revoke: [string, string][] = [...fieldsOf(key, `${MOUNT}/key/${keyid}/revoke`), ['reason', 'over'], ['sure', 'yes']];
  expect((await post(`/key/${keyid}/revoke`, revoke, { headers: { ...headers, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  const revoked = await post(`/key/${keyid}/revoke`, revoke);
  expect([revoked.status, revoked.headers.get('location')]).toEqual([303, `${MOUNT}/key/${keyid}?done=revoked`]);
  expect(await page(`/key/${keyid}`)).toContain('data-state="revoked"');

  expect((await get('/nothing')).status).toBe(404);
  expect((await post('/new', [['name', 'x'.repeat(20_000)]])).status).toBe(413);
  expect((await get('', { method: 'HEAD' })).status).toBe(200);
  // After a form that was too long, the connection still serves.
  expect((await get('')).status).toBe(200);
}

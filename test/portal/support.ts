/** A portal over keys in memory, and a visitor who sends its forms as a browser does. */
import type { ApiKeys, ApiKeysOptions } from 'countersign/api-keys';
import { createKeyPortal, type KeyPortal, type KeyPortalOptions, type PortalUser } from 'countersign/portal';
import { type OpenKeys, openKeys } from '../api-key/setup.ts';

export const ORIGIN = 'https://bank.example';

export const BASE = '/keys';

export const JDOE: PortalUser = { owner: 'jdoe', session: 's1', name: 'Jane Doe' };
export const ROE: PortalUser = { owner: 'roe', session: 's2' };
export const ELSEWHERE: PortalUser = { owner: 'jdoe', tenant: 'acme', session: 's3' };
export const STAFF: PortalUser = { owner: 'sam', session: 's4', staff: true };

export interface OpenPortal extends OpenKeys {
  readonly portal: KeyPortal;
  /** What `onError` was told. */
  readonly told: unknown[];
  /** A browser in which somebody is logged in. */
  visit(user: PortalUser | undefined): Visitor;
}

export function openPortal(options: Partial<KeyPortalOptions> = {}, keys: Partial<ApiKeysOptions> = {}): OpenPortal {
  const opened = openKeys(keys);
  const told: unknown[] = [];
  const users = new WeakMap<Request, PortalUser | undefined>();
  const portal = createKeyPortal({
    apiKeys: opened.apiKeys,
    authenticate: (request) => users.get(request),
    formSecret: new Uint8Array(32).fill(3),
    basePath: BASE,
    kinds: ['hmac', 'ed25519', 'bearer'],
    scopes: [{ scope: 'coins:read', description: 'See balances.' }, { scope: 'coins:write' }],
    firstRequest: { url: 'https://bank.example/coins', body: '{"amount":10}' },
    title: 'The bank',
    now: () => opened.clock.now,
    onError: (error) => told.push(error),
    ...options,
  });
  const send = (request: Request, user: PortalUser | undefined): Promise<Response> => {
    users.set(request, user);
    return portal(request);
  };
  return { ...opened, portal, told, visit: (user) => new Visitor((request) => send(request, user)) };
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Somebody with a browser. */
export class Visitor {
  readonly #send: (request: Request) => Promise<Response>;

  constructor(send: (request: Request) => Promise<Response>) {
    this.#send = send;
  }

  async request(path: string, init: RequestInit = {}): Promise<Page> {
    const answer = await this.#send(new Request(ORIGIN + path, init));
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  }

  get(path: string): Promise<Page> {
    return this.request(path);
  }

  /** Sends a form as a page of this origin does. */
  post(path: string, fields: Fields, headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' }): Promise<Page> {
    return this.request(path, { method: 'POST', headers, body: bodyOf(fields) });
  }

  /** Opens a page, and sends the form there that goes to `action`, with what is filled in. */
  async submit(page: string, action: string, filled: Fields): Promise<Page> {
    const { html } = await this.get(page);
    return this.post(action, { ...fieldsOf(html, action), ...filled });
  }
}

function bodyOf(fields: Fields): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])));
}

/** The hidden fields of the form of a page. */
export function fieldsOf(html: string, action: string): Record<string, string> {
  const [, form] = html.split(`action="${action}"`);
  if (form === undefined) throw new Error(`the page has no form for ${action}:\n${html}`);
  const inputs = form.split('</form>')[0]!.matchAll(/<input\s+type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, value!]));
}

export const NEW_KEY: Fields = { name: 'billing', kind: 'hmac', lifetime: String(90 * 86_400) };

/** Requests a key by the page. */
export async function requestKey(
  visitor: Visitor,
  filled: Fields = {},
): Promise<{ readonly keyid: string; readonly secret: string; readonly page: Page }> {
  const page = await visitor.submit(`${BASE}/new`, `${BASE}/new`, { ...NEW_KEY, ...filled });
  const [, secret = ''] = /id="secret-value"[^>]*>([^<]*)</.exec(page.html) ?? [];
  const [, keyid = ''] = /name="keyid" value="([^"]*)"/.exec(page.html) ?? [];
  return { keyid, secret, page };
}

/** Every key there is. */
export async function allKeys(apiKeys: ApiKeys) {
  return (await apiKeys.list({ limit: 1000 })).keys;
}

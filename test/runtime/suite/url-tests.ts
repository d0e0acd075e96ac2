/**
 * Signed URLs in the hands of a page: whatever can open a URL opens it, and none with a parameter changed.
 *
 * @module
 */

import { signUrl } from 'countersign/url';
import { type CarrierServer, carrierServer, GREETING } from './carriers.ts';
import { type Declare, equal, ok } from './collect.ts';
import { engine } from './engine.ts';
import { clickLink, eitherEvent } from './frame.ts';
import { suiteSigner } from './keys.ts';

const LIFETIME = 600;
const QUERY = '?amount=10&to=j.%20d%C3%B6e';

/** One way to open a URL: whether the page was let in, or `undefined` where it is not told. */
interface Opener {
  readonly kind: string;
  readonly method?: string;
  readonly scheme?: string;
  open(url: string): Promise<boolean | undefined>;
}

const fetched =
  (method: string) =>
  async (url: string): Promise<boolean> =>
    (await fetch(url, { method, ...(method === 'PUT' && { body: 'content' }) })).ok;

const openers: Readonly<Record<string, Opener>> = {
  'a link': { kind: 'link', open: async (url) => void clickLink(url) },
  'an image': {
    kind: 'image',
    open: (url) => {
      const image = new Image();
      image.src = url;
      return eitherEvent(image, 'load', 'error').then((event) => event !== undefined && image.naturalWidth === 1);
    },
  },
  'an EventSource': {
    kind: 'events',
    open: async (url) => {
      const source = new EventSource(url);
      const event = await eitherEvent(source, 'message', 'error').finally(() => source.close());
      return (event as MessageEvent | undefined)?.data === GREETING;
    },
  },
  'a WebSocket': {
    kind: 'socket',
    scheme: 'ws',
    open: async (url) => {
      const socket = new WebSocket(url);
      const event = await eitherEvent(socket, 'message', 'error').finally(() => socket.close());
      return (event as MessageEvent | undefined)?.data === GREETING;
    },
  },
  'a beacon': {
    kind: 'beacon',
    method: 'POST',
    open: async (url) => void ok(navigator.sendBeacon(url, 'content'), 'the beacon was taken'),
  },
  'a download link': { kind: 'download', open: async (url) => void clickLink(url, 'download="report.txt"') },
  'a downloaded Blob': {
    kind: 'download',
    open: async (url) => {
      const response = await fetch(url);
      const text = await (await response.blob()).text();
      return response.ok && text === GREETING;
    },
  },
  'fetch with HEAD': { kind: 'file', method: 'HEAD', open: fetched('HEAD') },
  'fetch with PUT': { kind: 'file', method: 'PUT', open: fetched('PUT') },
};

/** What people write into URLs, and browsers change in them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'spaces and pluses': '/a b/c+d?q=a b&r=a+b&s=a%20b&t=a%2Bb',
  unicode: '/straße/☃?q=é e\u0301&😀=𝄞',
  'quotes and bars': `/it's|"here"?q='a'|"b"|\`c\`^{d}[e]\\f`,
  brackets: '/<b>?q=<i>&r={x}[y]',
  'percent signs of both cases': '/%c3%a9/%C3%A9/%7e/%2F?q=%c3%a9&r=%C3%A9&s=%41',
  'percent signs that are none': '/100%?q=50%&r=%zz&s=%u2603',
  'dots in the path': '/a/../b/./c?q=../d',
  'a fragment': '/page?q=1#chapter 2?q=3&é',
  'separators in a row': '/a//b;c=d?&&q==1&&=&r',
  'names of entities': '/page?copy=1&copy&lt=2&amp=3&reg;&not=4&sect',
  'a question mark more': '/page?q=what?&r=why?',
};

/** Declares the tests. */
export const urlTests =
  (who: string, origin: string) =>
  (test: Declare): void => {
    if (engine.document === undefined) return;
    const server = carrierServer(origin, who);
    for (const [what, opener] of Object.entries(openers)) {
      test(`${what} opens what was signed, and nothing else`, () => tryOpener(server, who, what, opener));
    }
    for (const [what, rest] of Object.entries(SPELLINGS)) {
      test(`${what}: what is signed is what arrives`, () => trySpelling(server, who, what, rest));
    }
    lifeTests(test, server, who);
  };

async function signInPage(who: string, url: string, more: { method?: string; oneTime?: boolean; ignore?: string[] } = {}): Promise<string> {
  return signUrl(url, { signer: await suiteSigner('ed25519', who), expiresIn: LIFETIME, ...more });
}

async function tryOpener(server: CarrierServer, who: string, what: string, { kind, method = 'GET', scheme, open }: Opener): Promise<void> {
  for (const by of ['page', 'server']) {
    const name = `${what} signed by the ${by}`;
    const plain = server.address(kind, name) + QUERY;
    const url = scheme === undefined ? plain : plain.replace('http', scheme);
    const created = Math.floor(Date.now() / 1000);
    const signed =
      by === 'page' ? await signInPage(who, url, { method }) : await server.sign({ url, method, keyid: `${who}.hmac`, created });
    ok((await open(signed)) !== false, `${what} is let in`);
    const [honest] = await server.arrived(name);
    const { pathname, search } = new URL(signed);
    equal(honest, { code: 'ok', method, target: pathname + search, bodySigned: false });
    ok((await open(signed.replace('amount=10', 'amount=11'))) !== true, `${what} with a parameter changed is refused`);
    const [, changed] = await server.arrived(name, 2);
    equal([changed?.code, changed?.target.includes('amount=11&')], ['signature_mismatch', true]);
  }
}

/** The same text from both signers, unchanged by all that a page does with it, and accepted from everywhere. */
async function trySpelling(server: CarrierServer, who: string, name: string, rest: string): Promise<void> {
  const url = server.address('image', name) + rest;
  const created = Math.floor(Date.now() / 1000);
  const signed = await signUrl(url, { signer: await suiteSigner('hmac', who), created, expiresIn: LIFETIME });
  equal(await server.sign({ url, method: 'GET', keyid: `${who}.hmac`, created }), signed);
  equal(new URL(signed).href, signed);
  equal(Object.assign(document.createElement('a'), { href: signed }).href, signed);
  ok(await openers['an image']!.open(signed), 'the image loads');
  equal(await fetched('GET')(signed), true);
  clickLink(signed);
  const target = signed.slice(new URL(signed).origin.length).replace(/#.*$/, '');
  for (const { code, target: arrived } of await server.arrived(name, 3)) equal([code, arrived], ['ok', target]);
}

/** How often, by which method, with what beside it. */
function lifeTests(test: Declare, server: CarrierServer, who: string): void {
  const statusOf = async (url: string, method: string): Promise<number> => (await fetch(url, { method })).status;
  const codes = async (name: string, count: number) => (await server.arrived(name, count)).map(({ code }) => code);

  test('a URL for one use is good for one', async () => {
    for (const [name, first] of [
      ['once by fetch', fetched('GET')],
      ['once by an image', openers['an image']!.open],
    ] as const) {
      const url = await signInPage(who, server.address('image', name) + QUERY, { oneTime: true });
      equal([await first(url), await statusOf(url, 'GET')], [true, 401]);
      equal(await codes(name, 2), ['ok', 'nonce_replayed']);
    }
  });
  test('an EventSource connects again with the URL that it has', async () => {
    for (const [name, oneTime, then] of [
      ['again', false, 'ok'],
      ['again with one use', true, 'nonce_replayed'],
    ] as const) {
      const source = new EventSource(await signInPage(who, server.address('events', name), { oneTime }));
      const judged = await codes(name, 2).finally(() => source.close());
      equal(judged.slice(0, 2), ['ok', then]);
    }
  });
  test('the method counts: GET is good for HEAD, and nothing else for another', async () => {
    const get = await signInPage(who, server.address('file', 'methods'));
    const put = await signInPage(who, server.address('file', 'methods'), { method: 'PUT' });
    const tried = [
      await statusOf(get, 'HEAD'),
      await statusOf(get, 'POST'),
      await statusOf(get, 'PUT'),
      await statusOf(put, 'GET'),
      await statusOf(put, 'HEAD'),
    ];
    equal(tried, [200, 401, 401, 401, 401]);
    ok(navigator.sendBeacon(get), 'the beacon was taken');
    equal(await codes('methods', 6), ['ok', ...Array<string>(5).fill('signature_mismatch')]);
  });
  test('what others append is ignored if both sides say so', async () => {
    const url = await signInPage(who, server.address('link', 'appended') + QUERY, { ignore: ['utm_source'] });
    clickLink(`${url}&utm_source=mail`);
    await server.arrived('appended');
    clickLink(`${url}&utm_medium=mail`);
    equal(await codes('appended', 2), ['ok', 'signature_malformed']);
  });
  test('a spelling that means the same is another URL', async () => {
    const url = await signInPage(who, `${server.address('file', 'spelling')}?a=%20&b=+`);
    const changes = [url.replace('a=%20', 'a=+'), url.replace('b=%20', 'b=+'), url.replace('b=%20', 'b=%2B'), url.replace('&b=', '&&b=')];
    for (const changed of changes) equal(await statusOf(changed, 'GET'), 401);
    equal(await statusOf(url, 'GET'), 200);
  });
}

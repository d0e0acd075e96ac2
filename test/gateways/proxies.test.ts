/** Servers behind real nginx, Caddy and HAProxy, as docs/guides/behind-a-proxy.md has them: what was signed is what arrives, and nobody else is believed. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createSignedFetch, createVerifier, hmacKey, memoryReplayStore, type SignRequestOptions } from 'countersign';
import { verifiedHandler } from 'countersign/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expressBank } from '../frameworks/support/express-bank.ts';
import { closeSites, openSite } from '../frameworks/support/next-site.ts';
import { SECRET, send, signedHeaders, signer } from './support/http.ts';
import { type RunningProxy, startProxy } from './support/proxies.ts';

const PROXIES = ['proxies/nginx.conf', 'proxies/Caddyfile', 'proxies/haproxy.cfg'] as const;

const verifier = createVerifier({
  authority: (host: string) => host.startsWith('127.0.0.1:') || host === 'bank.example',
  resolveKey: (keyid: string) => (keyid === 'jdoe' ? { key: hmacKey(SECRET) } : undefined),
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
});

const trustedProxy = { addresses: ['127.0.0.1'], host: 'x-forwarded-host', scheme: 'x-forwarded-proto', prefix: 'x-forwarded-prefix' };

const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return (server.address() as AddressInfo).port;
}

interface Bank {
  readonly name: string;
  open(): Promise<number>;
  /** Where its routes begin. */
  readonly base: string;
  /** What this framework itself does not keep is not asked of it. */
  readonly targets: readonly string[];
  /** How clients sign for it. */
  readonly sign: Partial<SignRequestOptions>;
  /** Whether it is told who sent a request. */
  readonly knowsAddresses: boolean;
}

const TARGETS = ['/', '//', '/a%2Fb//c?x=%7e&y=+', '/?x=%7e&y=+&&', '/a?', '/%c3%a9;b=c/d?e/f?g', "/a'b(c)*!$&,=:@?q=[%5B"];

const BANKS: readonly Bank[] = [
  {
    name: 'Node',
    base: '',
    targets: TARGETS,
    sign: {},
    knowsAddresses: true,
    open: () =>
      listen(
        createServer(
          verifiedHandler(
            verifier,
            ({ path, query }, _request, response) => response.end(JSON.stringify({ target: path() + query() })) && undefined,
            { trustedProxy },
          ),
        ),
      ),
  },
  {
    name: 'Express',
    base: '',
    targets: TARGETS,
    sign: {},
    knowsAddresses: true,
    open: () => listen(createServer(expressBank(verifier, { trustedProxy }))),
  },
  {
    name: 'Next 16',
    base: '/api/forwarded',
    // Next redirects doubled slashes, and writes queries anew: see its guide.
    targets: ['/', '/a%2Fb/c?x=~&y=+', '/a?b=%2B%26&c=', '/%C3%A9;b=c/d?e=f'].map((target) => (target === '/' ? '' : target)),
    sign: {},
    knowsAddresses: false,
    open: async () => Number(new URL(await openSite({ major: 16, mode: 'start' })).port),
  },
];

afterAll(async () => {
  closeSites();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

describe.each(BANKS)('$name', ({ open, base, targets, sign, knowsAddresses }) => {
  let port = 0;
  beforeAll(async () => {
    port = await open();
  });

  describe.each(PROXIES)('behind %s', (file) => {
    let proxy: RunningProxy;
    beforeAll(async () => {
      proxy = await startProxy(file, { backend: port });
    });
    afterAll(() => proxy.close());
    const authority = (): string => `127.0.0.1:${proxy.port}`;

    it('verifies targets as they were sent', async () => {
      for (const target of targets.map((one) => base + one)) {
        const headers = await signedHeaders({ target, authority: authority(), sign });
        const { status, text } = await send(proxy.port, { target, headers });
        const seen = status === 200 ? (JSON.parse(text) as { readonly target: string }).target.replace(/\?$/, '') : text;
        expect([target, status, seen]).toEqual([target, 200, target.replace(/\?$/, '')]);
      }
    });

    it('verifies what the signed fetch sends', async () => {
      const bank = createSignedFetch({ signer });
      expect((await bank(`http://${authority()}${base}/a b/c?d=e f&g=%7e`)).status).toBe(200);
    });

    it('refuses dot segments, whoever signed them', async () => {
      for (const target of ['/./b/../c', '/a/%2e%2E/b', '/a/..'].map((one) => base + one)) {
        const headers = await signedHeaders({ target, authority: authority(), sign });
        expect([target, (await send(proxy.port, { target, headers })).status === 200]).toEqual([target, false]);
      }
    });

    it('believes no client about its host, scheme or prefix', async () => {
      const target = `${base}/coins`;
      const spoof = { 'x-forwarded-host': 'bank.example', 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/v2' };
      // What the proxy writes anew does no harm.
      const honest = await signedHeaders({ target, authority: authority(), sign });
      expect((await send(proxy.port, { target, headers: { ...honest, ...spoof } })).status).toBe(200);
      // And gains nothing: a request that was signed for elsewhere stays one.
      const elsewhere = await signedHeaders({ target, authority: 'bank.example', sign });
      expect((await send(proxy.port, { target, headers: { ...elsewhere, ...spoof } })).status).toBe(401);
      const prefixed = await signedHeaders({ target: `/v2${target}`, authority: authority(), sign });
      expect((await send(proxy.port, { target, headers: { ...prefixed, ...spoof } })).status).toBe(401);
      const twice = await signedHeaders({ target, authority: authority(), sign });
      expect((await send(proxy.port, { target, headers: { ...twice, 'x-forwarded-host': ['bank.example', 'shop.example'] } })).status).toBe(
        200,
      );
    });
  });

  it.each(knowsAddresses ? ['127.0.0.2'] : [])('believes nobody but the proxy: not %s', async (from) => {
    const spoof = { 'x-forwarded-host': 'bank.example', 'x-forwarded-proto': 'https' };
    const elsewhere = await signedHeaders({ target: '/coins', authority: 'bank.example' });
    expect((await send(port, { target: '/coins', headers: { ...elsewhere, ...spoof }, from })).code).toBe('signature_mismatch');
    const honest = await signedHeaders({ target: '/coins', authority: `127.0.0.1:${port}` });
    expect((await send(port, { target: '/coins', headers: { ...honest, ...spoof }, from })).status).toBe(200);
    // From the proxy's address the same fields count.
    const believed = await signedHeaders({ target: '/coins', authority: 'bank.example' });
    expect((await send(port, { target: '/coins', headers: { ...believed, ...spoof }, from: '127.0.0.1' })).status).toBe(200);
  });
});

describe('what else they do to a target', () => {
  /** What reaches a server, of what a client sends, with a changed configuration. */
  async function seen(file: (typeof PROXIES)[number], change: (text: string) => string, targets: readonly string[]): Promise<unknown[]> {
    const arrived: string[] = [];
    const port = await listen(
      createServer((request, response) => {
        arrived.push(request.url!);
        response.end();
      }),
    );
    const proxy = await startProxy(file, { backend: port }, change);
    const before = targets.map((target) => send(proxy.port, { target }));
    const statuses = [];
    for (const answer of before) statuses.push((await answer).status);
    await proxy.close();
    return [statuses, arrived.sort()];
  }

  const inNginx = (passed: string) => (text: string) => text.replace('proxy_pass http://backend;', `proxy_pass ${passed};`);
  const inCaddy = (line: string) => (text: string) => text.replace('\treverse_proxy', `\t${line}\n\treverse_proxy`);
  const inHaproxy = (line: string) => (text: string) =>
    `global\n  expose-experimental-directives\n\n${text.replace('  default_backend', `  ${line}\n  default_backend`)}`;
  const same = (text: string): string => text;
  const SENT = '/a%2Fb//c/./d?x=%7e&y=+';

  /** The rows of the table on the page: who, by what, and what arrives. */
  const REWRITES: readonly (readonly [
    who: string,
    by: string,
    file: (typeof PROXIES)[number],
    change: (text: string) => string,
    arrives: string,
  ])[] = [
    ['nginx', 'as above', PROXIES[0], same, SENT],
    ['nginx', '`proxy_pass http://backend/;`', PROXIES[0], inNginx('http://backend/'), '/a/b/c/d?x=%7e&y=+'],
    [
      'nginx',
      '`proxy_pass http://backend$uri$is_args$args;`',
      PROXIES[0],
      inNginx('http://backend$uri$is_args$args'),
      '/a/b/c/d?x=%7e&y=+',
    ],
    ['Caddy', 'as above', PROXIES[1], same, SENT],
    ['Caddy', '`uri strip_prefix /v2`', PROXIES[1], inCaddy('uri strip_prefix /v2'), '/a%2Fb/c/d?x=%7e&y=+'],
    ['Caddy', '`rewrite * /v2{uri}`', PROXIES[1], inCaddy('rewrite * /v2{uri}'), '/v2/a/b//c/./d?x=%7e&y=+'],
    ['HAProxy', 'as above', PROXIES[2], same, SENT],
    [
      'HAProxy',
      '`http-request set-path /v2%[path]`',
      PROXIES[2],
      inHaproxy('http-request set-path /v2%[path]'),
      '/v2/a%2Fb//c/./d?x=%7e&y=+',
    ],
    [
      'HAProxy',
      '`http-request normalize-uri path-merge-slashes`',
      PROXIES[2],
      inHaproxy('http-request normalize-uri path-merge-slashes'),
      '/a%2Fb/c/./d?x=%7e&y=+',
    ],
    [
      'HAProxy',
      '`http-request normalize-uri percent-decode-unreserved`',
      PROXIES[2],
      inHaproxy('http-request normalize-uri percent-decode-unreserved'),
      '/a%2Fb//c/./d?x=~&y=+',
    ],
  ];

  it.each(REWRITES)('%s, %s: as the page says', async (who, by, file, change, arrives) => {
    const sent = by.includes('strip_prefix') ? `/v2${SENT}` : SENT;
    expect(await seen(file, change, [sent])).toEqual([[200], [arrives]]);
    expect(PAGE).toContain(`| ${who} | ${by} | \`${arrives}\` |`);
  });
});

/** The page, its tables without what aligns them. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/guides/behind-a-proxy.md'), 'utf8').replace(/ +\|/g, ' |');

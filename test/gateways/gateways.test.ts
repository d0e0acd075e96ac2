/** The recipes of docs/guides/behind-a-gateway.md, run by the gateways themselves: what the client sends, and what reaches the backend. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createSignedFetch, createVerifier, hmacKey, memoryReplayStore, type ReplayStore, type VerifiedRequest } from 'countersign';
import { createGateway, type GatewayProfile } from 'countersign/gateway';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentMatches } from '../../examples/gateways/check-digest/check-digest.mjs';
import { type RawRequest, SECRET, send, signedHeaders, signer } from './support/http.ts';
import { GATEWAY_SECRET, type RunningProxy, startProxy } from './support/proxies.ts';

interface Recipe {
  readonly profile: GatewayProfile;
  readonly file: `gateways/${string}`;
  /** Whether the backend checks the digest, since the gateway shows no body. */
  readonly checks: boolean;
  /** The longest body that passes, in bytes. */
  readonly longest: number;
  /** The status that a client sees while the verifier is down. */
  readonly down: number;
}

const RECIPES: readonly Recipe[] = [
  { profile: 'nginx', file: 'gateways/nginx.conf', checks: true, longest: 1_048_576, down: 500 },
  { profile: 'njs', file: 'gateways/njs.conf', checks: false, longest: 1_048_576, down: 502 },
  { profile: 'caddy', file: 'gateways/Caddyfile', checks: true, longest: 1_048_576, down: 502 },
  { profile: 'haproxy', file: 'gateways/haproxy.cfg', checks: false, longest: 131_072, down: 503 },
];

/** What the backend acted on. */
interface Reached {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly identity: Readonly<Record<string, string>>;
}

const reached: Reached[] = [];
let checks = false;
/** What the verifier is like, for one test. */
let refuse: (verified: VerifiedRequest) => Response | undefined = () => undefined;
let replayStore: ReplayStore;
const memory = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
let scopes: readonly string[] = ['coins:write'];

const verifier = createVerifier({
  authority: (host: string) => host.startsWith('127.0.0.1:'),
  resolveKey: (keyid: string) => (keyid === 'jdoe' ? { key: hmacKey(SECRET), scopes, tenant: 'bank' } : undefined),
  replayStore: { consume: (given) => replayStore.consume(given) },
});

const backend = createServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const told = request.headers['x-verified-content-digest'];
  if (checks && !contentMatches(typeof told === 'string' ? told : '', body)) {
    response.writeHead(400);
    response.end('the body is not what was signed');
    return;
  }
  const identity = Object.entries(request.headers).filter(([name]) => /^x.verif/.test(name));
  reached.push({
    method: request.method!,
    target: request.url!,
    body: body.length < 100 ? body.toString() : `${body.length} bytes`,
    identity: Object.fromEntries(identity) as Record<string, string>,
  });
  response.end(body);
});

const listen = (server: Server, port = 0): Promise<number> =>
  new Promise((settle) => server.listen(port, '127.0.0.1', () => settle((server.address() as AddressInfo).port)));

const close = (server: Server): Promise<void> =>
  new Promise((settle) => {
    server.close(() => settle());
    server.closeAllConnections();
  });

let backendPort = 0;
beforeAll(async () => {
  backendPort = await listen(backend);
});
afterAll(() => close(backend));
beforeEach(() => {
  reached.length = 0;
  refuse = () => undefined;
  replayStore = memory;
  scopes = ['coins:write'];
});

/** A verifier for a gateway, and whether it is asked rightly. */
const verifierFor = (profile: GatewayProfile, secret = GATEWAY_SECRET): Server =>
  createServer(
    createGateway({ profile, secret, verifier, scopes: ['coins:write'], refuse: (verified) => refuse(verified), onError: () => undefined })
      .node,
  );

/** Targets that a proxy might write anew. */
const TARGETS = [
  '/',
  '//',
  '/a%2Fb//c?x=%7e&y=+',
  '/?x=%7e&y=+&&',
  '/a?',
  '/%c3%a9;b=c/d?e/f?g',
  '/%7Ea/b%20c?d=%2B%26',
  "/a'b(c)*!$&,=:@?q=[%5B",
];

describe.each(RECIPES)('$file', ({ profile, file, checks: backendChecks, longest, down }) => {
  let asked: Server;
  let verifierPort = 0;
  let proxy: RunningProxy;

  beforeAll(async () => {
    asked = verifierFor(profile);
    verifierPort = await listen(asked);
    proxy = await startProxy(file, { backend: backendPort, verifier: verifierPort });
  }, 60_000);
  beforeEach(() => {
    checks = backendChecks;
  });
  afterAll(async () => {
    await proxy.close();
    await close(asked);
  });

  const authority = (): string => `127.0.0.1:${proxy.port}`;
  const post = async (body: string | Buffer, changes: Partial<RawRequest> = {}) => {
    const headers = await signedHeaders({ method: 'POST', target: '/coins', authority: authority(), body });
    return send(proxy.port, { method: 'POST', target: '/coins', body, ...changes, headers: { ...headers, ...changes.headers } });
  };
  const get = async (target: string, changes: Partial<RawRequest> = {}) => {
    const headers = await signedHeaders({ target, authority: authority() });
    return send(proxy.port, { target, ...changes, headers: { ...headers, ...changes.headers } });
  };

  it('lets honest requests through, their targets as they were sent', async () => {
    for (const target of TARGETS) expect([target, (await get(target)).status]).toEqual([target, 200]);
    expect(reached.map(({ target }) => target)).toEqual(TARGETS);
  });

  it('tells the backend who it is', async () => {
    expect((await post('{"amount":10}')).status).toBe(200);
    const { method, target, body, identity } = reached[0]!;
    expect([method, target, body]).toEqual(['POST', '/coins', '{"amount":10}']);
    expect(identity).toMatchObject({
      'x-verified-keyid': 'jdoe',
      'x-verified-tenant': 'bank',
      'x-verified-scopes': 'coins:write',
      'x-verified-content-digest': expect.stringMatching(/^sha-256=:.{43}=:$/),
    });
    // Of what is not known, nothing or nothing but the name.
    expect(identity['x-verified-owner'] ?? '').toBe('');
    expect(Object.keys(identity).filter((name) => name.startsWith('x-verify'))).toEqual([]);
  });

  it('lets the signed fetch through, up to the longest body', async () => {
    const bank = createSignedFetch({ signer });
    const body = Buffer.alloc(longest, 0xe9);
    const answer = await bank(`http://${authority()}/coins?a=b c`, { method: 'PUT', body });
    expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(body)]).toEqual([200, true]);
    expect(reached.map(({ body: seen }) => seen)).toEqual([`${longest} bytes`]);
  });

  it('refuses another method, another query, another path, a replay, and no signature', async () => {
    const headers = await signedHeaders({ method: 'PUT', target: '/coins?a=1', authority: authority() });
    const tries: readonly RawRequest[] = [
      { method: 'DELETE', target: '/coins?a=1', headers },
      { method: 'PUT', target: '/coins?a=2', headers },
      { method: 'PUT', target: '/coins?a=1&', headers },
      { method: 'PUT', target: '//coins?a=1', headers },
      { method: 'PUT', target: '/%63oins?a=1', headers },
    ];
    for (const one of tries) {
      const answer = await send(proxy.port, one);
      expect([one.method, one.target, answer.code]).toEqual([one.method, one.target, 'signature_mismatch']);
    }
    expect(reached).toEqual([]);
    expect((await send(proxy.port, { method: 'PUT', target: '/coins?a=1', headers })).status).toBe(200);
    const again = await send(proxy.port, { method: 'PUT', target: '/coins?a=1', headers });
    expect([again.status, again.code]).toEqual([401, 'nonce_replayed']);
    const unsigned = await send(proxy.port, { target: '/coins' });
    expect([unsigned.status, unsigned.code]).toEqual([401, 'signature_missing']);
    expect(unsigned.headers).toMatchObject({
      'www-authenticate': 'Signature error="signature_missing"',
      'accept-signature': expect.stringContaining('"@method"'),
      'content-type': expect.stringContaining('application/problem+json'),
    });
    const dots = await get('/a/../b');
    expect([dots.status, dots.code]).toEqual([400, 'target_malformed']);
    expect(reached).toHaveLength(1);
  });

  it('lets no body through that is not the one that was signed', async () => {
    const chunked = { 'transfer-encoding': 'chunked' };
    const bodiless = await signedHeaders({ method: 'POST', target: '/coins', authority: authority() });
    const tampered = [
      await post('{"amount":10}', { body: '{"amount":99}' }),
      await post('{"amount":10}', { body: '{"amount":99}', headers: chunked }),
      await post('{"amount":10}', { body: '{"amount":10} ' }),
      await post('{"amount":10}', { body: '' }),
      await post('{"amount":10}', { body: undefined, headers: { 'content-length': '0' } }),
      await post(Buffer.alloc(longest, 1), { body: Buffer.alloc(longest, 2) }),
      await post(Buffer.alloc(longest, 1), { body: Buffer.alloc(longest + 1, 1) }),
      await post(Buffer.alloc(longest, 1), { body: Buffer.alloc(longest + 1, 1), headers: chunked }),
      await post('{"amount":10}', { body: Buffer.alloc(5 * longest, 1) }),
      await get('/coins', { body: '{"amount":99}', headers: { 'content-length': '13' } }),
      await get('/coins', { body: '{"amount":99}', headers: chunked }),
      await send(proxy.port, { method: 'POST', target: '/coins', headers: bodiless, body: '{"amount":99}' }),
      await send(proxy.port, { method: 'POST', target: '/coins', headers: { ...bodiless, ...chunked }, body: '{"amount":99}' }),
    ];
    expect(reached).toEqual([]);
    // A connection may break while the rest is on its way.
    for (const [index, { status, text }] of tampered.entries())
      expect([index, text, status === 0 || (status >= 400 && status < 500)]).toEqual([index, text, true]);
    expect((await post('{"amount":10}', { headers: chunked })).status).toBe(200);
  });

  it('lets nobody say who he is', async () => {
    for (const name of [
      'X-Verified-Keyid',
      'x-verified-tenant',
      'x-verified-owner',
      'x-verified-scopes',
      'x-verified-content-digest',
      'x-verify-status',
    ]) {
      const spoofed = await get('/coins', { headers: { [name]: 'admin' } });
      expect([name, spoofed.status, spoofed.code]).toEqual([name, 400, 'field_forbidden']);
    }
    expect(reached).toEqual([]);
    // Some backends make a hyphen of it. nginx drops such fields itself.
    await get('/coins', { headers: { X_Verified_Owner: 'admin' } });
    await get('/coins', { headers: { 'x-verified_owner': 'admin' } });
    expect(JSON.stringify(reached)).not.toContain('admin');
  });

  it('believes no client what it asked for', async () => {
    const spoofs = ['x-original', 'x-forwarded'].map((prefix) => ({
      [`${prefix}-uri`]: '/public',
      [`${prefix}-method`]: 'GET',
      [`${prefix}-host`]: authority(),
      [`${prefix}-scheme`]: 'http',
      [`${prefix}-proto`]: 'http',
    }));
    const headers = await signedHeaders({ target: '/public', authority: authority() });
    for (const spoof of spoofs) {
      const answer = await send(proxy.port, { method: 'DELETE', target: '/admin', headers: { ...headers, ...spoof } });
      expect([answer.status, answer.code]).toEqual([401, 'signature_mismatch']);
    }
    const elsewhere = await signedHeaders({ target: '/public', authority: 'shop.example' });
    for (const name of ['x-original-host', 'x-forwarded-host'])
      expect((await send(proxy.port, { target: '/public', headers: { ...elsewhere, [name]: 'shop.example' } })).status).toBe(401);
    expect(reached).toEqual([]);
    // What it overwrites does no harm.
    expect((await get('/public', { headers: { ...spoofs[0], ...spoofs[1], 'x-gateway-secret': 'guess' } })).status).toBe(200);
  });

  it('carries what is refused for other reasons, and when to come again', async () => {
    const limits = { 'retry-after': '7', ratelimit: '"day";r=0;t=7', 'ratelimit-policy': '"day";q=5000;w=86400' };
    refuse = () => new Response('{"code":"limited"}', { status: 429, headers: { ...limits, 'content-type': 'application/problem+json' } });
    const limited = await get('/coins');
    expect([limited.status, limited.code, limited.headers]).toEqual([429, 'limited', expect.objectContaining(limits)]);
    expect(limited.headers['content-type']).toContain('application/problem+json');
    refuse = () => undefined;
    const malformed = await send(proxy.port, { target: '/coins', headers: { 'signature-input': '(', signature: '(' } });
    expect([malformed.status, malformed.code]).toEqual([400, 'signature_malformed']);
    scopes = [];
    const scoped = await get('/coins');
    expect([scoped.status, scoped.code]).toEqual([403, 'scope_insufficient']);
    scopes = ['coins:write'];
    replayStore = { consume: () => 'full' };
    const full = await get('/coins');
    expect([full.status, full.code, full.headers['retry-after']]).toEqual([503, 'replay_store_full', expect.stringMatching(/^\d+$/)]);
    expect(reached).toEqual([]);
  });

  it('lets nothing through while the verifier is down, or does not know the gateway', async () => {
    await close(asked);
    expect((await get('/coins')).status).toBe(down);
    expect((await post('{"amount":10}')).status).toBe(down);
    const stranger = verifierFor(profile, 'the secret of another gateway');
    await listen(stranger, verifierPort);
    expect((await get('/coins')).status).toBe(500);
    expect(reached).toEqual([]);
    await close(stranger);
    asked = verifierFor(profile);
    await listen(asked, verifierPort);
    expect((await get('/coins')).status).toBe(200);
  });
});

describe('what a recipe is for', () => {
  let asked: Server | undefined;
  let proxy: RunningProxy | undefined;
  afterEach(async () => {
    await proxy?.close();
    if (asked !== undefined) await close(asked);
  });

  async function changed(profile: GatewayProfile, file: `gateways/${string}`, change: (text: string) => string) {
    checks = false;
    asked = verifierFor(profile);
    let changes = 0;
    proxy = await startProxy(file, { backend: backendPort, verifier: await listen(asked) }, (text) => {
      const after = change(text);
      if (after !== text) changes++;
      return after;
    });
    expect(changes).toBe(1);
    return proxy.port;
  }

  it('njs: refuses what is longer than its buffer, should the two limits differ', async () => {
    const port = await changed('njs', 'gateways/njs.conf', (text) => text.replaceAll(/client_body_buffer_size \S+;/g, ''));
    const body = Buffer.alloc(100_000, 1);
    const headers = await signedHeaders({ method: 'POST', target: '/coins', authority: `127.0.0.1:${port}`, body });
    expect((await send(port, { method: 'POST', target: '/coins', headers, body })).status).toBe(413);
    expect(reached).toEqual([]);
  });

  it('HAProxy: lets nothing through where the script fails', async () => {
    const port = await changed('haproxy', 'gateways/haproxy.cfg', (text) => text.replace('local headers = {}', 'local headers = nil'));
    const headers = await signedHeaders({ target: '/coins', authority: `127.0.0.1:${port}` });
    expect((await send(port, { target: '/coins', headers })).status).toBe(503);
    expect(reached).toEqual([]);
  });

  it('HAProxy: waits for the whole body', async () => {
    const port = await changed('haproxy', 'gateways/haproxy.cfg', (text) =>
      text.replace('wait-for-body time 10s', 'wait-for-body time 1s'),
    );
    const headers = await signedHeaders({ method: 'POST', target: '/coins', authority: `127.0.0.1:${port}`, body: 'hello' });
    for (const [framing, part] of [
      ['content-length: 10', 'hello'],
      ['transfer-encoding: chunked', '5\r\nhello\r\n'],
    ] as const) {
      const lines = [`host: 127.0.0.1:${port}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), framing];
      const answer = await new Promise<string>((settle) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`POST /coins HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${part}`));
        socket.once('data', (data) => {
          socket.destroy();
          settle(data.toString());
        });
      });
      expect([framing, answer.slice(0, 12)]).toEqual([framing, 'HTTP/1.1 408']);
    }
    expect(reached).toEqual([]);
  });

  it('nginx: passes nothing on where a line of the recipe is missing', async () => {
    const port = await changed('nginx', 'gateways/nginx.conf', (text) =>
      text.replace(/(proxy_pass_request_body[^}]*)proxy_set_header X-Original-URI \$request_uri;/, '$1'),
    );
    const headers = await signedHeaders({ target: '/public', authority: `127.0.0.1:${port}` });
    // Without the client's own field it is not asked at all.
    expect((await send(port, { target: '/public', headers })).status).toBe(500);
    expect(reached).toEqual([]);
  });
});

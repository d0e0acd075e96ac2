import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { importPrivateKeyJwk } from '../../src/crypto/forms/import.ts';
import type { Jwk } from '../../src/crypto/jwk.ts';
import type { VerificationKey } from '../../src/crypto/key.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { jwkThumbprint } from '../../src/crypto/thumbprint.ts';
import type { JwksFetch } from '../../src/jwks/load-jwks.ts';
import { createJwksResolver, type JwksResolverOptions } from '../../src/jwks/resolver.ts';
import { verifier as bank, codeOf, countingStore, signed } from '../support/bank.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A real server; `handle` may be exchanged while it runs. */
async function serve(handle: Handler) {
  const state = { handle, requests: [] as string[], url: '' };
  const server = createServer((request, response) => {
    state.requests.push(`${request.method} ${request.url}`);
    state.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return state;
}

const answer =
  (keys: unknown, status = 200): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }));
  };

function makeKey(kid?: string, extra: object = {}): { readonly jwk: Jwk & object; readonly secret: Jwk & object } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const named = { ...(kid === undefined ? {} : { kid }), ...extra };
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), ...named } as Jwk & object,
    secret: { ...privateKey.export({ format: 'jwk' }), ...named } as Jwk & object,
  };
}

const rsa = (kid: string, alg: string | undefined, bits = 2048): object => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { ...publicKey.export({ format: 'jwk' }), kid, ...(alg === undefined ? {} : { alg }) };
};

/** A resolver with a clock of its own. */
function open(url: JwksResolverOptions['url'], options: Partial<JwksResolverOptions> = {}) {
  const clock = { now: 1_700_000_000 };
  const resolve = createJwksResolver({ url, now: () => clock.now, ...options });
  return { clock, resolve, find: async (keyid: string): Promise<VerificationKey | undefined> => (await resolve(keyid))?.key };
}

const shown = (key: VerificationKey | undefined) => (key as unknown as { jwk: Jwk } | undefined)?.jwk.x;
const silent: Handler = () => undefined;

describe('createJwksResolver', () => {
  it('finds keys by kid and by thumbprint, and fetches once', async () => {
    const [one, two] = [makeKey('one'), makeKey()];
    const server = await serve(answer([one.jwk, two.jwk]));
    const { find, resolve } = open(server.url);
    expect(server.requests).toEqual([]);
    expect(shown(await find('one'))).toBe(one.jwk.x);
    expect(shown(await find(await jwkThumbprint(one.jwk)))).toBe(one.jwk.x);
    expect(shown(await find(await jwkThumbprint(two.jwk)))).toBe(two.jwk.x);
    expect(server.requests).toEqual(['GET /jwks.json']);
    // No promise once it is known.
    expect(resolve('one')).not.toBeInstanceOf(Promise);
  });

  it('knows every kind of key with a pair', async () => {
    const ec = (namedCurve: string, kid: string) => ({
      ...generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' }),
      kid,
    });
    const server = await serve(
      answer([ec('P-256', 'p256'), ec('P-384', 'p384'), rsa('ps', 'PS512'), rsa('rs', 'RS256'), makeKey('ed').jwk]),
    );
    const { find } = open(server.url);
    for (const [kid, algorithm] of Object.entries({
      p256: 'ecdsa-p256-sha256',
      p384: 'ecdsa-p384-sha384',
      ps: 'rsa-pss-sha512',
      rs: 'rsa-v1_5-sha256',
      ed: 'ed25519',
    })) {
      expect((await find(kid))?.algorithm).toBe(algorithm);
    }
  });

  it('skips what is no public key for signatures, and keeps the others', async () => {
    const good = makeKey('good');
    const others: unknown[] = [
      null,
      7,
      'text',
      [],
      {},
      { kid: 'a', kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA' },
      makeKey('b').secret,
      makeKey('c', { use: 'enc' }).jwk,
      makeKey('d', { key_ops: ['sign'] }).jwk,
      makeKey('e', { alg: 'ES256' }).jwk,
      { kid: 'f', kty: 'OKP', crv: 'Ed25519', x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
      { kid: 'g', kty: 'OKP', crv: 'X25519', x: good.jwk.x },
      { kid: 'h', kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' },
      { ...makeKey('i').jwk, x: 'short' },
      rsa('j', undefined),
      rsa('k', 'RS256', 1024),
      { ...generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' }), kid: 'l' },
    ];
    const server = await serve(answer([...others, good.jwk]));
    expect(shown(await open(server.url).find('good'))).toBe(good.jwk.x);
    for (const kid of [...'abcdefghijkl', '__proto__', 'constructor', 'toString', '', '0', 'undefined', 'null'])
      expect(await open(server.url).find(kid), kid).toBeUndefined();
  });

  it('refuses a kid of two keys, in one set or in two, but not their thumbprints', async () => {
    const [a, b, c] = [makeKey('same'), makeKey('same'), makeKey('same')];
    const first = await serve(answer([a.jwk, b.jwk]));
    const second = await serve(answer([c.jwk]));
    for (const url of [first.url, [second.url, first.url]]) {
      const { find } = open(url);
      expect(await find('same')).toBeUndefined();
      expect(shown(await find(await jwkThumbprint(a.jwk)))).toBe(a.jwk.x);
      expect(shown(await find(await jwkThumbprint(b.jwk)))).toBe(b.jwk.x);
    }
  });

  it('takes a key that stands there twice for one', async () => {
    const { jwk } = makeKey('twice');
    const server = await serve(answer([jwk, { ...jwk, use: 'sig' }]));
    expect(shown(await open([server.url, server.url]).find('twice'))).toBe(jwk.x);
  });

  it('refuses one RSA key for two algorithms: a keyid means one of them', async () => {
    const jwk = rsa('rsa', 'PS512');
    const server = await serve(answer([jwk, { ...jwk, alg: 'RS256' }]));
    expect(await open(server.url).find('rsa')).toBeUndefined();
  });

  it('prefers the key whose thumbprint it is to one that only says so', async () => {
    const real = makeKey();
    const thumbprint = await jwkThumbprint(real.jwk);
    const server = await serve(answer([makeKey(thumbprint).jwk, real.jwk]));
    expect(shown(await open(server.url).find(thumbprint))).toBe(real.jwk.x);
  });

  it('fetches again after maxAge: a removed key is gone, a new one there', async () => {
    const [old, fresh] = [makeKey('old'), makeKey('new')];
    const server = await serve(answer([old.jwk]));
    const { find, clock } = open(server.url, { maxAge: 100 });
    expect(await find('old')).toBeDefined();
    server.handle = answer([fresh.jwk]);
    clock.now += 99;
    expect(await find('old')).toBeDefined();
    expect(server.requests).toHaveLength(1);
    clock.now += 1;
    expect(await find('old')).toBeUndefined();
    expect(await find('new')).toBeDefined();
    expect(server.requests).toHaveLength(2);
  });

  it('keeps maxAge also where the cooldown is longer, and where the clock is set back', async () => {
    const server = await serve(answer([makeKey('a').jwk]));
    const { find, clock } = open(server.url, { maxAge: 5, cooldown: 1000 });
    await find('a');
    server.handle = answer([]);
    clock.now += 5;
    expect(await find('a')).toBeUndefined();
    server.handle = answer([makeKey('a').jwk]);
    clock.now -= 86_400;
    expect(await find('a')).toBeDefined();
    expect(server.requests).toHaveLength(3);
  });

  it('finds a new key at once, but asks for unknown ones at most once a cooldown', async () => {
    const server = await serve(answer([makeKey('a').jwk]));
    const { find, clock } = open(server.url, { cooldown: 30 });
    await find('a');
    const tellsLater = expect.objectContaining({ code: 'store_unavailable', retryAfter: 30 });
    for (let index = 0; index < 1000; index++) await expect(find(`made up ${index}`)).rejects.toEqual(tellsLater);
    expect(server.requests).toHaveLength(1);
    server.handle = answer([makeKey('a').jwk, makeKey('b').jwk]);
    clock.now += 30;
    const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => find(index === 250 ? 'b' : `made up ${index}`)));
    expect(answers.filter((key) => key !== undefined)).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
    for (let second = 0; second < 60; second++) {
      clock.now++;
      await Promise.allSettled([find(`later ${second}`), find('a')]);
    }
    expect(server.requests).toHaveLength(4);
  });

  it('cannot tell, for a while, whether a key is new: that is a 503, not a final refusal', async () => {
    const [old, fresh] = [makeKey('old'), makeKey('new')];
    const server = await serve(answer([old.jwk]));
    const { find, clock } = open(server.url, { cooldown: 30 });
    await find('old');
    // Rotated right after it was fetched.
    server.handle = answer([fresh.jwk]);
    for (const [passed, retryAfter] of [
      [0, 30],
      [1, 29],
      [28, 1],
    ] as const) {
      clock.now += passed;
      await expect(find('new')).rejects.toMatchObject({ name: 'VerificationError', code: 'store_unavailable', status: 503, retryAfter });
    }
    expect(server.requests).toHaveLength(1);
    clock.now += 1;
    expect(shown(await find('new'))).toBe(fresh.jwk.x);
    // Who asked the server himself knows.
    clock.now += 30;
    expect(await find('newer')).toBeUndefined();
    expect(server.requests).toHaveLength(3);
  });

  it('answers a request of a new key with Retry-After, and accepts it then', async () => {
    const [old, fresh] = [makeKey('old'), makeKey('new')];
    const server = await serve(answer([old.jwk]));
    const { resolve, clock } = open(server.url);
    const judge = async (secret: Jwk, keyid: string) => {
      const signer = createSigner({ privateKey: await importPrivateKeyJwk(secret), keyid });
      return codeOf(async () => bank({ resolveKey: resolve, replayStore: countingStore() }).verifyRequest(await signed({}, { signer })));
    };
    expect(await judge(old.secret, 'old')).toBe('accepted');
    server.handle = answer([fresh.jwk]);
    expect(await judge(fresh.secret, 'new')).toBe('store_unavailable');
    clock.now += 30;
    expect(await judge(fresh.secret, 'new')).toBe('accepted');
    expect(await judge(old.secret, 'new')).toBe('signature_mismatch');
  });

  it('remembers nonces of a key under one name, whichever name a message uses', async () => {
    const { jwk, secret } = makeKey('a');
    const server = await serve(answer([jwk]));
    const { resolve } = open(server.url);
    const thumbprint = await jwkThumbprint(jwk);
    expect(await resolve('a')).toMatchObject({ canonicalKeyid: thumbprint });
    expect(await resolve(thumbprint)).toBe(await resolve('a'));
    const replayStore = countingStore();
    const privateKey = await importPrivateKeyJwk(secret);
    const codes: string[] = [];
    for (const keyid of ['a', thumbprint])
      codes.push(
        await codeOf(async () =>
          bank({ resolveKey: resolve, replayStore }).verifyRequest(
            await signed({}, { signer: createSigner({ privateKey, keyid }), nonce: 'once' }),
          ),
        ),
      );
    expect(codes).toEqual(['accepted', 'nonce_replayed']);
  });

  it('fetches once for many that ask at the same time', async () => {
    const server = await serve(answer([makeKey('a').jwk]));
    const { find } = open(server.url);
    const found = await Promise.all(Array.from({ length: 500 }, () => find('a')));
    expect(new Set(found).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  it('serves what it has, for a bounded time, while the server cannot be reached', async () => {
    const { jwk } = makeKey('a');
    const server = await serve(answer([jwk]));
    const { find, clock } = open(server.url, { maxAge: 100, maxStale: 1000 });
    await find('a');
    server.handle = answer([], 500);
    clock.now += 100;
    expect(shown(await find('a'))).toBe(jwk.x);
    // Whether there is another key nobody can tell.
    await expect(find('b')).rejects.toThrow('no key set from');
    clock.now += 999;
    expect(shown(await find('a'))).toBe(jwk.x);
    clock.now += 1;
    await expect(find('a')).rejects.toThrow('no key set from');
    server.handle = answer([jwk]);
    clock.now += 5;
    expect(shown(await find('a'))).toBe(jwk.x);
    await expect(find('b')).rejects.toMatchObject({ retryAfter: 30 });
  });

  it('tries a failing server at most every five seconds, and answers at once in between', async () => {
    const server = await serve(answer([], 503));
    const { find, clock } = open(server.url);
    for (let second = 0; second < 20; second++) {
      const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => find(`k${index}`)));
      expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
      clock.now++;
    }
    expect(server.requests).toHaveLength(4);
  });

  it('answers for the sets it has while another cannot be reached', async () => {
    const a = makeKey('a');
    const [up, down] = [await serve(answer([a.jwk])), await serve(answer([], 500))];
    const { find, resolve, clock } = open([down.url, up.url]);
    const thumbprint = await jwkThumbprint(a.jwk);
    expect(await find(thumbprint)).toBeDefined();
    clock.now += 10;
    down.handle = silent;
    // Not even a promise: the other set is not waited for.
    expect(resolve(thumbprint)).not.toBeInstanceOf(Promise);
    down.handle = answer([makeKey('b').jwk]);
    expect(await find('b')).toBeDefined();
  });

  it('takes a kid only while every set is there: another one may mean another key by it', async () => {
    const [real, evil] = [makeKey('a'), makeKey('a')];
    const [first, second] = [await serve(answer([], 500)), await serve(answer([evil.jwk]))];
    const { find, resolve, clock } = open([first.url, second.url], { maxAge: 100, maxStale: 1000 });
    await expect(find('a')).rejects.toThrow('no key set from');
    // A thumbprint is proof of itself.
    expect(await find(await jwkThumbprint(evil.jwk))).toBeDefined();
    first.handle = answer([real.jwk]);
    clock.now += 30;
    expect(await find('a')).toBeUndefined();
    second.handle = answer([]);
    clock.now += 100;
    expect(shown(await find('a'))).toBe(real.jwk.x);
    expect(resolve('a')).not.toBeInstanceOf(Promise);
    // What is known of a set serves as long as it would for its own keys, and no longer.
    second.handle = answer([], 500);
    clock.now += 100;
    expect(shown(await find('a'))).toBe(real.jwk.x);
    clock.now += 1000;
    await expect(find('a')).rejects.toThrow('no key set from');
  });

  it('waits for a failing set once, not with every message', async () => {
    const [up, down] = [await serve(answer([makeKey('a').jwk])), await serve(answer([]))];
    const { find, clock } = open([up.url, down.url], { maxAge: 100 });
    await find('a');
    down.handle = answer([], 500);
    clock.now += 100;
    await find('a');
    down.handle = silent;
    clock.now += 5;
    const waiting = find('a');
    await vi.waitFor(() => expect(down.requests).toHaveLength(3));
    // The one that asked waits; others are served by what is known.
    for (let round = 0; round < 10; round++) expect(await find('a')).toBeDefined();
    expect(down.requests).toHaveLength(3);
    await waiting;
  });

  it('says whose set a key is from', async () => {
    const [one, two, both] = [makeKey('one'), makeKey('two'), makeKey('both')];
    const [first, second] = [await serve(answer([one.jwk, both.jwk])), await serve(answer([two.jwk, both.jwk]))];
    const { resolve } = open([
      { url: `${first.url}?token=hush`, tenant: 'first' },
      { url: new URL(second.url), tenant: 'second' },
    ]);
    expect(await resolve('one')).toEqual({
      key: expect.objectContaining({ algorithm: 'ed25519' }),
      canonicalKeyid: await jwkThumbprint(one.jwk),
      tenant: 'first',
      metadata: { url: first.url, kid: 'one', thumbprint: await jwkThumbprint(one.jwk) },
    });
    expect(await resolve('two')).toMatchObject({ tenant: 'second', metadata: { url: second.url } });
    // A key that two tenants claim is nobody's.
    const fresh = () =>
      open([
        { url: first.url, tenant: 'first' },
        { url: second.url, tenant: 'second' },
      ]);
    expect(await fresh().find('both')).toBeUndefined();
    expect(await fresh().find(await jwkThumbprint(both.jwk))).toBeUndefined();
    expect(await open([first.url, second.url]).find('both')).toBeDefined();
  });

  it("reads sets by the package's own parser, not by the engine's", async () => {
    const server = await serve(answer([makeKey('a').jwk, makeKey('b\u0000"').jwk]));
    const parse = vi.spyOn(JSON, 'parse');
    try {
      await open(server.url).find('a');
      for (const [text] of parse.mock.calls) expect(text).not.toContain('"keys"');
    } finally {
      parse.mockRestore();
    }
  });

  it('follows no redirect', async () => {
    const target = await serve(answer([makeKey('a').jwk]));
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve((_request, response) => {
        response.writeHead(status, { location: target.url }).end(JSON.stringify({ keys: [makeKey('a').jwk] }));
      });
      await expect(open(server.url).find('a')).rejects.toThrow('no key set from');
    }
    expect(target.requests).toEqual([]);
  });

  it('refuses every answer that is not 200', async () => {
    for (const status of [201, 202, 203, 206, 400, 401, 404, 410, 429, 500]) {
      const server = await serve(answer([makeKey('a').jwk], status));
      await expect(open(server.url).find('a')).rejects.toThrow();
    }
    const server = await serve((_request, response) => response.writeHead(204).end());
    await expect(open(server.url).find('a')).rejects.toThrow();
  });

  it('refuses what is no key set', async () => {
    for (const text of [
      '',
      'null',
      '[]',
      '"keys"',
      '{}',
      '{"keys":{}}',
      '{"keys":null}',
      '{"__proto__":{"keys":[]}}',
      '<html>',
      '{"keys":[]',
      '\ufffe',
    ]) {
      const server = await serve((_request, response) => response.end(text));
      await expect(open(server.url).find('a'), text).rejects.toThrow('no key set from');
    }
    const server = await serve((_request, response) => response.end(Buffer.from([0x7b, 0xff, 0x7d])));
    await expect(open(server.url).find('a')).rejects.toThrow('no key set from');
  });

  it('takes an empty set for one', async () => {
    const server = await serve(answer([]));
    expect(await open(server.url).find('a')).toBeUndefined();
  });

  it('bounds the number of keys', async () => {
    const server = await serve(answer([makeKey('a').jwk, makeKey('b').jwk, makeKey('c').jwk]));
    await expect(open(server.url, { maxKeys: 2 }).find('a')).rejects.toThrow();
    expect(await open(server.url, { maxKeys: 3 }).find('a')).toBeDefined();
  });

  it('bounds the bytes, however they come', async () => {
    const text = JSON.stringify({ keys: [makeKey('a').jwk], padding: ' '.repeat(5000) });
    const zipped = gzipSync(text);
    const ways: Record<string, Handler> = {
      declared: (_request, response) => response.writeHead(200, { 'content-length': text.length }).end(text),
      chunked: (_request, response) => {
        response.write(text.slice(0, 4000));
        response.end(text.slice(4000));
      },
      zipped: (_request, response) => response.writeHead(200, { 'content-length': zipped.length, 'content-encoding': 'gzip' }).end(zipped),
    };
    for (const [name, handle] of Object.entries(ways)) {
      const server = await serve(handle);
      await expect(open(server.url, { maxBytes: text.length - 1 }).find('a'), name).rejects.toThrow('no key set from');
      expect(await open(server.url, { maxBytes: text.length }).find('a'), name).toBeDefined();
    }
  });

  it('stops reading a body without end', async () => {
    let closed: () => void;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await serve((_request, response) => {
      const pour = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour).on('close', () => closed());
      pour();
    });
    await expect(open(server.url, { maxBytes: 100_000 }).find('a')).rejects.toThrow();
    await gone;
  });

  it('gives up on a server that does not answer, or stops in the middle, and hangs up', async () => {
    const begin: Handler = (_request, response) => response.writeHead(200).write('{"keys":[');
    for (const handle of [silent, begin]) {
      let hungUp: () => void;
      const gone = new Promise<void>((resolve) => {
        hungUp = resolve;
      });
      const server = await serve((request, response) => {
        response.on('close', () => hungUp());
        handle(request, response);
      });
      await expect(open(server.url, { timeout: 1 }).find('a')).rejects.toThrow('no key set from');
      await gone;
    }
  });

  it('gives up on a fetch that ignores its signal, and begins anew when one has died', async () => {
    let calls = 0;
    const fetch: JwksFetch = () => {
      calls++;
      return new Promise(() => undefined);
    };
    const { resolve, clock } = open('https://keys.example/jwks', { fetch, timeout: 3600 });
    void Promise.resolve(resolve('a')).catch(() => undefined);
    void Promise.resolve(resolve('b')).catch(() => undefined);
    await vi.waitFor(() => expect(calls).toBe(1));
    clock.now += 3602;
    void Promise.resolve(resolve('a')).catch(() => undefined);
    expect(calls).toBe(2);
    await expect(open('https://keys.example/jwks', { fetch, timeout: 1 }).find('a')).rejects.toThrow('no key set from');
  });

  it('passes on why it failed, without the query of the address', async () => {
    const reason = new Error('boom');
    const { find } = open('https://keys.example/jwks?token=hush', { fetch: () => Promise.reject(reason) });
    const error = await find('a').then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.cause).toBe(reason);
    expect(error?.message).toBe('no key set from https://keys.example/jwks');
    // Even a rejection with nothing is a failure, not an answer.
    await expect(open('https://keys.example/', { fetch: () => Promise.reject(undefined) }).find('a')).rejects.toThrow();
    await expect(
      open('https://keys.example/', {
        fetch: () => {
          throw reason;
        },
      }).find('a'),
    ).rejects.toThrow();
  });

  it('asks with GET, redirect manual, and nothing of the message', async () => {
    const seen: unknown[] = [];
    const fetch: JwksFetch = (url, { signal, ...init }) => {
      seen.push(url, init);
      expect(signal).toBeInstanceOf(AbortSignal);
      return Promise.resolve(new Response(JSON.stringify({ keys: [] })));
    };
    await open('https://keys.example/jwks', { fetch }).find('https://evil.example/keys');
    expect(seen).toEqual([
      'https://keys.example/jwks',
      { redirect: 'manual', headers: { accept: 'application/jwk-set+json, application/json' } },
    ]);
  });

  it('refuses the opaque redirect of browsers', async () => {
    const fetch: JwksFetch = () => Promise.resolve({ status: 0, body: null });
    await expect(open('https://keys.example/', { fetch }).find('a')).rejects.toThrow();
  });

  it('takes https addresses only, and http on this machine', () => {
    for (const url of [
      'https://a.example/jwks',
      'http://localhost:1/',
      'http://127.0.0.1/',
      'http://127.1.2.3:80/',
      'http://[::1]:8080/',
    ]) {
      expect(() => open(url)).not.toThrow();
      expect(() => open(new URL(url))).not.toThrow();
    }
    for (const url of [
      'http://a.example/',
      'http://127.0.0.1.example/',
      'http://localhost.example/',
      'http://xlocalhost/',
      'http://[::2]/',
      'http://10.0.0.1/',
      'ftp://localhost/',
      'file:///etc/passwd',
      'data:application/json,{}',
      'https://user:secret@a.example/',
      '/jwks.json',
      '',
    ]) {
      expect(() => open(url), url).toThrow(TypeError);
    }
    expect(() => open([])).toThrow(RangeError);
    expect(() => open(undefined as unknown as string)).toThrow(TypeError);
    expect(() => open(null as unknown as string)).toThrow(TypeError);
    expect(() => open({ url: 'http://a.example/' })).toThrow(TypeError);
    expect(() => open({ url: 'https://a.example/', tenant: '' })).toThrow('url.tenant must not be empty');
    expect(() => open({ uri: 'https://a.example/' } as never)).toThrow('url: there is no "uri"; did you mean url?');
    expect(() => open('https://a.example/', { fetch: 7 as unknown as JwksFetch })).toThrow(TypeError);
  });
});

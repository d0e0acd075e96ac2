/** A request is taken once: whatever becomes of the message object changes nothing of what is verified, or was. */
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';
import { BODY, codeOf, countingStore, key, message, NOW, signed, signer, verifier } from '../support/bank.ts';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

describe('while a key is looked up, and after', () => {
  it.each<[string, (request: Mutable<RequestMessage>) => void]>([
    ['another method', (request) => (request.method = 'DELETE')],
    ['another target', (request) => (request.target = '/admin')],
    ['another host', (request) => (request.authority = 'evil.example')],
    ['a field taken away', (request) => (request.fields as [string, string][]).pop()],
    ['a field changed in its line', (request) => ((request.fields as [string, string][])[1]![1] = 'text/html')],
    ['fields exchanged', (request) => (request.fields = [])],
    ['a byte changed', (request) => ((request.body as Uint8Array)[0] = 0)],
    ['a body exchanged', (request) => (request.body = encodeUtf8('{"amount":10000}'))],
  ])('%s changes nothing', async (_, change) => {
    const request = { ...(await signed({ body: new Uint8Array(BODY) })) };
    request.fields = (request.fields as readonly (readonly [string, string])[]).map(([name, value]) => [name, value] as [string, string]);
    const verified = await verifier({
      resolveKey: async () => {
        change(request);
        return key;
      },
    }).verifyRequest(request);
    change(request);
    expect(verified.method()).toBe('POST');
    expect(verified.path()).toBe('/coins');
    expect(verified.header('content-type')).toBe('application/json');
    expect(verified.bytes).toEqual(BODY);
  });

  it('a Request whose headers change shows those that were signed', async () => {
    const { fields } = await signed();
    const request = new Request('https://bank.example/coins?to=jdoe', {
      method: 'POST',
      headers: fields as [string, string][],
      body: BODY as BodyInit,
    });
    const change = () => request.headers.set('content-type', 'text/html');
    const resolveKey = async () => {
      change();
      return key;
    };
    const verified = await verifier({ resolveKey }).verifyRequest(request);
    change();
    expect(verified.header('content-type')).toBe('application/json');
  });

  it('bytes of a Buffer are copied: its slice would be a view', async () => {
    const buffer = Buffer.from(BODY);
    const verified = await verifier().verifyRequest({ ...(await signed()), body: buffer });
    buffer.fill(0);
    expect(verified.text()).toBe(new TextDecoder().decode(BODY));
    expect(verified.bytes.buffer).not.toBe(buffer.buffer);
  });

  it('a producer that reuses its memory changes nothing', async () => {
    async function* reusing() {
      const piece = new Uint8Array(1);
      for (const byte of BODY) {
        piece[0] = byte;
        yield piece;
      }
    }
    const verified = await verifier().verifyRequest({ ...(await signed()), body: reusing() });
    expect(verified.bytes).toEqual(BODY);
  });

  it('getters are read once', async () => {
    const request = await signed();
    const reads = new Map<string, number>();
    const counting = new Proxy(request, {
      get: (target, name, receiver) => {
        reads.set(String(name), (reads.get(String(name)) ?? 0) + 1);
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    expect(await codeOf(() => verifier().verifyRequest(counting))).toBe('accepted');
    for (const name of ['method', 'target', 'authority', 'scheme', 'body']) expect([name, reads.get(name)]).toEqual([name, 1]);
  });

  it('a custom key gets memory of its own', async () => {
    const bases: Uint8Array[] = [];
    const custom = {
      algorithm: 'hmac-sha256' as const,
      verify: (base: Uint8Array, signature: Uint8Array) => {
        bases.push(base);
        return key.verify(base, signature);
      },
    };
    for (let count = 0; count < 3; count++) await verifier({ resolveKey: () => custom }).verifyRequest(await signed());
    for (const base of bases) expect(base.buffer.byteLength).toBe(base.length);
  });
});

describe('what is no request is named, with what to pass', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /request must be an object/],
    ['a text', 'https://bank.example/', /request must be an object/],
    ['a response', new Response('x'), /request is a response/],
    ['a request of Node', { rawHeaders: [], headers: {}, method: 'GET', url: '/' }, /messageFromNode/],
    ['the event of a function', { httpMethod: 'GET', path: '/', headers: {}, requestContext: {} }, /messageFromEvent.*countersign\/lambda/],
    ['a request of Fastify', { raw: { rawHeaders: [] }, headers: {}, method: 'GET', url: '/' }, /messageFromNode/],
    ['a request of a framework', { headers: { host: 'bank.example' }, method: 'GET', url: '/' }, /messageFromNode/],
    ['fields as a plain object', { ...message(), fields: { host: 'bank.example' } }, /Object\.entries/],
    ['fields that are no pairs', { ...message(), fields: ['host'] }, /pairs of strings/],
    ['no fields', { method: 'GET', target: '/' }, /fields/],
    ['a target that is no text', { ...message(), target: 5 }, /request\.target must be a string/],
  ])('%s', async (_, request, expected) => {
    const failure = verifier().verifyRequest(request as never);
    await expect(failure).rejects.toThrow(TypeError);
    await expect(failure).rejects.toThrow(expected);
  });
});

describe('a body', () => {
  it('may come in any number of pieces', async () => {
    async function* pieces() {
      for (const byte of BODY) {
        for (let count = 0; count < 10_000; count++) yield new Uint8Array(0);
        yield Uint8Array.of(byte);
      }
    }
    expect(await codeOf(async () => verifier().verifyRequest({ ...(await signed()), body: pieces() }))).toBe('accepted');
  });

  it('that takes longer than its deadline is refused, and consumes nothing', async () => {
    const replayStore = countingStore();
    async function* stalled() {
      yield BODY.subarray(0, 5);
      await new Promise(() => undefined);
    }
    const request = { ...(await signed()), body: stalled() };
    expect(await codeOf(() => verifier({ replayStore, bodyTimeout: 1 }).verifyRequest(request))).toBe('body_incomplete');
    expect(replayStore.asked).toEqual([]);
  });

  it.each(['5', '', '-1', '1e3', 'x', '99999999999999999999'])('of a declared length of %j is bounded all the same', async (length) => {
    let given = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const { fields } = await signed();
    const request = new Request('https://bank.example/coins?to=jdoe', {
      method: 'POST',
      headers: fields as [string, string][],
      body: stream,
      duplex: 'half',
    } as RequestInit);
    Object.defineProperty(request, 'headers', { value: new Headers([...(fields as [string, string][]), ['content-length', length]]) });
    expect(await codeOf(() => verifier({ limits: { bodyBytes: 10_000 } }).verifyRequest(request))).toBe('body_too_large');
    expect(given).toBeLessThan(20_000);
  });
});

describe('time is read again after whatever was waited for', () => {
  it('content that ends after the message expired is refused before its nonce is consumed', async () => {
    const replayStore = countingStore();
    let now = NOW;
    async function* late() {
      yield BODY.subarray(0, BODY.length - 1);
      now += 400;
      yield BODY.subarray(BODY.length - 1);
    }
    const request = await signed();
    const judge = verifier({ replayStore, now: () => now });
    expect(await codeOf(() => judge.verifyRequest({ ...request, body: late() }))).toBe('expired');
    expect(replayStore.asked).toEqual([]);
  });

  it('a look-up that takes too long, and a key that ends meanwhile', async () => {
    const replayStore = countingStore();
    let now = NOW;
    const slow = (notAfter?: number) => async () => {
      now += 301;
      return { key, notAfter };
    };
    expect(await codeOf(async () => verifier({ replayStore, now: () => now, resolveKey: slow() }).verifyRequest(await signed()))).toBe(
      'expired',
    );
    now = NOW;
    const ending = verifier({ replayStore, now: () => now, policy: { maxAge: 1000 }, resolveKey: slow(NOW + 300) });
    expect(await codeOf(async () => ending.verifyRequest(await signed()))).toBe('key_expired');
    expect(replayStore.asked).toEqual([]);
  });

  it('the store is told the time of the consumption, and keeps a nonce a second longer than a message counts', async () => {
    const asked: { now: number; keepUntil: number; created: number }[] = [];
    let now = NOW;
    const replayStore = {
      consume: ({ now: at, keepUntil, created }: { now: number; keepUntil: number; created: number }) => {
        asked.push({ now: at, keepUntil, created });
        return 'consumed' as const;
      },
    };
    const resolveKey = async () => {
      now += 100;
      return key;
    };
    await verifier({ replayStore, now: () => now, resolveKey, policy: { futureSkew: 0 } }).verifyRequest(await signed());
    expect(asked).toEqual([{ now: NOW + 100, created: NOW, keepUntil: NOW + 300 + 1 }]);
  });
});

describe('a process that nobody can end', () => {
  it('a policy function and a malformed target reject, and nothing is left behind', async () => {
    const rejections: unknown[] = [];
    const listen = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', listen);
    const policies = [
      () => Promise.reject(new Error('down')),
      async () => ({}),
      () => {
        throw new Error('down');
      },
    ];
    for (const policy of policies) {
      for (const target of ['/a/../b', '/%2e%2e/b', '/a b', '/a\\b', '*', 'http://bank.example/', '/#']) {
        for (const request of [message({ target }), { ...(await signed()), target }])
          expect(await codeOf(() => verifier({ policy: policy as never }).verifyRequest(request))).toMatch(
            /^(signature_missing|target_malformed)$/,
          );
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(rejections).toEqual([]);
  });

  it('a policy function that fails is a store that fails', async () => {
    for (const policy of [
      () => Promise.reject(new Error('down')),
      () =>
        Promise.resolve().then(() => {
          throw new Error('down');
        }),
    ])
      expect(await codeOf(async () => verifier({ policy }).verifyRequest(await signed()))).toBe('store_unavailable');
    const hanging = verifier({ policy: () => new Promise(() => undefined), timeout: 1 });
    expect(await codeOf(async () => hanging.verifyRequest(await signed()))).toBe('store_unavailable');
  });

  it('promises that are functions are waited for (as those of RPC stubs are)', async () => {
    const late = <T>(value: T) =>
      Object.assign(() => undefined, { ['then' as string]: (next: (value: T) => unknown) => Promise.resolve(value).then(next) });
    const store = { consume: () => late('consumed' as const) as never };
    const lookUp = () => late(key) as never;
    const isOurs = () => late(true) as never;
    expect(
      await codeOf(async () =>
        verifier({ replayStore: store, resolveKey: lookUp, authority: isOurs, policy: () => late({}) as never }).verifyRequest(
          await signed(),
        ),
      ),
    ).toBe('accepted');
    const custom = { algorithm: 'hmac-sha256' as const, verify: () => late(true) as never };
    expect(await codeOf(async () => verifier({ resolveKey: () => custom }).verifyRequest(await signed()))).toBe('accepted');
    expect(
      await codeOf(async () =>
        verifier({ resolveKey: () => ({ ...custom, verify: () => late(false) as never }) }).verifyRequest(await signed()),
      ),
    ).toBe('signature_mismatch');
  });

  it('hooks that throw change no answer', async () => {
    const told: string[] = [];
    const original = console.error;
    console.error = (text: string) => told.push(text);
    const boom = () => {
      throw new Error('hook');
    };
    const late = async () => boom();
    // As promises of RPC stubs are: functions.
    const remote = () =>
      Object.assign(() => undefined, { ['then' as string]: (_: unknown, fail: (error: unknown) => void) => fail(new Error('hook')) });
    for (const hook of [boom, late, remote]) {
      const judge = verifier({ onVerified: hook, onRefused: hook });
      expect(await codeOf(async () => judge.verifyRequest(await signed()))).toBe('accepted');
      expect(await codeOf(() => judge.verifyRequest(message()))).toBe('signature_missing');
    }
    await new Promise((resolve) => setImmediate(resolve));
    console.error = original;
    expect(told).toHaveLength(6);
  });
});

describe('hooks', () => {
  it('are told what was verified, and what was refused with the keyid it claims', async () => {
    const seen: unknown[] = [];
    const judge = verifier({ onVerified: ({ keyid }) => seen.push(keyid), onRefused: ({ code, keyid }) => seen.push([code, keyid]) });
    await codeOf(async () => judge.verifyRequest(await signed()));
    await codeOf(async () => judge.verifyRequest({ ...(await signed()), method: 'PUT' }));
    await codeOf(() => judge.verifyRequest(message()));
    expect(seen).toEqual(['jdoe', ['signature_mismatch', 'jdoe'], ['signature_missing', undefined]]);
  });

  it('and a base that is shown hides covered credentials', async () => {
    const fields = [
      ['Host', 'bank.example'],
      ['Authorization', 'Bearer opensesame'],
      ['Cookie', 'session=opensesame'],
    ] as const;
    const request = await signed({ fields, body: undefined }, { components: ['authorization', '"cookie";bs'] });
    const { signatureBase } = (await verifier()
      .verifyRequest({ ...request, method: 'PUT' })
      .catch((error: unknown) => error)) as {
      signatureBase: string;
    };
    expect(signatureBase).toContain('"authorization": (not shown)');
    expect(signatureBase).toContain('"cookie";bs: (not shown)');
    expect(signatureBase).not.toMatch(/opensesame|c2Vzc2lvbj/);
    expect(signer.keyid).toBe('jdoe');
  });
});

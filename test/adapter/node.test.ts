import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  messageFromNode,
  type NodeRequestLike,
  type VerifiedHandler,
  type VerifiedHandlerOptions,
  verifiedHandler,
} from '../../src/adapter/node.ts';
import { VerificationError } from '../../src/errors.ts';
import type { VerifierOptions } from '../../src/http/verifier-options.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import type { StandardSchema } from '../../src/signature/verified/schema.ts';
import {
  type AnyRequest,
  type AnyResponse,
  json,
  type Listener,
  PROTOCOLS,
  rawConnection,
  sendSigned,
  signed,
  type TestServer,
  verifierOf,
} from './support/servers.ts';

const opened: TestServer[] = [];
const protocols = Object.entries(PROTOCOLS);

async function open(start: (listener: Listener) => Promise<TestServer>, listener: Listener): Promise<TestServer> {
  const server = await start(listener);
  opened.push(server);
  return server;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

const ORDER: StandardSchema<{ readonly amount: number }> = {
  '~standard': {
    validate: (value) =>
      typeof value === 'object' && value !== null && 'amount' in value && typeof value.amount === 'number'
        ? { value: { amount: value.amount } }
        : { issues: [{ message: 'no order' }] },
  },
};

const codeIn = (body: string): unknown => (JSON.parse(body) as { readonly code?: unknown }).code;

describe('messageFromNode', () => {
  const fake = (members: object): NodeRequestLike => ({
    rawHeaders: [],
    [Symbol.asyncIterator]: () => (async function* () {})(),
    ...members,
  });

  describe.each(protocols)('of node:%s', (_, start) => {
    it('keeps the raw target and every field line, and lets the verifier read the body', async () => {
      const seen: unknown[] = [];
      const server = await open(start, async (request, response) => {
        const verified = await verifierOf({ limits: { bodyBytes: 2 ** 20 } }).verifyRequest(messageFromNode(request));
        const { target, scheme, authority, fields } = messageFromNode(request, { body: verified.bytes });
        seen.push(
          target,
          scheme,
          authority,
          (fields as [string, string][]).find(([name]) => name.toLowerCase() === 'x-note'),
        );
        response.end(verified.text());
      });
      const body = encodeUtf8('x'.repeat(100_000));
      const answer = await sendSigned(server, { target: '/a%2fb?x=%7e&&y', headers: { 'x-note': 'one,  two' }, body });
      expect(answer.text).toHaveLength(100_000);
      expect(seen).toEqual(['/a%2fb?x=%7e&&y', 'http', server.host, ['x-note', 'one,  two']]);
    });

    it('says what to do where something read the body before, and takes the bytes that were kept', async () => {
      const codes: unknown[] = [];
      const server = await open(start, async (request, response) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of request) chunks.push(chunk as Uint8Array);
        try {
          await verifierOf().verifyRequest(messageFromNode(request));
        } catch (error) {
          codes.push((error as VerificationError).code, (error as VerificationError).message);
        }
        const body = Buffer.concat(chunks);
        const verified = await verifierOf().verifyRequest(messageFromNode(request, { body }));
        const spread = await verifierOf().verifyRequest({ ...messageFromNode(request), body });
        response.end(verified.text() + spread.text());
      });
      expect((await sendSigned(server, json({ amount: 10 }))).text).toBe('{"amount":10}{"amount":10}');
      expect(codes).toEqual(['raw_body_unavailable', expect.stringContaining('messageFromNode(request, { body })')]);
    });
  });

  it('takes the bytes that a body parser left as rawBody; those that are passed go before', () => {
    const request = fake({ readableDidRead: true, rawBody: encodeUtf8('left') });
    expect(messageFromNode(request).body).toEqual(encodeUtf8('left'));
    expect(messageFromNode(request, { body: encodeUtf8('passed') }).body).toEqual(encodeUtf8('passed'));
    expect(messageFromNode(request, { body: new Uint8Array(0) }).body).toEqual(new Uint8Array(0));
  });

  it.each([{}, [1], null, 1, new ArrayBuffer(1)])('refuses a body that is neither bytes nor text: %j', (body) => {
    expect(() => messageFromNode(fake({}), { body: body as unknown as Uint8Array })).toThrow(/^body must be the raw bytes/);
  });

  it('refuses options it does not know', () => {
    expect(() => messageFromNode(fake({}), { rawBody: new Uint8Array(1) } as object)).toThrow(TypeError);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', '/coins'],
    ['fields as a plain object', { method: 'GET', url: '/', headers: { host: 'bank.example' } }],
    ["a framework's request", { method: 'GET', url: '/', raw: {}, headers: {} }],
    ['rawHeaders that are no list', { rawHeaders: { host: 'bank.example' } }],
    ['a fetch Request', new Request('https://bank.example/')],
  ])('names itself when it is given %s', (_, given) => {
    expect(() => messageFromNode(given as unknown as NodeRequestLike)).toThrow(TypeError);
    if (typeof given === 'object' && given !== null)
      expect(() => messageFromNode(given as unknown as NodeRequestLike)).toThrow(/messageFromNode of countersign\/node/);
  });

  it('knows TLS by its socket', () => {
    expect(messageFromNode(fake({ socket: { encrypted: true } })).scheme).toBe('https');
    expect(messageFromNode(fake({ socket: null })).scheme).toBe('http');
  });
});

describe('two hosts', () => {
  const codes: string[] = [];
  const listener: Listener = (request, response) => {
    try {
      response.end(messageFromNode(request).authority);
    } catch (error) {
      codes.push((error as VerificationError).code);
      response.end('refused');
    }
  };
  afterEach(() => codes.splice(0));

  it.each([
    ['two', 'Host: a.example\r\nHost: b.example\r\n', 'refused'],
    ['the same twice, in other cases', 'Host: a.example\r\nhOST: a.example\r\n', 'refused'],
    ['one', 'hOsT: a.example\r\n', 'a.example'],
  ])('of HTTP/1.1, %s', async (_, lines, expected) => {
    const server = await open(PROTOCOLS.http, listener);
    const socket = await rawConnection(server, `GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
    expect(await text(socket)).toContain(`\r\n\r\n${expected}`);
    expect(codes).toEqual(expected === 'refused' ? ['target_malformed'] : []);
  });

  it.each([
    ['another', 'other.example', 'refused'],
    ['another port', 'bank.example:8080', 'refused'],
    ['the same', 'bank.example', 'bank.example'],
    ['the same in another case', 'Bank.Example', 'bank.example'],
    ['the same with the default port', 'bank.example:80', 'bank.example'],
  ])('of HTTP/2: %s beside :authority', async (_, host, expected) => {
    const server = await open(PROTOCOLS.http2, listener);
    const { text: answer } = await server.send({ method: 'GET', headers: { ':authority': 'bank.example', host } });
    expect(answer).toBe(expected);
    for (const code of codes) expect(['target_malformed', 'authority_forbidden']).toContain(code);
  });

  it('of HTTP/2: Host alone', async () => {
    const lines = ['host', 'bank.example'];
    const request = { method: 'GET', url: '/', rawHeaders: [':method', 'GET', ...lines], [Symbol.asyncIterator]: undefined as never };
    expect(messageFromNode(request)).toMatchObject({ authority: 'bank.example', fields: [lines] });
  });
});

describe.each(protocols)('verifiedHandler on node:%s', (_, start) => {
  /** A server of ours, and what its `onError` was told. */
  async function bank(
    handler: VerifiedHandler<AnyRequest, AnyResponse>,
    options: Partial<VerifierOptions> = {},
    handlerOptions?: VerifiedHandlerOptions<AnyRequest>,
  ) {
    const told: unknown[] = [];
    const onError = (error: unknown, request: AnyRequest) => told.push([error, request.url]);
    const server = await open(start, verifiedHandler(verifierOf(options), handler, handlerOptions ?? { onError }));
    return { server, told };
  }
  const credit: VerifiedHandler<AnyRequest, AnyResponse> = (verified, __, response) => {
    response.end(`${verified.json(ORDER).amount} for ${verified.keyid}`);
  };

  it('hands over what was verified', async () => {
    const { server, told } = await bank(credit);
    const answer = await sendSigned(server, json({ amount: 10 }));
    expect([answer.status, answer.text, told]).toEqual([200, '10 for jdoe', []]);
  });

  it('answers refusals as problems, with their fields', async () => {
    const { server, told } = await bank(credit);
    const answer = await server.send(json({ amount: 10 }));
    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'www-authenticate': 'Signature error="signature_missing"',
      'accept-signature': expect.stringContaining('"content-digest"'),
    });
    expect(codeIn(answer.text)).toBe('signature_missing');
    const replayed = await signed(server.host, json({ amount: 10 }));
    expect((await server.send({ ...json({ amount: 10 }), headers: replayed })).status).toBe(200);
    expect(codeIn((await server.send({ ...json({ amount: 10 }), headers: replayed })).text)).toBe('nonce_replayed');
    expect(told).toEqual([]);
  });

  it.each(['null', '[]', '""', '0', '{}', '{"amount":"10"}', '', '{', '{"amount":1,"amount":2}', '{"amount":9007199254740993}'])(
    'answers a signed body that is no order with 400: %s',
    async (body) => {
      const { server, told } = await bank(credit);
      const answer = await sendSigned(server, json(body));
      expect([answer.status, codeIn(answer.text), told]).toEqual([400, expect.stringMatching(/^payload_/), []]);
    },
  );

  it('answers what fails in the handler with 500 and no details, and tells onError', async () => {
    for (const thrown of [new TypeError('the database password is hunter2'), 'a text', undefined, null]) {
      for (const handler of [
        () => {
          throw thrown;
        },
        () => Promise.reject(thrown),
        async () => {
          await null;
          throw thrown;
        },
      ]) {
        const { server, told } = await bank(handler);
        const answer = await sendSigned(server, json({ amount: 10 }));
        expect(answer.status).toBe(500);
        expect(answer.headers['content-type']).toBe('application/problem+json');
        expect(JSON.parse(answer.text)).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
        expect(told).toEqual([[thrown, '/coins']]);
      }
    }
  });

  it('answers 500 when the handler reads a field that nobody signed: it did not ask for it in its policy', async () => {
    const { server, told } = await bank((verified) => verified.header('x-role'));
    const headers = { ...(await signed(server.host, json({}))), 'x-role': 'admin' };
    expect((await server.send({ ...json({}), headers })).status).toBe(500);
    expect(told).toEqual([[expect.any(TypeError), '/coins']]);
    const asking = await bank((verified, __, response) => response.end(verified.header('x-role') ?? 'none'), {
      policy: { components: [{ name: 'x-role', when: 'present' }] },
    });
    const refused = await asking.server.send({
      ...json({}),
      headers: { ...(await signed(asking.server.host, json({}))), 'x-role': 'admin' },
    });
    expect([refused.status, codeIn(refused.text)]).toEqual([401, 'component_uncovered']);
    expect((await sendSigned(asking.server, json({}))).text).toBe('none');
  });

  it('tells onError of refusals that no sender can do anything about', async () => {
    const { server, told } = await bank(credit, {
      resolveKey: () => {
        throw new VerificationError('raw_body_unavailable');
      },
    });
    expect((await sendSigned(server, json({ amount: 10 }))).status).toBe(500);
    expect(told).toEqual([[expect.objectContaining({ code: 'raw_body_unavailable' }), '/coins']]);
  });

  it('tells onRefused of every refusal, also of one that comes before a message can be made', async () => {
    const refused: string[] = [];
    const onRefused = ({ code }: VerificationError) => refused.push(code);
    const server = await open(start, (request, response) => {
      if (request.url === '/texts') request.setEncoding('utf8');
      verifiedHandler(verifierOf({ onRefused }), credit, { onError: () => undefined })(request, response);
    });
    expect((await sendSigned(server, { ...json({ amount: 10 }), target: '/texts' })).status).toBe(500);
    expect((await server.send({ method: 'GET', target: '/coins', headers: {} })).status).toBe(401);
    expect(refused).toEqual(['raw_body_unavailable', 'signature_missing']);
  });

  it('answers 500 when resolveKey answers something that is no key', async () => {
    const { server, told } = await bank(credit, { resolveKey: () => 'a secret as text' as never });
    expect((await sendSigned(server, json({ amount: 10 }))).status).toBe(500);
    expect(told).toEqual([[expect.any(TypeError), '/coins']]);
  });

  it('keeps what describes content that is not sent out of its answer, and other fields in it', async () => {
    const { server } = await bank((verified, __, response) => {
      response.statusCode = 201;
      response.setHeader('content-length', '3');
      response.setHeader('content-encoding', 'gzip');
      response.setHeader('ETag', '"1"');
      response.setHeader('access-control-allow-origin', 'https://shop.example');
      verified.json(ORDER);
    });
    const { status, headers, text: body } = await sendSigned(server, json({}));
    expect([status, codeIn(body)]).toEqual([400, 'payload_malformed']);
    expect(headers['access-control-allow-origin']).toBe('https://shop.example');
    expect([headers['content-encoding'], headers['etag']]).toEqual([undefined, undefined]);
  });

  it('breaks an answer off that had begun, so that nobody takes it for a whole one', async () => {
    const { server, told } = await bank((__, ___, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('half of it');
      throw new Error('then the disk was full');
    });
    await expect(sendSigned(server, json({}))).rejects.toThrow();
    expect(told).toEqual([[new Error('then the disk was full'), '/coins']]);
  });

  it('leaves an answer alone that was sent', async () => {
    const { server, told } = await bank((__, ___, response) => {
      response.end('all of it');
      throw new Error('afterwards');
    });
    expect(await sendSigned(server, json({}))).toMatchObject({ status: 200, text: 'all of it' });
    expect(told).toEqual([[new Error('afterwards'), '/coins']]);
  });

  it('survives a handler that answers twice', async () => {
    const { server } = await bank((verified, __, response) => {
      response.end('once');
      if (verified.path() !== '/twice') return;
      response.end('twice');
      response.write('and again');
      response.writeHead(200);
    });
    for (let count = 0; count < 3; count++) {
      // HTTP/2 gives up the stream that is written to after its end.
      await sendSigned(server, { ...json({}), target: '/twice' }).catch(() => undefined);
      expect(await sendSigned(server, json({}))).toMatchObject({ status: 200, text: 'once' });
    }
  });

  it('reports on the console by default, and what an onError of its own throws', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const failing = () => Promise.reject(new Error('down'));
    const { server } = await bank(failing, {}, {});
    expect((await sendSigned(server, json({}))).status).toBe(500);
    expect(printed).toHaveBeenCalledWith(expect.stringContaining('500'), new Error('down'));
    for (const onError of [
      () => {
        throw new Error('no log');
      },
      () => Promise.reject(new Error('no log')),
    ]) {
      printed.mockClear();
      const other = await bank(failing, {}, { onError });
      expect((await sendSigned(other.server, json({}))).status).toBe(500);
      await vi.waitFor(() => expect(printed).toHaveBeenCalledWith(expect.stringContaining('onError'), new Error('no log')));
    }
  });

  it('answers a body that is too large while it is being sent, and one that it refuses before reading it', async () => {
    const { server } = await bank(credit, { limits: { bodyBytes: 1000 } });
    const body = new Uint8Array(3_000_000);
    const large = await sendSigned(server, { body });
    expect([large.status, codeIn(large.text)]).toEqual([413, 'body_too_large']);
    const unsigned = await server.send({ body });
    expect([unsigned.status, codeIn(unsigned.text)]).toEqual([401, 'signature_missing']);
    expect(await sendSigned(server, json({ amount: 1 }))).toMatchObject({ status: 200 });
  });
});

describe('verifiedHandler and a client that goes away', () => {
  const head = async (server: TestServer, declared: number): Promise<string> => {
    const body = encodeUtf8('x'.repeat(declared));
    const lines = Object.entries(await signed(server.host, { body })).map(([name, value]) => `${name}: ${value}\r\n`);
    return `POST /coins HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: ${declared}\r\n${lines.join('')}\r\n`;
  };

  it('while it sends', async () => {
    const refused: string[] = [];
    const told: unknown[] = [];
    const verifier = verifierOf({ onRefused: ({ code }) => refused.push(code) });
    const server = await open(
      PROTOCOLS.http,
      verifiedHandler(verifier, () => undefined, { onError: (error) => told.push(error) }),
    );
    const socket = await rawConnection(server, `${await head(server, 1000)}xxx`);
    socket.destroy();
    await vi.waitFor(() => expect(refused).toEqual(['body_incomplete']));
    expect(told).toEqual([]);
  });

  it('while it is served', async () => {
    const done: string[] = [];
    const told: unknown[] = [];
    const server = await open(
      PROTOCOLS.http,
      verifiedHandler<AnyRequest, AnyResponse>(
        verifierOf(),
        async (__, request, response) => {
          done.push('began');
          await once(request.socket, 'close');
          response.write('is anybody there?');
          response.end('no');
          done.push('ended');
        },
        { onError: (error) => told.push(error) },
      ),
    );
    const socket = await rawConnection(server, `${await head(server, 3)}xxx`);
    await vi.waitFor(() => expect(done).toEqual(['began']));
    socket.destroy();
    await vi.waitFor(() => expect(done).toEqual(['began', 'ended']));
    expect(told).toEqual([]);
  });
});

describe('verifiedHandler, made wrongly', () => {
  it.each([
    ['without a verifier', () => verifiedHandler(undefined as never, () => undefined)],
    ['with something else for a verifier', () => verifiedHandler({} as never, () => undefined)],
    ['without a handler', () => verifiedHandler(verifierOf(), undefined as never)],
    ['with an option that is not known', () => verifiedHandler(verifierOf(), () => undefined, { onerror: () => undefined } as object)],
    ['with an onError that is none', () => verifiedHandler(verifierOf(), () => undefined, { onError: 'log' as never })],
  ])('%s is a TypeError', (_, make) => {
    expect(make).toThrow(TypeError);
  });
});

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { messageFromNode, type NodeRequestLike } from '../../src/adapter/node.ts';
import { isVerificationError } from '../../src/errors.ts';
import type { Verifier } from '../../src/http/verifier.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import {
  type AnyRequest,
  type Listener,
  PROTOCOLS,
  rawConnection,
  sendSigned,
  signed,
  type TestServer,
  verifierOf,
} from './support/servers.ts';

const opened: TestServer[] = [];

async function open(start: (listener: Listener) => Promise<TestServer>, listener: Listener): Promise<TestServer> {
  const server = await start(listener);
  opened.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

/** How applications read a body. */
const READERS: Readonly<Record<string, (request: AnyRequest) => Promise<string>>> = {
  'for await': async (request) => {
    let read = '';
    for await (const chunk of request) read += String(chunk);
    return read;
  },
  'data and end': (request) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => resolve(Buffer.concat(chunks).toString()));
      request.on('error', reject);
    }),
  'stream consumers': (request) => text(request),
  'after a while': async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return text(request);
  },
  'readable and read()': (request) =>
    new Promise((resolve) => {
      let read = '';
      request.on('readable', () => {
        for (let chunk = request.read(); chunk !== null; chunk = request.read()) read += String(chunk);
      });
      request.on('end', () => resolve(read));
    }),
};

describe.each(Object.entries(PROTOCOLS))('a body that was verified, on node:%s', (protocol, start) => {
  it.each(Object.entries(READERS))('can be read again: %s', async (_, read) => {
    const verifier = verifierOf();
    const server = await open(start, async (request, response) => {
      const verified = await verifier.verifyRequest(messageFromNode(request));
      const again = await read(request);
      response.end(JSON.stringify([again === verified.text(), again.length]));
    });
    for (const length of [1, 10, 70_000, 1_000_000, 1_048_576]) {
      const answer = await sendSigned(server, { body: encodeUtf8('x'.repeat(length)) });
      expect(answer.text).toBe(JSON.stringify([true, length]));
    }
  });

  it('need not be read again: the connection serves the next request', async () => {
    const verifier = verifierOf();
    const server = await open(start, async (request, response) => {
      response.end(String((await verifier.verifyRequest(messageFromNode(request))).bytes.length));
    });
    for (let count = 0; count < 5; count++) expect((await sendSigned(server, { body: new Uint8Array(500_000) })).text).toBe('500000');
  });

  it('may be empty', async () => {
    const verifier = verifierOf();
    const server = await open(start, async (request, response) => {
      const verified = await verifier.verifyRequest(messageFromNode(request));
      response.end(`${verified.bytes.length} ${(await text(request)).length}`);
    });
    expect((await sendSigned(server, { body: new Uint8Array(0) })).text).toBe('0 0');
    expect((await sendSigned(server, { method: 'GET' })).text).toBe('0 0');
  });

  it('can be verified again, also behind who read it', async () => {
    const verifiers: readonly Verifier[] = [verifierOf(), verifierOf(), verifierOf()];
    const server = await open(start, async (request, response) => {
      const texts = [(await verifiers[0]!.verifyRequest(messageFromNode(request))).text()];
      texts.push((await verifiers[1]!.verifyRequest(messageFromNode(request))).text(), await text(request));
      texts.push((await verifiers[2]!.verifyRequest(messageFromNode(request))).text());
      response.end(texts.join(' '));
    });
    expect((await sendSigned(server, { body: encodeUtf8('coins') })).text).toBe('coins coins coins coins');
  });

  it('is skipped where it is too large', async () => {
    const verifier = verifierOf({ limits: { bodyBytes: 1000 } });
    const server = await open(start, async (request, response) => {
      try {
        await verifier.verifyRequest(messageFromNode(request));
      } catch (error) {
        response.end(isVerificationError(error) ? error.code : 'another error');
      }
    });
    for (let count = 0; count < 3; count++)
      expect((await sendSigned(server, { body: new Uint8Array(400_000) })).text).toBe('body_too_large');
    expect(protocol).toMatch(/^http/);
  });

  it('is not taken from whoever decodes it', async () => {
    const server = await open(start, (request, response) => {
      request.setEncoding('utf8');
      verifierOf()
        .verifyRequest(messageFromNode(request))
        .catch((error: Error) => response.end(error.message));
    });
    expect((await sendSigned(server, { body: encodeUtf8('coins') })).text).toMatch(/^raw body unavailable: the body is decoded as utf8/);
  });
});

it('a body whose sender goes away is incomplete, and nothing waits for ever', async () => {
  const codes: string[] = [];
  let refused: (() => void) | undefined;
  const done = new Promise<void>((resolve) => {
    refused = resolve;
  });
  const verifier = verifierOf();
  const server = await open(PROTOCOLS.http, async (request) => {
    try {
      await verifier.verifyRequest(messageFromNode(request));
    } catch (error) {
      if (isVerificationError(error)) codes.push(error.code);
    }
    refused?.();
  });
  const fields = await signed(server.host, { body: new Uint8Array(1000) });
  const lines = Object.entries({ host: server.host, 'content-length': '1000', ...fields }).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = await rawConnection(server, `POST /coins HTTP/1.1\r\n${lines.join('')}\r\nhalf`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  await once(socket, 'close');
  await done;
  expect(codes).toEqual(['body_incomplete']);
});

describe('kept bytes', () => {
  const request = (members: object): NodeRequestLike => ({
    rawHeaders: ['Host', 'bank.example'],
    readableDidRead: true,
    [Symbol.asyncIterator]: () => (async function* () {})(),
    ...members,
  });
  const bytes = encodeUtf8('{"a": 1}');

  it.each([
    ['rawBody, bytes', { rawBody: bytes }],
    ['rawBody, text', { rawBody: '{"a": 1}' }],
    ['body, bytes', { body: bytes }],
    ['body, text', { body: '{"a": 1}' }],
    ['rawBody before body', { rawBody: bytes, body: 'other' }],
    ['with the length that was announced', { rawBody: '{"a": 1}', headers: { 'content-length': '8' } }],
  ])('are taken: %s', (_, members) => {
    expect(messageFromNode(request(members)).body).toEqual(bytes);
  });

  it('are nothing where no content was announced', () => {
    expect(messageFromNode(request({ httpVersionMajor: 1, headers: {}, body: {} })).body).toEqual(new Uint8Array(0));
    expect(messageFromNode(request({ httpVersionMajor: 1, headers: { 'content-length': '0' }, body: {} })).body).toEqual(new Uint8Array(0));
  });

  it.each([
    ['what was parsed', { body: { a: 1 } }],
    ['nothing', {}],
    ['text that is no UTF-8', { rawBody: '\ufffd' }],
    ['bytes of another length than arrived', { rawBody: bytes, headers: { 'content-length': '30', 'content-encoding': 'gzip' } }],
    ['text of another length than arrived', { body: '{"a": 1}', headers: { 'content-length': '11' } }],
  ])('are not taken, and the line to add is named: %s', (_, members) => {
    const { body } = messageFromNode(request(members));
    expect(() => (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()).toThrow(
      expect.objectContaining({
        code: 'raw_body_unavailable',
        status: 500,
        detail: undefined,
        message: expect.stringContaining('rawBody = bytes'),
      }),
    );
  });
});

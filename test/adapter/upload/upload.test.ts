import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as later } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { verified as verifiedLambda } from '../../../src/adapter/lambda.ts';
import { type UploadHandler, type UploadHandlerOptions, type VerificationEvent, verifiedHandler } from '../../../src/adapter/node.ts';
import { hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import type { Upload } from '../../../src/http/upload/verify-upload.ts';
import type { VerifierOptions } from '../../../src/http/verifier-options.ts';
import {
  type Answer,
  type AnyRequest,
  type AnyResponse,
  type Headers,
  type Listener,
  type Outgoing,
  PROTOCOLS,
  rawConnection,
  signed,
  type TestServer,
  verifierOf,
} from '../support/servers.ts';

const CONTENT = new Uint8Array(300_000).map((_, index) => index % 251);
const LIMIT = { bodyBytes: 1_000_000 };

const digestOf = (content: Uint8Array): string => `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;

type Handler = UploadHandler<AnyRequest, AnyResponse>;
type Options = Partial<UploadHandlerOptions<AnyRequest>>;

/** What came of the uploads of a server. */
interface Told {
  readonly uploads: Upload[];
  readonly events: VerificationEvent[];
  readonly errors: unknown[];
}

const opened: TestServer[] = [];

async function open(
  start: (listener: Listener) => Promise<TestServer>,
  handler: Handler,
  options: Options = {},
  verifying: Partial<VerifierOptions> = {},
): Promise<Told & { readonly server: TestServer }> {
  const told: Told = { uploads: [], events: [], errors: [] };
  const listener = verifiedHandler<AnyRequest, AnyResponse>(
    verifierOf(verifying),
    (upload, request, response) => {
      told.uploads.push(upload);
      return handler(upload, request, response);
    },
    {
      onEvent: (event) => told.events.push(event),
      onError: (error) => told.errors.push(error),
      ...options,
      upload: LIMIT,
    },
  );
  const server = await start(listener);
  opened.push(server);
  return { ...told, server };
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

/** The fields of an upload, signed before its content is sent. */
const uploadFields = (server: TestServer, content: Uint8Array = CONTENT): Promise<Headers> =>
  signed(server.host, {
    method: 'PUT',
    target: '/files/a.bin',
    headers: { 'content-type': 'image/png', 'content-digest': digestOf(content) },
  });

async function send(server: TestServer, body: Uint8Array = CONTENT, headers?: Headers, more: Headers = {}): Promise<Answer> {
  const outgoing: Outgoing = {
    method: 'PUT',
    target: '/files/a.bin',
    headers: { ...(headers ?? (await uploadFields(server))), ...more },
    body,
  };
  return server.send(outgoing);
}

const codeIn = ({ text }: Answer): unknown => (JSON.parse(text) as { readonly code?: unknown }).code;

/** The head of an upload, as text. */
async function headOf(server: TestServer, more: Headers): Promise<string> {
  const fields = Object.entries({ host: server.host, ...more, ...(await uploadFields(server)) });
  return `PUT /files/a.bin HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** Reads all, and answers when it counts. */
const honest: Handler = async ({ body, finished }, _, response) => {
  const read = await buffer(body);
  const { keyid } = await finished;
  response.end(`${keyid}: ${read.length}, ${read.equals(CONTENT)}`);
};

const sizeOf = async (body: ReadableStream<Uint8Array>): Promise<number> => (await buffer(body)).length;

describe.each(Object.entries(PROTOCOLS))('an upload to node:%s', (protocol, start) => {
  it('flows to the handler, and counts at its end', async () => {
    const { server, events } = await open(start, honest);
    expect(await send(server)).toMatchObject({ status: 200, text: 'jdoe: 300000, true' });
    expect(events).toMatchObject([{ outcome: 'accepted', keyid: 'jdoe' }]);
  });

  it('flows in streams of Node, and by iteration', async () => {
    const { server } = await open(start, async ({ body, finished }, _, response) => {
      let length = 0;
      for await (const piece of Readable.fromWeb(body as never)) length += (piece as Uint8Array).length;
      await finished;
      response.end(String(length));
    });
    expect(await send(server)).toMatchObject({ status: 200, text: '300000' });
  });

  it('of several megabytes passes through the windows of the network', async () => {
    const content = new Uint8Array(990_000).fill(7);
    const { server } = await open(start, async ({ body, finished }, _, response) => {
      let length = 0;
      for await (const piece of body) {
        length += piece.length;
        if (length % 5 === 0) await later(0);
      }
      await finished;
      response.end(String(length));
    });
    expect(await send(server, content, await uploadFields(server, content))).toMatchObject({ status: 200, text: '990000' });
  });

  it('without content is verified when the handler is called', async () => {
    const { server } = await open(start, async ({ body, finished, method }, _, response) => {
      response.end(`${method()} ${await sizeOf(body)} ${(await finished).path()}`);
    });
    const outgoing = { method: 'GET', target: '/files/a.bin' };
    const headers = await signed(server.host, outgoing);
    expect(await server.send({ ...outgoing, headers })).toMatchObject({ status: 200, text: 'GET 0 /files/a.bin' });
    expect(await server.send({ ...outgoing, headers })).toMatchObject({ status: 401 });
  });

  it('that was changed fails at its end, and is refused whatever the handler answers', async () => {
    const changed = new Uint8Array(CONTENT);
    changed[200_000]! ^= 1;
    const { server, events, uploads } = await open(start, async ({ body }, _, response) => {
      await buffer(body).catch(() => undefined);
      response.setHeader('content-type', 'text/plain');
      response.setHeader('etag', '"1"');
      response.end('stored');
    });
    const answer = await send(server, changed, await uploadFields(server));
    expect([answer.status, codeIn(answer), answer.headers['content-type'], answer.headers.etag]).toEqual([
      400,
      'digest_mismatch',
      'application/problem+json',
      undefined,
    ]);
    expect(events).toMatchObject([{ outcome: 'refused', code: 'digest_mismatch', keyid: 'jdoe' }]);
    await expect(uploads[0]!.finished).rejects.toMatchObject({ code: 'digest_mismatch' });
  });

  it('whose refusal the handler throws is answered with it', async () => {
    const { server, errors } = await open(start, honest);
    const answer = await send(server, CONTENT.subarray(1), await uploadFields(server));
    expect([answer.status, codeIn(answer), errors]).toEqual([400, 'digest_mismatch', []]);
  });

  it.each<[what: string, answer: (response: AnyResponse) => void]>([
    ['end', (response) => void response.end('stored')],
    [
      'write, and end',
      (response) => {
        response.write('sto');
        response.end('red');
      },
    ],
    [
      'writeHead, and end later',
      (response) => {
        response.writeHead(201, { etag: '"1"' });
        setTimeout(() => response.end('stored'), 5);
      },
    ],
    ['pipe', (response) => void Readable.from(['sto', 'red']).pipe(response as never)],
  ])('is refused where the handler answers before it has ended: %s', async (_, answer) => {
    const { server, events, uploads } = await open(start, (_upload, _request, response) => answer(response));
    const refused = await send(server);
    expect([refused.status, codeIn(refused)]).toEqual([400, 'body_incomplete']);
    expect(refused.text).toContain('await finished before you answer');
    await expect(uploads[0]!.finished).rejects.toMatchObject({ code: 'body_incomplete' });
    expect(events).toMatchObject([{ outcome: 'refused', code: 'body_incomplete' }]);
    // The connection is there for the next one, and the nonce still counts.
    expect((await send(server)).status).toBe(400);
  });

  it('may be answered early with a failure', async () => {
    const { server, uploads } = await open(start, (_upload, _request, response) => {
      response.statusCode = 415;
      response.end('no such type');
    });
    expect(await send(server)).toMatchObject({ status: 415, text: 'no such type' });
    await expect(uploads[0]!.finished).rejects.toMatchObject({ code: 'body_incomplete' });
  });

  it('is given up where the handler fails', async () => {
    const { server, errors, uploads } = await open(start, () => {
      throw new Error('the disk is full');
    });
    expect((await send(server)).status).toBe(500);
    expect(errors).toMatchObject([{ message: 'the disk is full' }]);
    await expect(uploads[0]!.finished).rejects.toMatchObject({ code: 'body_incomplete' });
  });

  it('is given up where the handler cancels', async () => {
    const { server, uploads } = await open(start, async ({ body }, _, response) => {
      for await (const _piece of body) break;
      response.end('stored');
    });
    const answer = await send(server);
    expect([answer.status, codeIn(answer)]).toEqual([400, 'body_incomplete']);
    await expect(uploads[0]!.finished).rejects.toMatchObject({ message: expect.stringContaining('the handler stopped reading') });
    expect((await send(server)).status).toBe(400);
  });

  it.each<[code: string, change: (headers: Headers) => Headers, verifying?: Partial<VerifierOptions>, options?: Options]>([
    ['signature_missing', ({ signature: _, 'signature-input': _input, ...headers }) => headers],
    ['signature_mismatch', (headers) => ({ ...headers, 'content-type': 'text/plain' })],
    ['signature_mismatch', (headers) => headers, { resolveKey: () => undefined }],
    ['expired', (headers) => headers, { now: () => Math.floor(Date.now() / 1000) + 5000 }],
    ['scope_insufficient', (headers) => headers, {}, { scopes: ['files:write'] }],
  ])('is refused before anything of it is read: %s', async (code, change, verifying, options) => {
    const { server, uploads, events } = await open(start, honest, options, verifying);
    const answer = await send(server, CONTENT, change(await uploadFields(server)));
    expect([codeIn(answer), uploads, events.map(({ outcome }) => outcome)]).toEqual([code, [], ['refused']]);
  });

  it('is refused for its size: by what it announces, and by what comes', async () => {
    const content = new Uint8Array(1_000_001);
    const { server, uploads } = await open(start, honest);
    const headers = await uploadFields(server, content);
    const announced = await send(server, content, headers);
    expect([announced.status, codeIn(announced), uploads]).toEqual([413, 'body_too_large', []]);
  });

  it('counts once: of two copies that arrive together exactly one', async () => {
    const { server } = await open(start, honest);
    const headers = await uploadFields(server);
    const answers = await Promise.all([send(server, CONTENT, headers), send(server, CONTENT, headers)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(answers.filter(({ status }) => status === 401).map(codeIn)).toEqual(['nonce_replayed']);
  });

  it('is answered by a response that is signed, and its refusal by one that is not', async () => {
    const secret = 'what the bank signs its answers with, 32 bytes';
    const { server } = await open(start, honest, { sign: { signer: hmacSigner({ keyid: 'bank', secret }) } });
    const answer = await send(server);
    expect([answer.status, answer.text]).toEqual([200, 'jdoe: 300000, true']);
    expect(answer.headers['signature-input']).toContain('keyid="bank"');
    const refused = await send(server, CONTENT.subarray(1), await uploadFields(server));
    expect([refused.status, codeIn(refused), refused.headers['signature']]).toEqual([400, 'digest_mismatch', undefined]);
    const early = await open(start, (_upload, _request, response) => void response.end('stored'), {
      sign: { signer: hmacSigner({ keyid: 'bank', secret }) },
    });
    const told = await send(early.server);
    expect([told.status, codeIn(told), told.headers['signature']]).toEqual([400, 'body_incomplete', undefined]);
  });

  it('waits in the network while nobody reads', async () => {
    let release = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server } = await open(start, async ({ body, finished }, request, response) => {
      await waiting;
      const held = (request as { readonly readableLength: number }).readableLength;
      await buffer(body);
      await finished;
      response.end(String(held));
    });
    const content = new Uint8Array(900_000);
    const answer = send(server, content, await uploadFields(server, content));
    await later(100);
    release();
    const { status, text } = await answer;
    expect([status, Number(text) <= 128 * 1024]).toEqual([200, true]);
  });

  if (protocol === 'http') {
    it('of a client that goes away is incomplete', async () => {
      const { server, events } = await open(start, honest);
      const socket = await rawConnection(server, await headOf(server, { 'content-length': '300000' }));
      socket.write(CONTENT.subarray(0, 100_000));
      await later(20);
      socket.destroy();
      await vi.waitFor(() => expect(events).toMatchObject([{ outcome: 'refused', code: 'body_incomplete', keyid: 'jdoe' }]));
    });

    it.each<[what: string, content: Uint8Array, outcome: string, code: string | undefined]>([
      ['shorter than what was signed', CONTENT.subarray(1), 'refused', 'digest_mismatch'],
      ['as long', CONTENT, 'accepted', undefined],
    ])('ends where Content-Length says, though more comes: %s', async (_, content, outcome, code) => {
      const { server, events } = await open(start, honest);
      const socket = await rawConnection(server, await headOf(server, { 'content-length': String(content.length) }));
      socket.write(content);
      socket.end('x');
      await once(socket.resume(), 'close');
      expect(events).toMatchObject([{ outcome, code }]);
    });

    it('in chunks is as good', async () => {
      const { server } = await open(start, honest);
      const socket = await rawConnection(server, await headOf(server, { 'transfer-encoding': 'chunked' }));
      for (let at = 0; at < CONTENT.length; at += 50_000) {
        const piece = CONTENT.subarray(at, at + 50_000);
        socket.write(`${piece.length.toString(16)}\r\n`);
        socket.write(piece);
        socket.write('\r\n');
      }
      socket.write('0\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 .*jdoe: 300000, true/s);
      socket.destroy();
    });
  }
});

it('is not for functions, which are given their events whole', () => {
  const options = { verifier: verifierOf(), upload: LIMIT } as never;
  expect(() => verifiedLambda(() => ({ statusCode: 200 }), options)).toThrow(/upload: a function is given its events whole/);
});

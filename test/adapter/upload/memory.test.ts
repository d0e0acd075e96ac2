import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as send } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterEach, expect, it } from 'vitest';
import { hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { signRequest } from '../../../src/http/sign-request.ts';

const MIB = 1024 * 1024;
const LARGE = process.env['COUNTERSIGN_LONG'] === undefined ? 64 * MIB : 1024 * MIB;
const PIECE = Buffer.alloc(64 * 1024, 'an upload of this content, again and again ');

const signer = hmacSigner({ keyid: 'jdoe', secret: 'thirty-two bytes of a text secret, at least' });

/** What the server says of an upload. */
interface Answer {
  readonly length: number;
  readonly most: number;
  readonly rss: number;
}

let server: ChildProcess | undefined;

afterEach(() => void server?.kill());

async function startServer(): Promise<number> {
  server = fork(join(import.meta.dirname, '../support/upload-server.ts'), { execArgv: ['--expose-gc', '--experimental-strip-types'] });
  const [port] = (await once(server, 'message')) as [number];
  return port;
}

const pieces = function* (length: number): Generator<Buffer> {
  for (let sent = 0; sent < length; sent += PIECE.length) yield PIECE.subarray(0, Math.min(PIECE.length, length - sent));
};

async function upload(port: number, length: number): Promise<Answer> {
  const hash = createHash('sha256');
  for (const piece of pieces(length)) hash.update(piece);
  const authority = `127.0.0.1:${port}`;
  const message = { method: 'PUT', scheme: 'http', authority, target: '/files/a.bin' };
  const fields = [['content-digest', `sha-256=:${hash.digest('base64')}:`]] as const;
  const signed = await signRequest({ ...message, fields }, { signer });
  const headers = { host: authority, 'content-length': String(length), ...Object.fromEntries([...fields, ...signed.fields]) };
  const outgoing = send({ host: '127.0.0.1', port, method: 'PUT', path: message.target, headers });
  const [[response]] = await Promise.all([once(outgoing, 'response'), pipeline(Readable.from(pieces(length)), outgoing)]);
  return (await json(response)) as Answer;
}

it(`takes an upload of ${LARGE / MIB} MiB in no more memory than one of 1 MiB, and 20 MiB`, { timeout: 600_000 }, async () => {
  const port = await startServer();
  // The first few warm it up: code is compiled, buffers are pooled.
  for (let count = 0; count < 3; count++) await upload(port, 8 * MIB);
  const small = await upload(port, MIB);
  const large = await upload(port, LARGE);
  expect([small.length, large.length]).toEqual([MIB, LARGE]);
  expect((large.most - small.most) / MIB).toBeLessThan(20);
  expect((large.rss - small.rss) / MIB).toBeLessThan(20);
});

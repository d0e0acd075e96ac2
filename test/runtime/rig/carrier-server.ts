/**
 * A node:http server for what browsers do with signed URLs and signed payloads: it judges, answers in kind, and tells
 * what it made of each request.
 *
 * A path is `/<kind>/<who>/<name>`. `/log/<who>/<name>?count=2` answers once there are two judgements of that name, `/sign`
 * signs a URL, `/relay/…` answers a page that posts a form by itself, `/cors/…` and `/closed/…` are a bank's; every other kind is judged.
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createVerifier, isVerificationError, memoryReplayStore, type VerificationError, type VerifiedRequest } from 'countersign';
import { messageFromNode } from 'countersign/node';
import { signedUrls, signUrl } from 'countersign/url';
import { WebSocketServer } from 'ws';
import { GREETING, PIXEL, type SignOrder } from '../suite/carriers.ts';
import { type KeyKind, suiteKey, suiteSigner } from '../suite/keys.ts';
import { preflightAnswer, SHARED } from '../suite/seen.ts';
import { corsBank } from './cors-bank.ts';
import { judgeForm, relayPage } from './form-counter.ts';
import { Judgements } from './judgements.ts';

/** How long the signed URLs are good for. */
const LIFETIME = 600;

/** Ten kilobytes of a form may arrive in the query, every byte of them encoded. */
const HEADER_BYTES = 256 * 1024;

const OPENED: Readonly<Record<string, readonly [headers: Readonly<Record<string, string>>, body: string | Uint8Array]>> = {
  image: [{ 'content-type': 'image/png' }, Buffer.from(PIXEL, 'base64')],
  events: [{ 'content-type': 'text/event-stream' }, `retry: 50\ndata: ${GREETING}\n\n`],
  download: [{ 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="report.txt"' }, GREETING],
  link: [{ 'content-type': 'text/html; charset=utf-8' }, '<!doctype html><title>opened</title>'],
};

/** Starts one on loopback; its origin. */
export async function serveCarriers(): Promise<string> {
  const judgements = new Judgements();
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer({ maxHeaderSize: HEADER_BYTES });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const judge = judgeUrls(authority, judgements);
  const bank = await corsBank(authority);

  server.on('request', async (request, response) => {
    if (/^\/(cors|closed)\//.test(request.url ?? '')) return bank(request, response);
    try {
      await answer(request, response, judge, judgements);
    } catch (error) {
      response.writeHead(500, { ...SHARED }).end(error instanceof Error ? error.stack : String(error));
    }
    if (!request.complete) request.resume();
  });
  server.on('upgrade', async (request, socket, head) => {
    const refusal = await judge(request);
    if (refusal === undefined) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(GREETING);
        client.close();
      });
    } else socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  });
  return `http://${authority}`;
}

type Judge = (request: IncomingMessage) => Promise<VerificationError | undefined>;

function judgeUrls(authority: string, judgements: Judgements): Judge {
  const verifier = createVerifier({
    authority,
    resolveKey: (keyid) => suiteKey(keyid.endsWith('.hmac') ? 'hmac' : 'ed25519'),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    query: signedUrls({ ignore: ['utm_source'], maxAge: LIFETIME }),
  });
  return async (request) => {
    const { method = '', url: target = '' } = request;
    let verified: VerifiedRequest;
    try {
      verified = await verifier.verifyRequest(messageFromNode(request));
    } catch (error) {
      if (!isVerificationError(error)) throw error;
      judgements.add(nameIn(target), { code: error.code, method, target });
      return error;
    }
    judgements.add(nameIn(target), { code: 'ok', method, target, bodySigned: hasBytes(verified) });
    return undefined;
  };
}

function hasBytes(verified: VerifiedRequest): boolean {
  try {
    return verified.bytes.length >= 0;
  } catch {
    return false;
  }
}

/** `<who>/<name>` of a target. */
function nameIn(target: string): string {
  return /^\/\w+\/([^/?]+\/[^/?]+)/.exec(target)?.[1] ?? '';
}

async function answer(request: IncomingMessage, response: ServerResponse, judge: Judge, judgements: Judgements): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://carriers.test');
  const kind = pathname.split('/')[1] ?? '';
  const name = nameIn(pathname);
  const preflight = preflightAnswer(request.method ?? '', (field) => request.headers[field] as string | undefined);
  const send = (status: number, headers: Readonly<Record<string, string>>, body?: string | Uint8Array): void =>
    void response.writeHead(status, { ...SHARED, ...headers }).end(body);
  if (preflight) send(preflight.status, preflight.headers);
  else if (kind === 'log') send(200, {}, JSON.stringify(await judgements.of(name, Number(searchParams.get('count')))));
  else if (kind === 'sign') send(200, {}, await signAsOrdered((await json(request)) as SignOrder));
  else if (kind === 'relay') {
    const { type, body } = await relayPage(name, searchParams);
    send(200, { 'content-type': type }, body);
  } else if (kind === 'form' || kind === 'text' || kind === 'json') {
    judgements.add(name, await judgeForm(kind, request));
    send(200, { 'content-type': 'text/html' }, '<!doctype html><title>posted</title>');
  } else {
    const refusal = await judge(request);
    if (refusal === undefined) {
      const [headers, body] = OPENED[kind] ?? [{}, GREETING];
      send(request.method === 'POST' ? 204 : 200, headers, request.method === 'POST' ? undefined : body);
    } else {
      const { status, headers, body } = refusal.toProblem();
      send(status, headers, body);
    }
  }
}

async function signAsOrdered({ url, method, keyid, created }: SignOrder): Promise<string> {
  const [who = '', kind] = keyid.split('.');
  return signUrl(url, { signer: await suiteSigner(kind as KeyKind, who), method, created, expiresIn: LIFETIME });
}

/**
 * HTTP on loopback: a server that asks a peer, a server that asks a CGI program, servers that the programs are
 * themselves, and a client that sends exactly what it is given.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request as httpRequest, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Peer, Refusal, type WireRequest } from './peer.ts';
import { execute, type Toolchain } from './toolchain.ts';

/** A running server. */
export interface Running {
  readonly authority: string;
  close(): Promise<void>;
}

/** What was answered. */
export interface Answer {
  readonly status: number;
  readonly content: Buffer;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Running> {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    authority,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pairsOf(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2]!, raw[index * 2 + 1]!]);
}

/** A server that lets a peer verify and answers with the content. */
export function servePeer(peer: Peer): Promise<Running> {
  return listen(async (request, response) => {
    const content = await readAll(request);
    const { method = '', url = '', headers, rawHeaders } = request;
    try {
      await peer.verifyRequest({ method, authority: headers.host ?? '', target: url, fields: pairsOf(rawHeaders), content });
      response.writeHead(200).end(content);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(401).end(error.code);
    }
  });
}

/** A server that starts a CGI program for each request (RFC 3875, and REQUEST_URI as every server adds it). */
function serveCgi(toolchain: Toolchain): Promise<Running> {
  const { command, env } = toolchain.launch('verify-request');
  const running = listen(async (request, response) => {
    const content = await readAll(request);
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      const variable = name.toUpperCase().replaceAll('-', '_');
      fields[/^content-(type|length)$/.test(name) ? variable : `HTTP_${variable}`] = String(value);
    }
    const { authority } = await running;
    const meta = { REQUEST_METHOD: request.method ?? '', REQUEST_URI: request.url ?? '', COUNTERSIGN_AUTHORITY: authority };
    const { status, stdout, stderr } = await execute(command, { ...env, ...fields, ...meta }, content);
    const end = stdout.indexOf('\r\n\r\n');
    const code = /^Status: (\d{3})/m.exec(stdout.subarray(0, end).toString())?.[1];
    if (status !== 0 || end < 0 || !code) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    response.writeHead(Number(code)).end(stdout.subarray(end + 4));
  });
  return running;
}

async function freePort(): Promise<number> {
  const server = await listen(async () => undefined);
  await server.close();
  return Number(server.authority.split(':')[1]);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

async function serveItself(toolchain: Toolchain): Promise<Running> {
  const port = await freePort();
  const authority = `127.0.0.1:${port}`;
  const { command, env } = toolchain.launch('verify-request');
  const [name, ...args] = command;
  const last = toolchain.language.serving === 'php' ? ['-S', authority, ...args] : [...args, String(port)];
  const said: Buffer[] = [];
  const child: ChildProcess = spawn(name, last, { env: { ...env, COUNTERSIGN_AUTHORITY: authority }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error(`${command.join(' ')} does not serve: ${Buffer.concat(said)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    authority,
    close: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

/** A language's `verify-request` as a server. */
export function serveLanguage(toolchain: Toolchain): Promise<Running> {
  return toolchain.language.serving === 'cgi' ? serveCgi(toolchain) : serveItself(toolchain);
}

/** Sends a request as it is, and adds nothing but Host and Content-Length. */
export function send({ method, authority, target, fields, content }: WireRequest): Promise<Answer> {
  const [host, port] = authority.split(':');
  const headers = ['Host', authority, ...fields.flat(), ...(content.length > 0 ? ['Content-Length', String(content.length)] : [])];
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, method, path: target, headers, agent: false }, (response) => {
      readAll(response).then((answer) => resolve({ status: response.statusCode ?? 0, content: answer }), reject);
    });
    request.on('error', reject);
    request.end(content);
  });
}

/**
 * HTTP on loopback: a server that asks a CGI program, servers that the programs are themselves, and a client that sends
 * exactly what it is given.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Answer, Running, WireRequest } from './peer.ts';
import { execute, type Toolchain } from './toolchain.ts';

/** Everything that a message still has to say. */
export async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A server on a free port of loopback. */
export async function listen(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Running> {
  const targets: string[] = [];
  const server: Server = createServer((request, response) => {
    targets.push(request.url ?? '');
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    authority,
    targets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
    const head = stdout.subarray(0, end).toString().split('\r\n');
    const code = head.find((line) => line.startsWith('Status: '))?.slice(8);
    if (status !== 0 || end < 0 || !code) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    for (const [, name, value] of head.map((line) => /^([^:]+): (.*)$/.exec(line)!))
      if (name !== 'Status') response.setHeader(name!, value!);
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
      readAll(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, content: answer, challenge: response.headers['www-authenticate'] }),
        reject,
      );
    });
    request.on('error', reject);
    request.end(content);
  });
}

/** The verifying server on node:http. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageFromNode } from 'countersign/node';
import { RESULT_MARK } from '../rig/limits.ts';
import type { ServerConfig } from '../rig/runtime.ts';
import { explain } from '../suite/collect.ts';
import { type Answer, preflightAnswer } from '../suite/seen.ts';
import { createHandler } from '../suite/server.ts';
import { readLine, untilAlone } from './stdin.ts';

const { authorities } = JSON.parse(await readLine()) as ServerConfig;
const server = createServer();
// A slow client must not meet a connection that is just being closed.
server.keepAliveTimeout = 600_000;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
const handle = createHandler([...authorities, authority]);

async function answer(request: IncomingMessage): Promise<Answer> {
  const field = (name: string) => request.headers[name] as string | undefined;
  try {
    return preflightAnswer(request.method ?? '', field) ?? (await handle(messageFromNode(request)));
  } catch (error) {
    return { status: 500, headers: { 'x-verdict': explain(error).replace(/[^ -~]/g, '?') } };
  }
}

server.on('request', async (request: IncomingMessage, response) => {
  const { status, headers, body } = await answer(request);
  // A refusal may leave content unread, which would stand before the next request on the connection.
  if (!request.complete) request.resume();
  response.writeHead(status, { ...headers }).end(body);
});

console.log(`${RESULT_MARK}http://${authority}`);
await untilAlone();
process.exit(0);

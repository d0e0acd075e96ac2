/** Redis by HTTP, as Upstash serves it: a command is a list in JSON, an answer `{ result }` or `{ error }`. Behind it is a real Redis. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import IoRedis from 'ioredis';

/** A bridge to a Redis. */
export interface Upstash {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

type Answer = { readonly result: unknown } | { readonly error: string };

/** Texts in Base64, which its client asks for. */
function encoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encoded);
  return typeof value === 'string' && value !== 'OK' ? Buffer.from(value).toString('base64') : value;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

export async function startUpstash(port: number): Promise<Upstash> {
  const token = 'token-of-the-test';
  const redis = new IoRedis(port, '127.0.0.1', { enableOfflineQueue: false, lazyConnect: true, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  await redis.connect();
  const run = async ([command = '', ...rest]: readonly string[]): Promise<Answer> => {
    try {
      return { result: await redis.call(command, ...rest.map(String)) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  const server = createServer(async (request, response) => {
    const isBase64 = request.headers['upstash-encoding'] === 'base64';
    const shown = (answer: Answer): Answer => ('result' in answer && isBase64 ? { result: encoded(answer.result) } : answer);
    if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end('{"error":"WRONGPASS"}');
    const body = await bodyOf(request);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/pipeline') {
      const answers = await Promise.all((body as readonly (readonly string[])[]).map(run));
      return void response.end(JSON.stringify(answers.map(shown)));
    }
    const answer = await run(body as readonly string[]);
    response.writeHead('error' in answer ? 400 : 200).end(JSON.stringify(shown(answer)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    redis.disconnect();
  };
  return { url: `http://127.0.0.1:${address.port}`, token, stop };
}

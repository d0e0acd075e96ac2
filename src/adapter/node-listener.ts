/**
 * A handler of `Request` and `Response` as a listener of Node's `http` and `http2`, and so for Express and whatever else is made of that.
 *
 * @module
 */

import { isVerificationError, type Problem } from '../errors.ts';
import { assertFunction } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isBytes } from '../internal/bytes.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { FieldLines, RequestMessage } from '../rfc9421/message.ts';
import { notify } from '../runtime/notify.ts';
import { ADVICE, nodeMessage, requireNodeRequest } from './node-message.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import { INTERNAL, logError, type NodeResponseLike, sendProblem } from './shared/node-response.ts';
import { readTrustedProxy, type TrustedProxy } from './shared/trusted-proxy.ts';

/** What `nodeListener` takes besides. */
export interface NodeListenerOptions {
  /** The proxy in front, and which of its fields say what the client asked for. Default: there is none. */
  readonly trustedProxy?: TrustedProxy | undefined;
  /** Told of what the handler throws, which is answered with 500. Default: `console.error`. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
}

const NAMES: OptionNames<NodeListenerOptions> = { trustedProxy: true, onError: true };

/**
 * Makes a listener of a handler: `createServer(nodeListener(handler))`, `app.use('/keys', nodeListener(handler))` in Express. The handler sees the
 * path as the client sent it, and reads the body itself: mount it before body parsers. Its answer is held in memory before it is sent.
 *
 * The listener never throws, and leaves no rejection behind.
 *
 * @throws {TypeError} If the handler is none, or an option is unknown or unusable.
 */
export function nodeListener(
  handler: (request: Request) => Awaitable<Response>,
  options: NodeListenerOptions = {},
): (request: NodeRequestLike, response: NodeResponseLike) => void {
  assertFunction(handler, 'handler');
  const { trustedProxy, onError = logError } = readOptions(options, NAMES);
  assertFunction(onError, 'onError');
  const readForwarded = readTrustedProxy(trustedProxy);
  const handle = async (request: NodeRequestLike, response: NodeResponseLike): Promise<void> => {
    const message = nodeMessage(requireNodeRequest(request), { prefix: '', readForwarded, advice: ADVICE });
    const failures: unknown[] = [];
    const made = webRequestOf(message, (error) => void failures.push(error));
    if (made === undefined) sendProblem(MALFORMED, response);
    else {
      const answered = await handler(made);
      // A body that was not to be had is no fault of the handler's, whatever it made of it.
      if (failures.length > 0) throw failures[0];
      await send(answered, response);
    }
    // Content that nobody read stands before the next request of the connection.
    if (request.complete !== true) request.resume?.();
  };
  return (request, response) => {
    const report = (error: unknown): void => notify('onError', onError, error);
    response.on('error', report);
    handle(request, response).catch((error: unknown) => answerFault(error, response, report));
  };
}

/** What is no request that a handler could be given: `OPTIONS *`, `CONNECT`. */
const MALFORMED: Problem = {
  status: 400,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  body: '{"type":"about:blank","title":"Bad Request","status":400}',
};

/** The request as fetch has it; `onFailure` is told why its body cannot be read. `undefined` if it is none that fetch knows. */
function webRequestOf(
  { method, scheme, authority, target, fields, body }: RequestMessage,
  onFailure: (error: unknown) => void,
): Request | undefined {
  try {
    const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined && !(isBytes(body) && body.length === 0);
    const url = target.startsWith('/') ? `${scheme}://${authority}${target}` : target;
    const init = {
      method,
      headers: (fields as FieldLines).map(([name, value]): [string, string] => [name, value]),
      redirect: 'manual' as const,
    };
    if (!hasBody) return new Request(url, init);
    const content = isBytes(body) ? (body as Uint8Array<ArrayBuffer>) : streamOf(body, onFailure);
    // `duplex` is not in every type of the options.
    return new Request(url, { ...init, body: content, duplex: 'half' } as RequestInit);
  } catch {
    return undefined;
  }
}

function streamOf(pieces: AsyncIterable<Uint8Array>, onFailure: (error: unknown) => void): ReadableStream<Uint8Array> {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  const next = async () => {
    try {
      iterator ??= pieces[Symbol.asyncIterator]();
      return await iterator.next();
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await iterator?.return?.()),
  });
}

async function send(answered: Response, response: NodeResponseLike): Promise<void> {
  const content = new Uint8Array(await answered.arrayBuffer());
  const fields = response as unknown as { setHeader(name: string, value: string | readonly string[]): void };
  response.statusCode = answered.status;
  for (const [name, value] of answered.headers) if (name !== 'set-cookie') fields.setHeader(name, value);
  const cookies = answered.headers.getSetCookie();
  if (cookies.length > 0) fields.setHeader('set-cookie', cookies);
  response.end(content);
}

function answerFault(error: unknown, response: NodeResponseLike, report: (error: unknown) => void): void {
  try {
    const refusal = isVerificationError(error) ? error.toProblem() : undefined;
    if (refusal === undefined || refusal.status === 500) report(error);
    if (response.writableEnded) return;
    if (response.headersSent) response.destroy(new Error('the handler failed after its answer had begun'));
    else sendProblem(refusal ?? INTERNAL, response);
  } catch (problem) {
    report(problem);
  }
}

/**
 * A handler of Node's `http` or `http2` that is called for verified requests alone, and never ends the process.
 *
 * @module
 */

import { isVerificationError, type Problem, type VerificationError } from '../errors.ts';
import type { Verifier } from '../http/verifier.ts';
import { assertFunction, assertObject } from '../internal/assert.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { notify } from '../runtime/notify.ts';
import type { VerifiedRequest } from '../signature/verified-request.ts';
import { messageFromNode, type NodeRequestLike } from './node-message.ts';

/**
 * What we need of a `ServerResponse` or `Http2ServerResponse`. It is also what a handler is given whose parameters have no types of their own,
 * inside `createServer(…)` of node:http: write `response: ServerResponse` for all of it.
 */
export interface NodeResponseLike {
  /** The HTTP status that will be sent. */
  statusCode: number;
  /** Whether the head is gone. */
  readonly headersSent: boolean;
  /** Whether `end` was called. */
  readonly writableEnded: boolean;
  /** Sets a field. */
  setHeader(name: string, value: string): unknown;
  /** The names of the fields that are set. */
  getHeaderNames(): readonly string[];
  /** Takes a field back. */
  removeHeader(name: string): unknown;
  /** Sends the head. */
  writeHead(status: number, headers?: Readonly<Record<string, string>>): this;
  /** Sends content. */
  write(chunk: string | Uint8Array): boolean;
  /** Sends the rest, and ends the response. */
  end(chunk?: string | Uint8Array): unknown;
  /** Ends the connection. */
  destroy(error?: Error): unknown;
  /** Tells of a connection that broke. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What answers a verified request. It may answer later; what it throws, or rejects with, is answered for it. */
export type VerifiedHandler<Request, Response> = (verified: VerifiedRequest, request: Request, response: Response) => unknown;

/** What `verifiedHandler` takes besides. */
export interface VerifiedHandlerOptions<Request = NodeRequestLike> {
  /**
   * Told of every error that is not the peer's fault: what the handler throws, besides a `VerificationError`, and what is answered with 500.
   * Default: `console.error`.
   */
  readonly onError?: ((error: unknown, request: Request) => unknown) | undefined;
}

const NAMES: OptionNames<VerifiedHandlerOptions> = { onError: true };

/**
 * Makes a listener for `createServer` that verifies each request and hands those that were verified to `handler`.
 *
 * A refusal, also a `VerificationError` that the handler throws (`verified.json(schema)` does), is answered as a problem document. Any other
 * error is answered with 500 and no details, and told to `onError`. If the answer had begun already, it is broken off, so that nobody takes
 * it for a whole one. The listener itself never throws, and leaves no rejection behind.
 *
 * @throws {TypeError} If an argument is missing, or an option is unknown or unusable.
 */
export function verifiedHandler<Request extends NodeRequestLike, Response extends NodeResponseLike>(
  verifier: Verifier,
  handler: VerifiedHandler<Request, Response>,
  options: VerifiedHandlerOptions<Request> = {},
): (request: Request, response: Response) => void {
  assertObject(verifier, 'verifier');
  assertFunction(memberOf(verifier, 'verifyRequest'), 'verifier.verifyRequest');
  assertFunction(handler, 'handler');
  const { onError = logError } = readOptions<VerifiedHandlerOptions<Request>>(options, NAMES);
  assertFunction(onError, 'onError');
  return (request, response) => {
    const report = (error: unknown) => notify('onError', (one) => onError(one, request), error);
    // Writing after the end is an event that nobody else listens for, and then ends the process.
    response.on('error', report);
    serve(verifier, handler, request, response).catch((error: unknown) => answer(error, request, response, report));
  };
}

function logError(error: unknown): void {
  console.error('countersign: a request was answered with 500', error);
}

async function serve<Request extends NodeRequestLike, Response>(
  verifier: Verifier,
  handler: VerifiedHandler<Request, Response>,
  request: Request,
  response: Response,
): Promise<void> {
  await handler(await verifier.verifyRequest(messageOf(request)), request, response);
}

/** The message of a request; where there is none that can be read, the verifier comes to the refusal, so that its hook is told. */
function messageOf(request: NodeRequestLike): RequestMessage {
  try {
    return messageFromNode(request);
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    const refuse = (): never => {
      throw error;
    };
    return Object.defineProperty({} as RequestMessage, 'fields', { get: refuse, enumerable: true });
  }
}

const INTERNAL: Problem = {
  status: 500,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  body: '{"type":"about:blank","title":"Internal Server Error","status":500}',
};

/** Answers for a request that came to nothing. */
function answer(error: unknown, request: NodeRequestLike, response: NodeResponseLike, report: (error: unknown) => void): void {
  try {
    const refusal = isVerificationError(error) ? error : undefined;
    if (refusal === undefined || isOurs(refusal)) report(error);
    if (response.writableEnded) return;
    // Without an error HTTP/2 would end it as a whole one.
    if (response.headersSent) response.destroy(new Error('the handler failed after its answer had begun'));
    else send(refusal?.toProblem() ?? INTERNAL, response);
    // Content that nobody read stands before the next request of the connection.
    if (request.complete !== true) request.resume?.();
  } catch (problem) {
    report(problem);
  }
}

/** A refusal that no sender can do anything about: a body parser before us, for one. */
function isOurs({ status }: VerificationError): boolean {
  return status === 500;
}

/** What describes content that is not sent now. Others, such as CORS fields, stay. */
const OF_CONTENT = /^(?:content-|etag$|last-modified$|transfer-encoding$|trailer$|repr-digest$|unencoded-digest$|signature)/;

function send({ status, headers, body }: Problem, response: NodeResponseLike): void {
  for (const name of response.getHeaderNames()) if (OF_CONTENT.test(name)) response.removeHeader(name);
  response.writeHead(status, headers);
  response.end(body);
}

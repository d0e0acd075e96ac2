/**
 * A handler of Node's `http` or `http2` that is called for verified requests alone, and never ends the process.
 *
 * @module
 */

import { isVerificationError, type VerificationError } from '../errors.ts';
import type { Upload, UploadOptions } from '../http/upload/verify-upload.ts';
import type { Verifier } from '../http/verifier.ts';
import { assertFunction } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { notify } from '../runtime/notify.ts';
import type { Consumer } from '../signature/consumer.ts';
import type { VerifiedRequest } from '../signature/verified/verified-request.ts';
import { getConsumer, type IdentifiedOptions, requireNoUpload, signatureOrKey } from './identified.ts';
import { ADVICE } from './node-message.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Guard, requireVerifier } from './shared/guard.ts';
import { guardNode } from './shared/node-guard.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import { INTERNAL, logError, type NodeResponseLike, sendProblem } from './shared/node-response.ts';

/** What answers a verified request. It may answer later; what it throws, or rejects with, is answered for it. */
export type VerifiedHandler<Request, Response> = (verified: VerifiedRequest, request: Request, response: Response) => unknown;

/** What answers a request whose content is streamed, with the option `upload`. No success is answered before `upload.finished` has resolved. */
export type UploadHandler<Request, Response> = (upload: Upload, request: Request, response: Response) => unknown;

/** What `verifiedHandler` takes besides. */
export interface VerifiedHandlerOptions<Request = NodeRequestLike> extends AdapterOptions {
  /**
   * Told of every error that is not the peer's fault: what the handler throws, besides a `VerificationError`, and what is answered with 500.
   * Default: `console.error`.
   */
  readonly onError?: ((error: unknown, request: Request) => unknown) | undefined;
  /** There is none: content is read into memory before the handler is called. */
  readonly upload?: undefined;
}

/** What `verifiedHandler` takes for uploads. */
export interface UploadHandlerOptions<Request = NodeRequestLike> extends Omit<VerifiedHandlerOptions<Request>, 'upload'> {
  /** Streams content to the handler: how much, and how long that may take. */
  readonly upload: UploadOptions;
}

const handlerNames = (): OptionNames<Omit<VerifiedHandlerOptions, 'upload'> & AdapterOptions> => ({
  ...ADAPTER_NAMES,
  onError: true,
});

const identifiedHandlerNames = (): OptionNames<IdentifiedHandlerOptions> => ({ ...handlerNames(), verifier: true });

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
  handler: UploadHandler<Request, Response>,
  options: UploadHandlerOptions<Request>,
): (request: Request, response: Response) => void;
export function verifiedHandler<Request extends NodeRequestLike, Response extends NodeResponseLike>(
  verifier: Verifier,
  handler: VerifiedHandler<Request, Response>,
  options?: VerifiedHandlerOptions<Request>,
): (request: Request, response: Response) => void;
export function verifiedHandler<Request extends NodeRequestLike, Response extends NodeResponseLike>(
  verifier: Verifier,
  handler: (passed: never, request: Request, response: Response) => unknown,
  options: VerifiedHandlerOptions<Request> | UploadHandlerOptions<Request> = {},
): (request: Request, response: Response) => void {
  requireVerifier(verifier);
  assertFunction(handler, 'handler');
  const { onError = logError, ...others } = readOptions<Omit<VerifiedHandlerOptions<Request>, 'upload'> & AdapterOptions>(
    options,
    handlerNames(),
  );
  assertFunction(onError, 'onError');
  const guard = createGuard(verifier, others);
  return (request, response) => {
    const report = (error: unknown) => notify('onError', (one) => onError(one, request), error);
    // Writing after the end is an event that nobody else listens for, and then ends the process.
    response.on('error', report);
    serve(guard, handler, request, response).catch((error: unknown) => answer(error, request, response, report));
  };
}

/** What answers a caller with a key. It may answer later; what it throws, or rejects with, is answered for it. */
export type IdentifiedHandler<Request, Response> = (consumer: Consumer, request: Request, response: Response) => unknown;

/** What `identifiedHandler` takes besides. */
export interface IdentifiedHandlerOptions<Request = NodeRequestLike>
  extends VerifiedHandlerOptions<Request>,
    Pick<IdentifiedOptions, 'verifier'> {}

/**
 * Makes a listener for `createServer` that hands callers with a key to `handler`: `identifiedHandler(apiKeys.authenticate, handler)`. They may sign
 * nothing. With a `verifier`, a request that has a signature is verified by it, and only others are asked for a key. Everything else is as with
 * `verifiedHandler`.
 *
 * @throws {TypeError} If an argument is missing, or an option is unknown or unusable.
 */
export function identifiedHandler<Request extends NodeRequestLike, Response extends NodeResponseLike>(
  identify: IdentifiedOptions['identify'],
  handler: IdentifiedHandler<Request, Response>,
  options: IdentifiedHandlerOptions<Request> = {},
): (request: Request, response: Response) => void {
  assertFunction(handler, 'handler');
  const { verifier, ...others } = readOptions<IdentifiedHandlerOptions<Request>>(options, identifiedHandlerNames());
  requireNoUpload(others.upload);
  return verifiedHandler<Request, Response>(
    signatureOrKey(identify, verifier),
    (_, request, response) => handler(getConsumer(request), request, response),
    others,
  );
}

async function serve<Request extends NodeRequestLike, Response extends NodeResponseLike>(
  guard: Guard,
  handler: (passed: never, request: Request, response: Response) => unknown,
  request: Request,
  response: Response,
): Promise<void> {
  const passed = await guardNode(guard, request, response, { advice: ADVICE });
  if (passed !== undefined) await handler((passed.verified ?? passed.upload) as never, request, response);
}

/** Answers for a request that came to nothing. */
function answer(error: unknown, request: NodeRequestLike, response: NodeResponseLike, report: (error: unknown) => void): void {
  try {
    const refusal = isVerificationError(error) ? error : undefined;
    if (refusal === undefined || isOurs(refusal)) report(error);
    if (response.writableEnded) return;
    // Without an error HTTP/2 would end it as a whole one.
    if (response.headersSent) response.destroy(new Error('the handler failed after its answer had begun'));
    else sendProblem(refusal?.toProblem() ?? INTERNAL, response);
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

/**
 * `countersign/lambda`: functions on AWS, behind API Gateway (REST and HTTP APIs), a function URL or a load balancer.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { assertFunction } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import type { FieldLines, RequestMessage } from '../rfc9421/message.ts';
import { type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import { type CorsRequest, isPreflight } from './shared/cors.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Guard, type Refusals, readRefusals } from './shared/guard.ts';
import { type EventKind, type EventRequest, type LambdaEventLike, readEvent } from './shared/lambda-event.ts';
import { fullResult, type LambdaResult, responseOf, resultOf, withFields } from './shared/lambda-result.ts';
import { isForPeer, withLogHint } from './shared/refusal.ts';
import { tooLongToSign } from './shared/response-signing.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { readPrefix, withPrefix } from './shared/trusted-proxy.ts';
import { callerOf, remember, signerOf } from './shared/verified-requests.ts';

export { getConsumer, type IdentifiedOptions, type Identify } from './identified.ts';
export type { CorsOptions } from './shared/cors.ts';
export type { OnEvent, VerificationEvent } from './shared/events.ts';
export type { AdapterOptions, Refusals } from './shared/guard.ts';
export type { LambdaEventLike } from './shared/lambda-event.ts';
export type { LambdaResult } from './shared/lambda-result.ts';
export type { ResponseSigning } from './shared/response-signing.ts';
export type { TrustedProxy } from './shared/trusted-proxy.ts';
export { getVerified } from './shared/verified-requests.ts';

/** What `verified` takes. */
export interface LambdaOptions extends AdapterOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /** `answer` a refusal as a problem document, or `throw` it, to whoever called the handler. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
  /** There is none: a function is given its events whole. */
  readonly upload?: undefined;
}

/** What `messageFromEvent` takes besides. */
export interface MessageFromEventOptions {
  /** What was taken off the path before the event was made, as clients send it: `/v2`, of a base path mapping. Default: nothing. */
  readonly prefix?: string | undefined;
}

const names = (): OptionNames<LambdaOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

/**
 * The event of a function as a message for `verifyRequest`. If the text of its body is not what arrived, verifying is refused
 * `raw_body_unavailable`.
 *
 * @throws {TypeError} If it is no event of a request, or an option is unknown or unusable.
 */
export function messageFromEvent(event: LambdaEventLike, options: MessageFromEventOptions = {}): RequestMessage {
  const { prefix } = readOptions<MessageFromEventOptions>(options, { prefix: true });
  const { message } = readEvent(event);
  return { ...message, target: withPrefix(readPrefix(prefix), message.target) };
}

/**
 * Wraps a handler, which is called for verified requests and no others: `export const handler = verified(async (event) => …, { verifier })`. Also
 * around what `serverless-http` makes of a framework's application. `getVerified(event)` is what was verified.
 *
 * A `VerificationError` that the handler throws is answered too; what is the function's own fault is thrown.
 *
 * @throws {TypeError | RangeError} If the handler is none, or an option is missing, unknown or unusable.
 */
export function verified<Event extends LambdaEventLike, Rest extends readonly unknown[]>(
  handler: (event: Event, ...rest: Rest) => unknown,
  options: LambdaOptions,
): (event: Event, ...rest: Rest) => Promise<LambdaResult> {
  assertFunction(handler, 'handler');
  const { verifier, refusals, ...others } = readOptions<LambdaOptions>(options, names());
  if (others.upload !== undefined)
    throw new TypeError(
      'upload: a function is given its events whole, so that nothing of them can be streamed: have clients upload to a signed URL',
    );
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  return async (event, ...rest) => {
    const request = readEvent(event);
    const by = corsRequestOfEvent(request.message);
    if (guard.cors !== undefined && isPreflight(by))
      return resultOf({ status: 204, headers: guard.cors.preflight(by.origin!), body: '' }, event, request.kind);
    const cors: FieldLines = guard.cors === undefined ? [] : Object.entries(guard.cors.answer(by.origin));
    try {
      const message = clientMessage(guard, request);
      const passed = await guard
        .verify(() => message, by)
        .catch((error: unknown) => Promise.reject(withLogHint(error, LOST[request.kind])));
      remember(event, passed);
      const result = fullResult(await handler(event, ...rest));
      return withFields(guard.signing === undefined ? result : await signed(guard, result, message, event), cors);
    } catch (error) {
      if (!answers || !isForPeer(error)) throw error;
      return withFields(resultOf(error.toProblem(), event, request.kind), cors);
    }
  };
}

/**
 * Wraps a handler for callers with a key, who may sign nothing: `export const handler = identified(async (event) => …, { identify: apiKeys.authenticate })`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(event)` is who calls; `getVerified(event)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identified<Event extends LambdaEventLike, Rest extends readonly unknown[]>(
  handler: (event: Event, ...rest: Rest) => unknown,
  options: IdentifiedOptions,
): (event: Event, ...rest: Rest) => Promise<LambdaResult> {
  return verified(handler, toVerifiedOptions(options));
}

function corsRequestOfEvent({ method, fields }: RequestMessage): CorsRequest {
  const read = createFieldReader(fields);
  return { method, origin: read('origin')?.[0], requestedMethod: read('access-control-request-method')?.[0] };
}

function clientMessage({ prefix, readForwarded }: Guard, { message, address = '' }: EventRequest): RequestMessage {
  const read = createFieldReader(message.fields);
  const forwarded = readForwarded(address, (name) => read(name) ?? []);
  return {
    ...message,
    scheme: forwarded.scheme ?? message.scheme,
    authority: forwarded.authority ?? message.authority,
    target: withPrefix((forwarded.prefix ?? '') + prefix, message.target),
  };
}

const LOST: Readonly<Record<EventKind, string>> = {
  rest: 'a REST API hands over path and query decoded, and of the query neither its order nor its spelling: give the verifier respelledQuery: true, and keep escapes such as %2F out of paths',
  http: 'an HTTP API hands over the path decoded: escapes such as %2F or %25 in it are lost',
  'load-balancer': 'a load balancer hands over a query without its order, and puts = behind names that have none',
};

async function signed({ signing }: Guard, result: LambdaResult, message: RequestMessage, event: object): Promise<LambdaResult> {
  const response = responseOf(result);
  if (response.body.length > signing!.bufferBytes) throw tooLongToSign(signing!.bufferBytes);
  const isEmpty = message.method === 'HEAD' || result.statusCode === 204 || result.statusCode === 304;
  const fields = await signing!.sign(isEmpty ? { ...response, body: undefined } : response, message, callerOf(event));
  return withFields(result, fields);
}

/**
 * Requires scopes, inside a handler: `requireScopes(event, 'coins:write')`. What it throws is answered 403 by the wrapper.
 *
 * @throws {VerificationError} `scope_insufficient`, with those that the key lacks.
 * @throws {TypeError} If the event was not verified, no scope is given, or one is no text.
 */
export function requireScopes(event: object, ...scopes: readonly string[]): void {
  checkScopes(signerOf(event), readScopes(scopes));
}

/**
 * `countersign/express`: middleware for Express 4 and 5, and for whatever else calls `(request, response, next)`.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Refusals, readRefusals } from './shared/guard.ts';
import type { BodyAdvice } from './shared/node-body.ts';
import { answerRefusal, guardNode } from './shared/node-guard.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import type { NodeResponseLike } from './shared/node-response.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { signerOf } from './shared/verified-requests.ts';

export type { Upload, UploadOptions } from '../http/upload/verify-upload.ts';
export { getConsumer, type IdentifiedOptions, type Identify } from './identified.ts';
export type { CorsOptions } from './shared/cors.ts';
export type { OnEvent, VerificationEvent } from './shared/events.ts';
export type { AdapterOptions, Refusals } from './shared/guard.ts';
export type { NodeRequestLike } from './shared/node-request.ts';
export type { NodeResponseLike } from './shared/node-response.ts';
export type { ResponseSigning } from './shared/response-signing.ts';
export type { TrustedProxy } from './shared/trusted-proxy.ts';
export { getUpload, getVerified } from './shared/verified-requests.ts';

/** What `verified` takes. */
export interface ExpressOptions extends AdapterOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /**
   * `answer` a refusal as a problem document, or `throw` it, to the application's own error handler: `next(error)`. Default: `answer`. What is the
   * server's own fault goes to `next(error)` either way.
   */
  readonly refusals?: Refusals | undefined;
}

/** Middleware, as Express and Connect call it. */
export type Middleware = (request: NodeRequestLike, response: NodeResponseLike, next: (error?: unknown) => void) => void;

/** Middleware for errors, as Express calls it. */
export type ErrorMiddleware = (
  error: unknown,
  request: NodeRequestLike,
  response: NodeResponseLike,
  next: (error?: unknown) => void,
) => void;

const names = (): OptionNames<ExpressOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

const ADVICE: BodyAdvice = {
  line: 'express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes; } }), or mount express.raw() in its place',
};

/**
 * Middleware that lets verified requests through and nothing else: `app.use('/api', verified({ verifier }))`.
 *
 * Mount it before the body parsers, which find the body as if nobody had read it; or behind one that keeps the raw bytes. Handlers ask
 * `getVerified(request)` for what was verified.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function verified(options: ExpressOptions): Middleware {
  const { verifier, refusals, ...others } = readOptions<ExpressOptions>(options, names());
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  return (request, response, next) => {
    guardNode(guard, request, response, { advice: ADVICE }).then(
      (passed) => passed && next(),
      (error: unknown) => {
        if (!answers || !answerRefusal(error, request, response)) next(error);
      },
    );
  };
}

/**
 * Middleware that lets callers with a key through, who may sign nothing: `app.use(identified({ identify: apiKeys.authenticate }))`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(request)` is who calls; `getVerified(request)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identified(options: IdentifiedOptions): Middleware {
  return verified(toVerifiedOptions(options));
}

/**
 * Middleware for a route that needs more: `app.post('/coins', requireScopes('coins:write'), handler)`, behind `verified`. Whose key lacks a scope
 * is answered `scope_insufficient`, 403.
 *
 * @throws {TypeError} If no scope is given, or one is no text.
 */
export function requireScopes(...scopes: readonly string[]): Middleware {
  const required = readScopes(scopes);
  return (request, response, next) => {
    try {
      checkScopes(signerOf(request), required);
    } catch (error) {
      if (!answerRefusal(error, request, response)) next(error);
      return;
    }
    next();
  };
}

/**
 * Answers refusals that handlers throw (`getVerified(request).json(schema)` does) as problem documents, and passes other errors on:
 * `app.use(answerRefusals)`, behind the routes.
 */
export const answerRefusals: ErrorMiddleware = (error, request, response, next) => {
  if (response.headersSent || !answerRefusal(error, request, response)) next(error);
};

/**
 * `countersign/koa`: middleware for Koa 2 and 3.
 *
 * @module
 */

import type { VerificationError } from '../errors.ts';
import type { Verifier } from '../http/verifier.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Refusals, readRefusals } from './shared/guard.ts';
import type { BodyAdvice } from './shared/node-body.ts';
import { guardNode } from './shared/node-guard.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import type { NodeResponseLike } from './shared/node-response.ts';
import { isForPeer } from './shared/refusal.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { hasSigned, signerOf } from './shared/verified-requests.ts';

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
export interface KoaOptions extends AdapterOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /** `answer` a refusal as a problem document, or `throw` it, to the middleware before. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
}

/** What we need of Koa's context. */
export interface KoaContextLike {
  /** Node's own request. */
  readonly req: NodeRequestLike;
  /** Node's own response. */
  readonly res: NodeResponseLike;
  /** Koa's own request, where body parsers leave what they keep. */
  readonly request: object;
  /** Where middleware leaves what later ones need. */
  readonly state: object;
  /** The request target as it was sent. */
  readonly originalUrl: string;
  /** The status that will be sent. */
  status: number;
  /** The content that will be sent. */
  body: unknown;
  /** Sets fields. */
  set(fields: Readonly<Record<string, string>>): unknown;
}

/** Middleware, as Koa calls it. */
export type KoaMiddleware = (context: KoaContextLike, next: () => Promise<unknown>) => Promise<void>;

const names = (): OptionNames<KoaOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

const ADVICE: BodyAdvice = { line: 'koa-bodyparser, which keeps the text as ctx.request.rawBody, or ctx.request.rawBody = bytes' };

/**
 * Middleware that lets verified requests through and nothing else: `app.use(verified({ verifier }))`, before the body parsers, which find the
 * body as if nobody had read it, or behind one that keeps `ctx.request.rawBody`. `ctx.state.verified`, or `getVerified(ctx)`, is what was
 * verified. Refusals that later middleware throws are answered too.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function verified(options: KoaOptions): KoaMiddleware {
  const { verifier, refusals, ...others } = readOptions<KoaOptions>(options, names());
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  return async (context, next) => {
    try {
      const { rawBody: body } = context.request as { readonly rawBody?: unknown };
      const passed = await guardNode(guard, context.req, context.res, {
        advice: ADVICE,
        body,
        target: context.originalUrl,
        request: context,
      });
      if (passed === undefined) return;
      const { verified: caller } = passed;
      if (caller !== undefined) Object.assign(context.state, hasSigned(caller) ? { verified: caller } : { consumer: caller.consumer });
      await next();
    } catch (error) {
      if (!answers || !isForPeer(error)) throw error;
      answer(error, context);
    }
  };
}

function answer(error: VerificationError, context: KoaContextLike): void {
  const { status, headers, body } = error.toProblem();
  context.status = status;
  context.set(headers);
  context.body = body;
}

/**
 * Middleware that lets callers with a key through, who may sign nothing: `app.use(identified({ identify: apiKeys.authenticate }))`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(ctx)` is who calls; `getVerified(ctx)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identified(options: IdentifiedOptions): KoaMiddleware {
  return verified(toVerifiedOptions(options));
}

/**
 * Middleware for a route that needs more: `router.post('/coins', requireScopes('coins:write'), handler)`, behind `verified`. Whose key lacks a
 * scope is answered `scope_insufficient`, 403.
 *
 * @throws {TypeError} If no scope is given, or one is no text.
 */
export function requireScopes(...scopes: readonly string[]): (context: object, next: () => Promise<unknown>) => Promise<void> {
  const required = readScopes(scopes);
  return async (context, next) => {
    checkScopes(signerOf(context), required);
    await next();
  };
}

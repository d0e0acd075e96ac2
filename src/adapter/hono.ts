/**
 * `countersign/hono`: middleware for Hono 4, on every runtime that it has.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import type { VerifiedRequest } from '../signature/verified/verified-request.ts';
import { type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Guard, type Refusals, readRefusals } from './shared/guard.ts';
import type { BodyAdvice } from './shared/node-body.ts';
import { isForPeer } from './shared/refusal.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { hasSigned, signerOf } from './shared/verified-requests.ts';
import { finishWeb, guardWeb, refusalResponse } from './shared/web-guard.ts';

export type { Upload, UploadOptions } from '../http/upload/verify-upload.ts';
export { getConsumer, type IdentifiedOptions, type Identify } from './identified.ts';
export type { CorsOptions } from './shared/cors.ts';
export type { OnEvent, VerificationEvent } from './shared/events.ts';
export type { AdapterOptions, Refusals } from './shared/guard.ts';
export type { ResponseSigning } from './shared/response-signing.ts';
export type { TrustedProxy } from './shared/trusted-proxy.ts';
export { getUpload, getVerified } from './shared/verified-requests.ts';

/** What `verified` takes. */
export interface HonoOptions extends AdapterOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /** `answer` a refusal as a problem document, or `throw` it, to `app.onError`. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
}

/** The variables of a context behind `verified`: `new Hono<{ Variables: VerifiedVariables }>()`. */
export type VerifiedVariables = {
  /** What was verified. */
  verified: VerifiedRequest;
};

/** What we need of Hono's context. */
export interface HonoContextLike {
  /** Hono's request, with the `Request` it was made of. */
  readonly req: {
    readonly raw: Request;
    readonly bodyCache?: object | undefined;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
  /** What the platform hands over: on Node its own request. */
  readonly env?: unknown;
  /** What a handler threw. */
  readonly error?: unknown;
  /** The response. */
  get res(): Response;
  set res(response: Response | undefined);
  /** Sets a variable. */
  set(name: 'verified', value: VerifiedRequest): void;
}

/** Middleware, as Hono calls it. */
export type HonoMiddleware = (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined>;

const names = (): OptionNames<HonoOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

const ADVICE: BodyAdvice = { line: 'await c.req.arrayBuffer() before anything parses the body' };

/**
 * Middleware that lets verified requests through and nothing else: `app.use('/api/*', verified({ verifier }))`.
 *
 * `c.get('verified')` is what was verified; `c.req.json()`, `c.req.parseBody()` and the others find the body as if nobody had read it.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function verified(options: HonoOptions): HonoMiddleware {
  const { verifier, refusals, ...others } = readOptions<HonoOptions>(options, names());
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  return async (context, next) => {
    const request = context.req.raw;
    try {
      const passed = await guardWeb(guard, request, {
        advice: ADVICE,
        body: await bytesReadBefore(context),
        address: addressOf(context.env),
        request: context,
      });
      if (passed instanceof Response) return passed;
      if (passed.verified !== undefined && hasSigned(passed.verified)) context.set('verified', passed.verified);
      await next();
      if (context.error !== undefined) passed.opened?.abandon('the handler failed');
      const refusal = answers ? refusalResponse(guard, request, context.error) : undefined;
      const response = refusal ?? context.res;
      if (guard.signing !== undefined) sayType(response, context.env);
      const finished = await finishWeb(guard, request, passed, response).catch((error: unknown) => refused(guard, request, error, answers));
      // Hono writes the fields of a response into the one that takes its place.
      context.res = undefined;
      context.res = finished;
      return undefined;
    } catch (error) {
      return refused(guard, request, error, answers);
    }
  };
}

/**
 * Middleware that lets callers with a key through, who may sign nothing: `app.use('/api/*', identified({ identify: apiKeys.authenticate }))`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(c)` is who calls; `getVerified(c)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identified(options: IdentifiedOptions): HonoMiddleware {
  return verified(toVerifiedOptions(options));
}

/** On Node a server of Hono gives content this type where it has none, which would be behind the signature. */
function sayType({ body, headers }: Response, env: unknown): void {
  if (body && !headers.has('content-type') && incomingOf(env) !== undefined) headers.set('content-type', 'text/plain; charset=UTF-8');
}

function refused(guard: Guard, request: Request, error: unknown, answers: boolean): Response {
  const refusal = answers ? refusalResponse(guard, request, error) : undefined;
  if (refusal === undefined) throw error;
  return refusal;
}

/**
 * What Hono keeps of a body that was read: its bytes or its text, if it was read so first. What was parsed would be written anew, and text whose
 * length is another than what arrived was decoded.
 */
async function bytesReadBefore({ req }: HonoContextLike): Promise<Uint8Array | undefined> {
  if (!req.raw.bodyUsed) return undefined;
  const [first = ''] = Object.keys(req.bodyCache ?? {});
  if (!['arrayBuffer', 'bytes', 'text', 'blob'].includes(first)) return undefined;
  const bytes = new Uint8Array(await req.arrayBuffer());
  const length = req.raw.headers.get('content-length');
  return length === null || length === String(bytes.length) ? bytes : undefined;
}

/** Node's own request, where Hono runs on Node. */
function incomingOf(env: unknown): object | undefined {
  const incoming = typeof env === 'object' && env !== null ? memberOf(env, 'incoming') : undefined;
  return typeof incoming === 'object' && incoming !== null ? incoming : undefined;
}

/** Who sent a request, where the platform tells. */
function addressOf(env: unknown): string | undefined {
  const socket = (incomingOf(env) as { readonly socket?: { readonly remoteAddress?: string | undefined } | undefined } | undefined)?.socket;
  return socket?.remoteAddress;
}

/**
 * Middleware for a route that needs more: `app.post('/coins', requireScopes('coins:write'), handler)`, behind `verified`. Whose key lacks a scope
 * is answered `scope_insufficient`, 403.
 *
 * @throws {TypeError} If no scope is given, or one is no text.
 */
export function requireScopes(...scopes: readonly string[]): (context: object, next: () => Promise<void>) => Promise<Response | undefined> {
  const required = readScopes(scopes);
  return async (context, next) => {
    try {
      checkScopes(signerOf(context), required);
    } catch (error) {
      // `verified` stands around it, and adds what a refusal has besides.
      if (isForPeer(error)) return error.toResponse();
      throw error;
    }
    await next();
    return undefined;
  };
}

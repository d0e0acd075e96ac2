/**
 * `countersign/web`: a wrapper of handlers that take a `Request` and answer a `Response`: Workers, Deno, Bun, and frameworks of that shape.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { assertFunction } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import { type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Refusals, readRefusals } from './shared/guard.ts';
import type { BodyAdvice } from './shared/node-body.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { signerOf } from './shared/verified-requests.ts';
import { guardHandler } from './shared/web-handler.ts';

export type { Upload, UploadOptions } from '../http/upload/verify-upload.ts';
export { getConsumer, type IdentifiedOptions, type Identify } from './identified.ts';
export type { CorsOptions } from './shared/cors.ts';
export type { OnEvent, VerificationEvent } from './shared/events.ts';
export type { AdapterOptions, Refusals } from './shared/guard.ts';
export type { ResponseSigning } from './shared/response-signing.ts';
export type { TrustedProxy } from './shared/trusted-proxy.ts';
export { getUpload, getVerified } from './shared/verified-requests.ts';

/** What `verified` takes. */
export interface WebOptions extends AdapterOptions {
  /** Verifies: `createVerifier(…)`. */
  readonly verifier: Verifier;
  /** `answer` a refusal as a problem document, or `throw` it, to whoever called the handler. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
}

/** A handler of requests, and what the platform hands over besides (`env` and `context` of Workers, `info` of Deno, the server of Bun). */
export type WebHandler<Rest extends readonly unknown[]> = (request: Request, ...rest: Rest) => Awaitable<Response>;

const names = (): OptionNames<WebOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

const ADVICE: BodyAdvice = { line: 'hand whoever reads it request.clone()' };

/**
 * Wraps a handler, which is called for verified requests and no others: `export default { fetch: verified(handler, { verifier }) }`.
 *
 * The body is there to be read as if nobody had read it. `getVerified(request)` is what was verified. A `VerificationError` that the handler
 * throws (`getVerified(request).json(schema)` does) is answered too; what is the server's own fault is thrown to whoever called.
 *
 * @throws {TypeError | RangeError} If the handler is none, or an option is missing, unknown or unusable.
 */
export function verified<Rest extends readonly unknown[]>(
  handler: WebHandler<Rest>,
  options: WebOptions,
): (request: Request, ...rest: Rest) => Promise<Response> {
  assertFunction(handler, 'handler');
  const { verifier, refusals, ...others } = readOptions<WebOptions>(options, names());
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  return guardHandler(handler, {
    guard,
    answers,
    contextOf: (request, [platform]) => ({ advice: ADVICE, address: addressOf(request, platform) }),
  });
}

/**
 * Wraps a handler for callers with a key, who may sign nothing: `export default { fetch: identified(handler, { identify: apiKeys.authenticate }) }`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(request)` is who calls; `getVerified(request)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identified<Rest extends readonly unknown[]>(
  handler: WebHandler<Rest>,
  options: IdentifiedOptions,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return verified(handler, toVerifiedOptions(options));
}

/** Who sent a request: Deno's `info.remoteAddr`, Bun's `server.requestIP(request)`. */
function addressOf(request: Request, platform: unknown): string | undefined {
  if (typeof platform !== 'object' || platform === null) return undefined;
  const remote = memberOf(platform, 'remoteAddr') as { readonly hostname?: unknown } | undefined;
  if (typeof remote?.hostname === 'string') return remote.hostname;
  const server = platform as { requestIP?(request: Request): { readonly address?: unknown } | null };
  const address = typeof server.requestIP === 'function' ? server.requestIP(request)?.address : undefined;
  return typeof address === 'string' ? address : undefined;
}

/**
 * Requires scopes, inside a handler: `requireScopes(request, 'coins:write')`. What it throws is answered 403 by the wrapper.
 *
 * @throws {VerificationError} `scope_insufficient`, with those that the key lacks.
 * @throws {TypeError} If the request was not verified, no scope is given, or one is no text.
 */
export function requireScopes(request: Request, ...scopes: readonly string[]): void {
  checkScopes(signerOf(request), readScopes(scopes));
}

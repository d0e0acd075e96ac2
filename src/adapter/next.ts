/**
 * `countersign/next`: Next.js 15 and 16: route handlers, API routes of `pages`, and the proxy (middleware).
 *
 * Next hides the host in `request.url` and writes queries anew: the host is that of the Host field, and the verifier derives what was sent, where it
 * was made with `respelledQuery: true`.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { assertFunction } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { splitUrl } from '../rfc9421/message.ts';
import { cutQuery } from '../rfc9421/stable-url.ts';
import { asRefusal } from '../signature/refusal.ts';
import { type IdentifiedOptions, toVerifiedOptions } from './identified.ts';
import { ADAPTER_NAMES, type AdapterOptions, createGuard, type Refusals, readRefusals } from './shared/guard.ts';
import type { BodyAdvice } from './shared/node-body.ts';
import { answerRefusal, guardNode } from './shared/node-guard.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import type { NodeResponseLike } from './shared/node-response.ts';
import { withLogHint } from './shared/refusal.ts';
import { checkScopes, readScopes } from './shared/scopes.ts';
import { signerOf } from './shared/verified-requests.ts';
import { guardHandler } from './shared/web-handler.ts';
import type { WebHandler } from './web.ts';

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

/** What `verified` and `verifiedApi` take. */
export interface NextOptions extends AdapterOptions {
  /** Verifies: `createVerifier({ respelledQuery: true, … })`. */
  readonly verifier: Verifier;
  /** `answer` a refusal as a problem document, or `throw` it, to Next. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
}

const names = (): OptionNames<NextOptions> => ({ ...ADAPTER_NAMES, verifier: true, refusals: true });

const ADVICE: BodyAdvice = {
  line: 'hand whoever reads it request.clone()',
  cut: "Next's proxy, which is handed 10 MiB unless experimental.proxyClientMaxBodySize (in Next 15 middlewareClientMaxBodySize) says otherwise,",
};

const API_ADVICE: BodyAdvice = { line: 'export const config = { api: { bodyParser: false } }; in the file of the route' };

const HINT =
  'Next.js writes queries anew: create the verifier with respelledQuery: true; and takes basePath off where routes are handled: give it to verified as prefix';

/**
 * Wraps a route handler, or the proxy (the middleware of Next 15): `export const POST = verified(handler, { verifier })`. It is called for verified
 * requests and no others; the body is there to be read as if nobody had read it. `getVerified(request)` is what was verified.
 *
 * @throws {TypeError | RangeError} If the handler is none, or an option is missing, unknown or unusable.
 */
export function verified<NextRequest extends Request, Rest extends readonly unknown[]>(
  handler: (request: NextRequest, ...rest: Rest) => ReturnType<WebHandler<Rest>>,
  options: NextOptions,
): (request: NextRequest, ...rest: Rest) => Promise<Response> {
  assertFunction(handler, 'handler');
  const { verifier, refusals, ...others } = readOptions<NextOptions>(options, names());
  const guarded = guardHandler(handler as WebHandler<Rest>, {
    guard: createGuard(verifier, others),
    answers: readRefusals(refusals) === 'answer',
    contextOf: async (request, [context]) => {
      const authority = request.headers.get('host') ?? '';
      const target = await edgeTarget(request, context);
      return { advice: ADVICE, known: { authority, ...(target !== undefined && { target }) } };
    },
    explain: (error) => withLogHint(error, HINT),
  });
  return guarded;
}

/**
 * On the edge runtime Next puts the parameters of a route into the query of its URL, in place of what clients sent under their names: they are
 * taken out again.
 */
async function edgeTarget({ url }: Request, context: unknown): Promise<string | undefined> {
  if (!('EdgeRuntime' in globalThis) || typeof context !== 'object' || context === null) return undefined;
  const params = await (context as { readonly params?: Awaitable<object | undefined> }).params;
  if (typeof params !== 'object' || params === null) return undefined;
  const [path, query] = cutQuery(asRefusal(() => splitUrl(url)).target);
  const pairs = query
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !Object.hasOwn(params, nameIn(pair)));
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** The name of a pair that Next wrote. */
function nameIn(pair: string): string {
  const [name = ''] = new URLSearchParams(pair).keys();
  return name;
}

/** An API route of `pages`. */
export type ApiHandler<ApiRequest, ApiResponse> = (request: ApiRequest, response: ApiResponse) => unknown;

/**
 * Wraps an API route of `pages`: `export default verifiedApi(handler, { verifier })`, with `export const config = { api: { bodyParser: false } }`
 * beside it: Next's own parser keeps no bytes. `getVerified(request).json(schema)` is what it would have parsed.
 *
 * @throws {TypeError | RangeError} If the handler is none, or an option is missing, unknown or unusable.
 */
export function verifiedApi<ApiRequest extends NodeRequestLike, ApiResponse extends NodeResponseLike>(
  handler: ApiHandler<ApiRequest, ApiResponse>,
  options: NextOptions,
): (request: ApiRequest, response: ApiResponse) => Promise<void> {
  assertFunction(handler, 'handler');
  const { verifier, refusals, ...others } = readOptions<NextOptions>(options, names());
  const guard = createGuard(verifier, others);
  const answers = readRefusals(refusals) === 'answer';
  return async (request, response) => {
    try {
      const passed = await guardNode(guard, request, response, { advice: API_ADVICE }).catch((error: unknown) => {
        throw withLogHint(error, HINT);
      });
      if (passed !== undefined) await handler(request, response);
    } catch (error) {
      if (!answers || response.headersSent || !answerRefusal(error, request, response)) throw error;
    }
  };
}

/**
 * Wraps a route handler, or the proxy, for callers with a key, who may sign nothing: `export const GET = identified(handler, { identify: apiKeys.authenticate })`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(request)` is who calls; `getVerified(request)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identified<NextRequest extends Request, Rest extends readonly unknown[]>(
  handler: (request: NextRequest, ...rest: Rest) => ReturnType<WebHandler<Rest>>,
  options: IdentifiedOptions,
): (request: NextRequest, ...rest: Rest) => Promise<Response> {
  return verified(handler, toVerifiedOptions(options));
}

/**
 * Wraps an API route of `pages` for callers with a key, who may sign nothing: `export default identifiedApi(handler, { identify: apiKeys.authenticate })`. With a `verifier`, a request that
 * has a signature is verified by it, and only others are asked for a key.
 *
 * `getConsumer(request)` is who calls; `getVerified(request)` throws for whoever signed nothing.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function identifiedApi<ApiRequest extends NodeRequestLike, ApiResponse extends NodeResponseLike>(
  handler: ApiHandler<ApiRequest, ApiResponse>,
  options: IdentifiedOptions,
): (request: ApiRequest, response: ApiResponse) => Promise<void> {
  return verifiedApi(handler, toVerifiedOptions(options));
}

/**
 * Requires scopes, inside a handler: `requireScopes(request, 'coins:write')`. What it throws is answered 403 by the wrapper.
 *
 * @throws {VerificationError} `scope_insufficient`, with those that the key lacks.
 * @throws {TypeError} If the request was not verified, no scope is given, or one is no text.
 */
export function requireScopes(request: object, ...scopes: readonly string[]): void {
  checkScopes(signerOf(request), readScopes(scopes));
}

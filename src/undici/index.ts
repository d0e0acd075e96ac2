/**
 * `countersign/undici`: signing inside an undici dispatcher, whatever is built on it: `request`, `stream`, `pipeline`,
 * `fetch` with a dispatcher.
 *
 * Composed first, it is innermost: retry and redirect interceptors outside of it send every attempt and every hop through
 * it, to be signed anew. undici itself is taken by its shape and never imported.
 *
 * @see https://undici.nodejs.org/#/docs/api/Dispatcher?id=dispatchercomposeinterceptors-interceptor
 * @module
 */

import type { Signer } from '../crypto/signer.ts';
import { SignedFetchError } from '../errors.ts';
import { denied } from '../fetch/deny.ts';
import { compileSettings, type Settings } from '../fetch/options.ts';
import { objectionTo, toFixpoint } from '../fetch/target.ts';
import { SIGN_REQUEST_OPTIONS, type SignRequestOptions, signRequest } from '../http/sign-request.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type FieldLines, splitUrl } from '../rfc9421/message.ts';
import { type Body, createBodyReader, type ReadBody } from './body.ts';
import { toFieldLines } from './fields.ts';
import { withQuery } from './query.ts';

/** What we need of undici's `DispatchOptions`. */
export interface DispatchOptionsLike {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly query?: Readonly<Record<string, unknown>> | null | undefined;
  readonly signal?: unknown;
}

/** What we need of undici's `DispatchHandler`: where to report that nothing was sent. */
export interface DispatchHandlerLike {
  onResponseError?(controller: unknown, error: Error): void;
  /** What it was until undici 7, and still is where Node's own `fetch` gets an Agent of undici 8: nothing else would end the call. */
  onError?(error: Error): void;
}

/** What sends; generic, so that options and handlers of any undici fit. */
type Dispatch<Options, Handler> = (options: Options, handler: Handler) => boolean;

/** What `Dispatcher.compose` takes. `fixed` is the origin of a `Client` or `Pool`, which sends nowhere else. */
export type SigningInterceptor = <Options extends DispatchOptionsLike, Handler extends DispatchHandlerLike>(
  dispatch: Dispatch<Options, Handler>,
  fixed?: string | null,
) => Dispatch<Options, Handler>;

/** How the interceptor signs. Times are whole seconds since the epoch. */
export interface SigningInterceptorOptions extends Omit<SignRequestOptions, 'signer' | 'nonce' | 'created'> {
  /** What signs, or a function that gives it, asked before every signature. */
  readonly signer: Signer | (() => Awaitable<Signer>);
  /** The only origins to send to, each like `https://bank.example`. Required: in here a redirect looks like any other request. */
  readonly origins: readonly string[];
  /** Bytes of content at most: it is held in memory to be digested. 10 MiB by default. */
  readonly maxBodyBytes?: number | undefined;
}

/**
 * Creates an interceptor that signs: `new Agent().compose(createSigningInterceptor({ signer, origins }), interceptors.retry())`.
 * It covers what `createSignedFetch` covers.
 *
 * What must not be sent is reported to the caller as `SignedFetchError` (`fetch` wraps it, as `cause` of its TypeError).
 *
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export function createSigningInterceptor(options: SigningInterceptorOptions): SigningInterceptor {
  const settings = compileSettings(options);
  if (settings.allowed === undefined) throw new TypeError('origins must be given');
  const read = createBodyReader(settings.maxBodyBytes);
  return (dispatch, fixed) =>
    // undici wants exactly two parameters.
    (options, handler) => {
      signed(options, settings, read, fixed).then(
        (ready) => send(dispatch, ready, handler),
        (error: Error) => fail(handler, error),
      );
      return true;
    };
}

/** What `dispatch` throws at once, for a caller who is no longer there to catch it. */
function send<Options, Handler extends DispatchHandlerLike>(
  dispatch: Dispatch<Options, Handler>,
  options: Options,
  handler: Handler,
): void {
  try {
    dispatch(options, handler);
  } catch (error) {
    fail(handler, error as Error);
  }
}

function fail(handler: DispatchHandlerLike, error: Error): void {
  if (handler.onResponseError) handler.onResponseError(null, error);
  else handler.onError?.(error);
}

/** The same dispatch with signature fields, and with the very target and bytes they are for. */
async function signed<Options extends DispatchOptionsLike>(
  options: Options,
  settings: Settings,
  read: ReadBody,
  fixed: string | null | undefined,
): Promise<Options> {
  const url = destination(options, settings, fixed);
  const body: Body = settings.uncovered ? {} : await read(options.body, options.signal);
  const { scheme, authority, target } = splitUrl(url);
  const given = toFieldLines(options.headers);
  // undici would send it instead of the URL's host.
  const lines: FieldLines = given.filter(([name]) => name !== 'host');
  const typed = body.type !== undefined && !lines.some(([name]) => name === 'content-type');
  const own: FieldLines = typed ? [...lines, ['content-type', body.type!]] : lines;
  const signer = typeof settings.signer === 'function' ? await settings.signer() : settings.signer;
  const { fields } = await signRequest(
    { method: options.method, scheme, authority, target, fields: own, body: body.bytes },
    signOptionsOf({ ...settings, signer, created: settings.now() }),
  );
  const names = new Set(fields.map(([name]) => name));
  const kept = own.filter(([name]) => !names.has(name));
  const content = body.bytes ? { body: body.bytes } : {};
  return { ...options, ...content, path: target, query: null, headers: [...kept, ...fields].flat() };
}

/**
 * Where a dispatch goes, as a URL that no parser on the way changes.
 *
 * @throws {SignedFetchError} If it must not go there.
 */
function destination(
  { origin, path, query, method }: DispatchOptionsLike,
  { allowed }: Settings,
  fixed: string | null | undefined,
): string {
  const from = origin ?? fixed;
  if (from == null) throw new TypeError('origin must be given');
  // CONNECT and absolute targets name another authority than the origin.
  if (method === 'CONNECT' || !path.startsWith('/')) throw new SignedFetchError('target_forbidden', 'the path must begin with /');
  const base = new URL(from);
  const url = new URL(base.origin + withQuery(path, query));
  const objection = objectionTo(base) ?? (allowed?.has(url.origin) ? undefined : 'origin');
  if (objection) throw denied(objection, url.origin);
  // A Client sends a redirect's next hop to its own origin, with whatever signature it has.
  if (fixed != null && new URL(fixed).origin !== url.origin) throw denied('origin', url.origin);
  return toFixpoint(url);
}

function signOptionsOf(options: SignRequestOptions): SignRequestOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(SIGN_REQUEST_OPTIONS, name)),
  ) as unknown as SignRequestOptions;
}

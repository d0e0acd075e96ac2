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

import { createSpelling, type QueryOptions, readOrigins, type Spelling } from '../fetch/request/target.ts';
import { createSigning, type PerMessage, type Signing, type SigningOptions } from '../fetch/sign.ts';
import { assertInteger } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { type FieldLines, type RequestMessage, splitUrl } from '../rfc9421/message.ts';
import { abortable } from '../runtime/abort.ts';
import { createBodyReader, passBody, type ReadBody } from './body.ts';
import { destinationOf, type Told } from './destination.ts';
import type { Dispatch, DispatchHandlerLike, DispatchOptionsLike } from './dispatch.ts';
import { toFieldLines } from './fields.ts';
import { listen } from './signal.ts';

export type { DispatchHandlerLike, DispatchOptionsLike } from './dispatch.ts';

/** What `Dispatcher.compose` takes. `fixed` is the origin of a `Client` or `Pool`, which sends nowhere else; undici before 8.9 does not tell. */
export type SigningInterceptor = <Options extends DispatchOptionsLike, Handler extends DispatchHandlerLike>(
  dispatch: Dispatch<Options, Handler>,
  fixed?: string | null,
) => Dispatch<Options, Handler>;

/** How the interceptor signs; functions among the options are told the request as plain data. Times are whole seconds since the epoch. */
export interface SigningInterceptorOptions extends SigningOptions<RequestMessage>, QueryOptions {
  /**
   * The only origins to send to, each like `https://bank.example`. Required: in here a redirect looks like any other request. One only
   * with undici before 8.9, which does not tell a Client from an Agent.
   */
  readonly origins: readonly string[];
  /** Bytes of content at most: it is held in memory to be digested. 10 MiB by default. */
  readonly maxBodyBytes?: number | undefined;
}

const NAMES: OptionNames<SigningInterceptorOptions & PerMessage> = {
  signer: true,
  components: true,
  required: true,
  tag: true,
  expiresIn: true,
  label: true,
  includeAlg: true,
  fieldTypes: true,
  randomBytes: true,
  insecurelyAllowUncovered: true,
  now: true,
  onSigned: true,
  nonce: true,
  created: true,
  query: true,
  origins: true,
  maxBodyBytes: true,
};

const ELSEWHERE: Readonly<Record<string, string>> = {
  retry: 'interceptors.retry of undici',
  maxRedirects: 'interceptors.redirect of undici',
  fetch: 'createSignedFetch',
  secret: 'hmacSigner',
  keyid: 'hmacSigner or createSigner',
};

/** What one interceptor has of its options. */
interface Rules {
  readonly signing: Signing<RequestMessage>;
  readonly allowed: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  readonly read: ReadBody;
  readonly spell: Spelling;
}

/**
 * Creates an interceptor that signs: `new Agent().compose(createSigningInterceptor({ signer, origins }), interceptors.retry())`.
 * It covers what `createSignedFetch` covers.
 *
 * What must not be sent is reported to the caller as `SignedFetchError` (`fetch` wraps it, as `cause` of its TypeError).
 *
 * @throws {TypeError | RangeError} If an option is missing, unusable or unknown.
 */
export function createSigningInterceptor(options: SigningInterceptorOptions): SigningInterceptor {
  const given = readOptions<SigningInterceptorOptions & PerMessage>(options, NAMES, { elsewhere: ELSEWHERE });
  const { origins, maxBodyBytes = 10 * 2 ** 20 } = given;
  if (origins === undefined) throw new TypeError('origins must be given');
  assertInteger(maxBodyBytes, 'maxBodyBytes');
  const rules: Rules = {
    signing: createSigning<RequestMessage>(given),
    allowed: readOrigins(origins),
    maxBodyBytes,
    read: createBodyReader(maxBodyBytes),
    spell: createSpelling(given),
  };
  return (dispatch, ...told) =>
    // undici wants exactly two parameters.
    (given, handler) => {
      signed(given, rules, told).then(
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

/** The same dispatch, ready to be sent; or the reason of its signal, if that comes first. */
async function signed<Options extends DispatchOptionsLike>(options: Options, rules: Rules, told: Told): Promise<Options> {
  const { signal, stop } = listen(options.signal);
  try {
    return await abortable(sign(options, rules, told, signal), signal);
  } finally {
    stop();
  }
}

/** The same dispatch with signature fields, and with the very target and bytes they are for. */
async function sign<Options extends DispatchOptionsLike>(
  options: Options,
  { signing, allowed, maxBodyBytes, read, spell }: Rules,
  told: Told,
  signal: AbortSignal | undefined,
): Promise<Options> {
  const url = destinationOf(options, allowed, told, spell);
  const { scheme, authority, target } = splitUrl(url);
  const { bytes, type } = await (signing.coversContent
    ? read(options.body, `${scheme}://${authority}`, signal)
    : passBody(options.body, maxBodyBytes, signal));
  const given = toFieldLines(options.headers);
  // undici would send it instead of the URL's host.
  const lines: FieldLines = given.filter(([name]) => name !== 'host');
  const typed = type !== undefined && !lines.some(([name]) => name === 'content-type');
  const own: FieldLines = typed ? [...lines, ['content-type', type]] : lines;
  const covered = signing.coversContent ? bytes : undefined;
  const message: RequestMessage = { method: options.method, scheme, authority, target, fields: own, body: covered };
  const { fields } = await signing.sign(message, message);
  const names = new Set(fields.map(([name]) => name));
  const kept = own.filter(([name]) => !names.has(name));
  const content = bytes ? { body: bytes } : {};
  return { ...options, ...content, path: target, query: null, headers: [...kept, ...fields].flat() };
}

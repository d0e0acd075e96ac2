/**
 * Pages of other origins: preflights, which browsers never sign, and the fields that let a page read an answer.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @module
 */

import { assertFlag, assertInteger, assertTexts } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';

/** Which pages may send signed requests. */
export interface CorsOptions {
  /** Origins, as browsers write them (`https://shop.example`), or a function of the origin. */
  readonly origins: readonly string[] | ((origin: string) => boolean);
  /** Methods that pages may use; default: GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[] | undefined;
  /** Fields that pages may send besides those that signing needs: content-type, content-digest, signature, signature-input. */
  readonly allowHeaders?: readonly string[] | undefined;
  /** Fields that pages may read besides those of refusals and signed responses. */
  readonly exposeHeaders?: readonly string[] | undefined;
  /** Seconds for which browsers remember a preflight's answer; 600 by default. */
  readonly maxAge?: number | undefined;
  /** Whether cookies come along; default: false. */
  readonly credentials?: boolean | undefined;
}

/** What a request says of itself to the CORS protocol. */
export interface CorsRequest {
  readonly method: string;
  readonly origin: string | undefined;
  readonly requestedMethod: string | undefined;
}

/** The CORS protocol, as the options want it. */
export interface Cors {
  /** Fields for the answer to a preflight. */
  preflight(origin: string): Readonly<Record<string, string>>;
  /** Fields for any other answer. */
  answer(origin: string | undefined): Readonly<Record<string, string>>;
}

const NAMES: OptionNames<CorsOptions> = {
  origins: true,
  methods: true,
  allowHeaders: true,
  exposeHeaders: true,
  maxAge: true,
  credentials: true,
};

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const SENT = ['content-digest', 'content-type', 'signature', 'signature-input'];

const READ = ['accept-signature', 'content-digest', 'retry-after', 'signature', 'signature-input', 'www-authenticate'];

/** Whether a request is a preflight: an OPTIONS request with both fields. */
export function isPreflight({ method, origin, requestedMethod }: CorsRequest): boolean {
  return method === 'OPTIONS' && origin !== undefined && requestedMethod !== undefined;
}

/**
 * Reads the options; `undefined` if there are none.
 *
 * @throws {TypeError | RangeError} If one is missing, unknown or unusable.
 */
export function readCors(options: CorsOptions | undefined): Cors | undefined {
  if (options === undefined) return undefined;
  const read = readOptions<CorsOptions>(options, NAMES, { name: 'cors' });
  const { methods = METHODS, allowHeaders = [], exposeHeaders = [], maxAge = 600, credentials = false } = read;
  const isAllowed = originsOf(read.origins);
  assertTexts(methods, 'cors.methods');
  assertTexts(allowHeaders, 'cors.allowHeaders');
  assertTexts(exposeHeaders, 'cors.exposeHeaders');
  assertInteger(maxAge, 'cors.maxAge', 0, 86_400);
  assertFlag(credentials, 'cors.credentials');
  const allowed = (origin: string): Readonly<Record<string, string>> => ({
    'access-control-allow-origin': origin,
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
  });
  return {
    preflight: (origin) => ({
      vary: 'Origin',
      ...(isAllowed(origin) && {
        ...allowed(origin),
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': list(SENT, allowHeaders),
        'access-control-max-age': String(maxAge),
      }),
    }),
    answer: (origin) => ({
      vary: 'Origin',
      ...(origin !== undefined && isAllowed(origin) && { ...allowed(origin), 'access-control-expose-headers': list(READ, exposeHeaders) }),
    }),
  };
}

function originsOf(origins: CorsOptions['origins']): (origin: string) => boolean {
  if (typeof origins === 'function') return (origin) => origins(origin) === true;
  assertTexts(origins, 'cors.origins');
  if (origins.some((origin) => !/^[a-z][a-z0-9+.-]*:\/\/[^/?#*\s]+$/.test(origin)))
    throw new TypeError('cors.origins must be origins as browsers write them (https://shop.example), or a function of the origin');
  const known = new Set(origins);
  return (origin) => known.has(origin);
}

function list(always: readonly string[], more: readonly string[]): string {
  return [...new Set([...always, ...more.map((name) => name.toLowerCase())])].join(', ');
}

/** `Vary` with a name more, unless it is there. */
export function varyWith(vary: string | undefined, name: string): string {
  const names = (vary ?? '').split(',').map((one) => one.trim());
  return names.some((one) => one === '*' || one.toLowerCase() === name.toLowerCase())
    ? vary!
    : [...names.filter((one) => one !== ''), name].join(', ');
}

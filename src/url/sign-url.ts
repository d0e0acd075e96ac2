/**
 * Signing of a URL that somebody else will open: a link, an image, an EventSource, a WebSocket, a download, an upload.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import { type RandomBytes, randomNonce } from '../crypto/random.ts';
import type { Signer } from '../crypto/signer.ts';
import { assertFlag, assertSeconds, assertText, assertTime } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { REQUEST_CONTROL } from '../rfc9421/coverage.ts';
import { derivedValue } from '../rfc9421/derive.ts';
import { splitUrl } from '../rfc9421/message.ts';
import { stableTarget } from '../rfc9421/stable-url.ts';
import { assertSigner, callersMistake, createdOf, signComponents } from '../signature/sign.ts';
import { appendSignature, forbiddenName, readIgnored, requestScheme, URL_TAG } from './query.ts';

/** How to sign a URL. Times are whole seconds since the epoch, durations whole seconds. */
export interface SignUrlOptions {
  /** What signs. */
  readonly signer: Signer;
  /** Seconds the URL is good for, up to a year; a verifier takes a week by default. */
  readonly expiresIn: number;
  /** `GET` (default, `HEAD` too), `PUT`, or whatever the opener will send. Content is not covered. */
  readonly method?: string | undefined;
  /** Adds a nonce: a verifier with a replay store accepts the URL once. Default: false. */
  readonly oneTime?: boolean | undefined;
  /** Exact names that others may append (`utm_source`): the URL must not hold them yet. */
  readonly ignore?: readonly string[] | undefined;
  /** When it is signed; default: now. */
  readonly created?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Where nonces come from; default: the runtime's `crypto`. */
  readonly randomBytes?: RandomBytes | undefined;
}

/** More is taken for milliseconds. */
const YEAR = 366 * 86_400;

const NAMES: OptionNames<SignUrlOptions> = {
  signer: true,
  expiresIn: true,
  method: true,
  oneTime: true,
  ignore: true,
  created: true,
  now: true,
  randomBytes: true,
};

/**
 * Signs an absolute URL. Its query is written as a form is (blanks as `%20`, every pair with a `=`, names that are integers
 * first, equal names together), so that neither parsers nor frameworks on the way change it; a fragment stays at its end.
 *
 * @throws {TypeError | RangeError} If the URL is not absolute, not of http, https, ws or wss, holds credentials, a signature or an ignored
 *   name, or an option is unusable.
 */
export async function signUrl(url: string | URL, options: SignUrlOptions): Promise<string> {
  const read = readOptions(options, NAMES);
  const { signer, expiresIn, method = 'GET', oneTime = false, ignore = [], randomBytes } = read;
  assertSigner(signer);
  assertSeconds(expiresIn, 'expiresIn', 1, YEAR);
  assertText(method, 'method');
  assertFlag(oneTime, 'oneTime');
  if (read.created !== undefined) assertTime(read.created, 'created');
  const ignored = readIgnored(ignore);
  const { scheme, requested, authority, target, fragment } = readUrl(url);
  const name = forbiddenName(target, ignored);
  if (name !== undefined) throw new TypeError(`url must not hold the parameter ${name}`);
  const created = createdOf(read);
  const message = { method: method === 'HEAD' ? 'GET' : method, scheme: requested, authority, target, fields: [] };
  const nonce = oneTime ? randomNonce(signer, randomBytes) : undefined;
  const params = { created, expires: created + expiresIn, nonce, keyid: signer.keyid, tag: URL_TAG };
  const { text, signature } = await signComponents(({ name }) => derivedValue(message, name), REQUEST_CONTROL, params, signer);
  return `${scheme}://${authority}${appendSignature(target, `sig=${text}`, `sig=:${signature}:`)}${fragment}`;
}

interface UrlParts extends ReturnType<typeof splitUrl> {
  /** The scheme of the request that opens it. */
  readonly requested: string;
  readonly fragment: string;
}

function readUrl(url: string | URL): UrlParts {
  const text = absolute(url);
  const scheme = /^([^:]+):/.exec(text)?.[1]?.toLowerCase() ?? '';
  const requested = requestScheme(scheme);
  if (requested === undefined) throw new TypeError('url must be http, https, ws or wss');
  const { authority, target } = callersMistake(() => splitUrl(text));
  if (authority.includes('@')) throw new TypeError('url must not hold credentials');
  const hash = text.indexOf('#');
  return { scheme, requested, authority, target: stableTarget(target, 'form'), fragment: hash < 0 ? '' : text.slice(hash) };
}

/** The platform's parser decides what an absolute URL is; where there is none, the text must be in its final form. */
function absolute(url: string | URL): string {
  if (typeof url !== 'string' && !(typeof url === 'object' && url !== null && 'href' in url))
    throw new TypeError('url must be a string or a URL');
  if (typeof URL === 'undefined') return String(url);
  try {
    return new URL(url).href;
  } catch {
    throw new TypeError('url must be absolute, such as https://files.example/report.pdf');
  }
}

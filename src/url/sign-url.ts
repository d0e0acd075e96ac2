/**
 * Signing of a URL that somebody else will open: a link, an image, an EventSource, a WebSocket, a download, an upload.
 *
 * @see WIRE, "Query carrier"
 * @module
 */

import { type RandomBytes, randomNonce } from '../crypto/random.ts';
import type { Signer } from '../crypto/signer.ts';
import { assertInteger, assertObject } from '../internal/assert.ts';
import { derivedValue } from '../rfc9421/derive.ts';
import { splitUrl } from '../rfc9421/message.ts';
import { stableTarget } from '../rfc9421/stable-url.ts';
import { systemTime } from '../runtime/time.ts';
import { signComponents } from '../signature/sign.ts';
import { appendSignature, forbiddenName, SCHEMES, URL_COMPONENTS, URL_TAG } from './query.ts';

/** How to sign a URL. */
export interface SignUrlOptions {
  readonly signer: Signer;
  /** Seconds the URL is good for. */
  readonly expiresIn: number;
  /** `GET` (default, `HEAD` too), `PUT`, or whatever the opener will send. Content is not covered. */
  readonly method?: string | undefined;
  /** Adds a nonce: a verifier with a replay store accepts the URL once. */
  readonly oneTime?: boolean | undefined;
  /** Names that others may append (`utm_source`): the URL must not hold them yet. */
  readonly ignore?: readonly string[] | undefined;
  readonly created?: number | undefined;
  readonly now?: (() => number) | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/**
 * Signs an absolute URL. The result is percent-encoded where parsers would do that anyway; a fragment stays at its end.
 *
 * @throws {TypeError | RangeError} If the URL is not absolute, holds credentials, a signature or an ignored name, or an
 *   option is unusable.
 */
export async function signUrl(url: string | URL, options: SignUrlOptions): Promise<string> {
  assertObject(options, 'options');
  const { signer, expiresIn, method = 'GET', oneTime = false, ignore = [] } = options;
  if (typeof signer?.sign !== 'function') throw new TypeError('signer must be a signer');
  assertInteger(expiresIn, 'expiresIn', 1, 2 ** 31);
  const created = options.created ?? (options.now ?? systemTime)();
  assertInteger(created, 'created', 0, 2 ** 40);
  const { scheme, authority, target, fragment } = readUrl(String(url));
  const name = forbiddenName(target, new Set(ignore));
  if (name !== undefined) throw new TypeError(`url must not hold the parameter ${name}`);
  const message = { method: method === 'HEAD' ? 'GET' : method, scheme: SCHEMES[scheme]!, authority, target, fields: [] };
  const nonce = oneTime ? randomNonce(options.signer, options.randomBytes) : undefined;
  const params = { created, expires: created + expiresIn, nonce, keyid: signer.keyid, tag: URL_TAG };
  const { text, signature } = await signComponents(({ name }) => derivedValue(message, name), URL_COMPONENTS, params, signer);
  return `${scheme}://${authority}${appendSignature(target, `sig=${text}`, `sig=:${signature}:`)}${fragment}`;
}

function readUrl(url: string): ReturnType<typeof splitUrl> & { readonly fragment: string } {
  // The platform's parser decides what an absolute URL is; where there is none, the text must be in its final form.
  const text = typeof URL === 'undefined' ? url : new URL(url).href;
  const { scheme, authority, target } = splitUrl(text);
  if (!Object.hasOwn(SCHEMES, scheme)) throw new TypeError('url must be http, https, ws or wss');
  if (authority.includes('@')) throw new TypeError('url must not hold credentials');
  const hash = text.indexOf('#');
  return { scheme, authority, target: stableTarget(target), fragment: hash < 0 ? '' : text.slice(hash) };
}

/**
 * From what `fetch` takes to a request that can be signed: one `Request`, built once, and the very bytes it will send.
 *
 * A body is serialised once, when the `Request` is constructed (FormData draws its boundary there), and what is
 * digested is read off that same `Request`.
 *
 * @see https://fetch.spec.whatwg.org/#dom-request
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import type { Call } from './call.ts';
import type { Settings } from './options.ts';
import { toTarget, withoutFragment } from './target.ts';

/** Streams need `duplex`, which TypeScript's DOM does not know. */
type Init = RequestInit & { readonly duplex?: 'half' };

/**
 * Builds the first attempt of a call.
 *
 * @throws {SignedFetchError} Before anything is sent, if it must not or cannot be.
 * @throws {TypeError} If `fetch` would refuse it too, or a `Request`'s URL would change on the way.
 */
export async function prepare(input: string | URL | Request, init: RequestInit | undefined, settings: Settings): Promise<Call> {
  const source = isRequest(input) ? input : undefined;
  const { url, origin } = toTarget(isRequest(input) ? input.url : input, globalThis.document?.baseURI ?? globalThis.location?.href);
  // A new Request may not get another URL than its source without losing the rest: the caller must encode it.
  if (source && url !== withoutFragment(source.url)) throw new TypeError("the Request's URL holds characters that must be percent-encoded");
  checkInit(source, init, origin, settings);

  const { uncovered, maxBodyBytes } = settings;
  const given = init?.body;
  const stream = isStream(given) ? given : undefined;
  let bytes = stream && !uncovered ? await read(stream, maxBodyBytes, init?.signal) : undefined;
  const request = new Request(source ?? url, requestInit(source, init, bytes, stream));
  // Firefox has no streams here and would send the text "[object ReadableStream]".
  if (stream && !bytes && !request.body) throw new SignedFetchError('body_uncoverable', 'this runtime cannot send a stream');
  // A field that Bun would send instead of the URL's host; elsewhere it has no effect.
  const { headers, method } = request;
  headers.delete('host');

  // Firefox does not tell whether there is a body (undefined): reading it does.
  const hasBody = request.body !== null && !isBodiless(method);
  if (typeof given === 'string') bytes = encodeUtf8(given);
  else if (hasBody && !bytes && !uncovered) bytes = await read(request.clone(), maxBodyBytes, request.signal);
  if (bytes && bytes.length > maxBodyBytes) throw tooLarge(maxBodyBytes);
  return {
    request,
    origin,
    bytes,
    replayable: !hasBody || bytes !== undefined,
    redirect: init?.redirect ?? source?.redirect ?? 'follow',
    init,
    earlier: ['signature-input', 'signature'].map((name) => [name, headers.get(name)]),
    hops: 0,
    retries: 0,
    tried: new Set(),
  };
}

function checkInit(source: Request | undefined, init: RequestInit | undefined, origin: string, { allowed }: Settings): void {
  if (allowed?.has(origin) === false) throw new SignedFetchError('origin_forbidden', `${origin} is none of the origins`, { target: origin });
  if ((init?.mode ?? source?.mode) === 'no-cors') throw new SignedFetchError('mode_forbidden', 'no-cors requests lose their signature');
  if (init?.body != null && isBodiless(init.method ?? source?.method ?? 'GET')) throw new SignedFetchError('body_uncoverable', 'GET and HEAD have no body');
}

function requestInit(source: Request | undefined, init: RequestInit | undefined, bytes: Uint8Array<ArrayBuffer> | undefined, stream: unknown): Init {
  const made: Init = { ...(source && keptReferrer(source)), ...init, redirect: 'manual' };
  if (bytes) made.body = bytes;
  else if (stream) return { ...made, duplex: 'half' };
  // HTTP caches do not vary by signature. Where the member is not implemented, giving it throws.
  if (!init?.cache && 'cache' in Request.prototype && (source?.cache ?? 'default') === 'default') made.cache = 'no-store';
  return made;
}

/** A `Request` made of another one loses its referrer as soon as it is given anything else. */
export function keptReferrer({ referrer, referrerPolicy }: Request): RequestInit {
  return { referrer, referrerPolicy };
}

type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Whether a body arrives over time; undici also takes iterables, Node's streams among them. */
function isStream(body: unknown): body is Stream {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}

async function read(body: Stream | Request, limit: number, signal?: AbortSignal | null): Promise<Uint8Array<ArrayBuffer>> {
  const { readBody } = await import('./read-body.ts');
  const bytes = await readBody(body, limit, signal);
  if (bytes === undefined) throw tooLarge(limit);
  return bytes;
}

function tooLarge(limit: number): SignedFetchError {
  return new SignedFetchError('body_too_large', `the body is larger than maxBodyBytes (${limit})`);
}

function isBodiless(method: string): boolean {
  return /^(get|head)$/i.test(method);
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'headers' in input;
}

/**
 * From what `fetch` takes to a request that can be signed: one `Request`, built once, and the very bytes it will send.
 *
 * A body is serialised once, when the `Request` is constructed (FormData draws its boundary there), and what is
 * digested is read off that same `Request`.
 *
 * @see https://fetch.spec.whatwg.org/#dom-request
 * @module
 */

import { type ByteStream, readBody, readStream } from '../runtime/read-stream.ts';
import type { Call } from './call.ts';
import { denied, type Reason } from './deny.ts';
import { writeForm } from './form.ts';
import type { Settings } from './options.ts';
import { hasStray, objectionTo, toFixpoint } from './target.ts';

/** Streams need `duplex`, which TypeScript's DOM does not know. */
type Init = RequestInit & { duplex?: 'half' };

/**
 * Builds the first attempt of a call.
 *
 * @throws {SignedFetchError} Before anything is sent, if it must not or cannot be.
 * @throws {TypeError} If `fetch` would refuse it too, or a `Request`'s URL would change on the way.
 */
export async function prepare(input: string | URL | Request, init: RequestInit, settings: Settings): Promise<Call> {
  const source = isRequest(input) ? input : undefined;
  const url = new URL(isRequest(input) ? input.url : input, globalThis.document?.baseURI ?? globalThis.location?.href);
  const { origin } = url;
  const objection = objectionTo(url) ?? objectionToInit(source, init, url, settings);
  if (objection) throw denied(objection, origin);

  const { uncovered, maxBodyBytes } = settings;
  const { body, signal } = init;
  const stream = isStream(body);
  let bytes = stream && !uncovered ? await read(body, maxBodyBytes, signal) : undefined;
  const made = requestInit(source, init, bytes, stream);
  const request = new Request(source ?? toFixpoint(url), made);
  const { headers, method } = request;
  // Firefox has no streams here and would send the text "[object ReadableStream]".
  if (stream && !bytes && !request.body) throw denied('stream');
  // Bun would send it instead of the URL's host; elsewhere it has no effect.
  headers.delete('host');

  if (typeof body === 'string') bytes = new TextEncoder().encode(body);
  // Firefox does not tell whether there is a body (undefined): reading it does. Only asked where it must be, since Deno
  // sends a string whose `body` was looked at in chunks.
  const unread = !bytes && !isBodiless(method) && request.body !== null;
  if (unread && !uncovered) {
    try {
      bytes = await read(request.clone(), maxBodyBytes, request.signal);
    } catch (error) {
      // WebKitGTK cannot read a form that has a file: it is written here, with the boundary that was drawn.
      if ((error as Error).name !== 'InvalidStateError' || !(body instanceof FormData)) throw error;
      return prepare(input, { ...init, headers, body: await writeForm(body, headers.get('content-type')!) }, settings);
    }
  }
  if (bytes && bytes.length > maxBodyBytes) throw denied('size');
  return {
    request,
    origin,
    bytes,
    replayable: !unread || bytes !== undefined,
    redirect: init.redirect ?? source?.redirect ?? 'follow',
    init: made,
    whole: source !== undefined || (stream && !bytes),
    earlier: ['signature-input', 'signature'].map((name) => [name, headers.get(name)]),
    tried: new Map(),
  };
}

function objectionToInit(source: Request | undefined, init: RequestInit, url: URL, { allowed }: Settings): Reason | undefined {
  if (allowed?.has(url.origin) === false) return 'origin';
  if ((init.mode ?? source?.mode) === 'no-cors') return 'mode';
  if (init.body != null && isBodiless(init.method ?? source?.method ?? 'GET')) return 'bodiless';
  return source && hasStray(source.url, url.origin) ? 'fixpoint' : undefined;
}

function requestInit(source: Request | undefined, init: RequestInit, bytes: Uint8Array<ArrayBuffer> | undefined, stream: boolean): Init {
  // A Request made of another one loses its referrer as soon as it is given anything else.
  const made: Init = { ...(source && { referrer: source.referrer, referrerPolicy: source.referrerPolicy }), ...init, redirect: 'manual' };
  if (bytes) made.body = bytes;
  else if (stream) made.duplex = 'half';
  // HTTP caches do not vary by signature. Where the member is not implemented, giving it throws.
  if (!init.cache && 'cache' in Request.prototype && (source?.cache ?? 'default') === 'default') made.cache = 'no-store';
  return made;
}

/** Whether a body arrives over time; undici also takes iterables, Node's streams among them. */
function isStream(body: unknown): body is ByteStream {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'headers' in input;
}

function isBodiless(method: string): boolean {
  return /^(get|head)$/i.test(method);
}

async function read(body: ByteStream | Request, limit: number, signal: AbortSignal | null | undefined): Promise<Uint8Array<ArrayBuffer>> {
  return (await ('arrayBuffer' in body ? readBody(body, limit, signal) : readStream(body, limit, signal))) ?? tooLarge();
}

function tooLarge(): never {
  throw denied('size');
}

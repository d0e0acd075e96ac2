/**
 * The bytes of whatever undici takes for a body. Nothing is sent that was not read: what is no known kind is refused.
 *
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import { denied } from '../fetch/deny.ts';
import { readForm } from '../fetch/request/form.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { readStream } from '../runtime/read-stream.ts';

/** Content as it will be sent. */
export interface Body {
  /** `undefined` when there is none, or nobody read it. */
  readonly bytes?: Uint8Array | undefined;
  /** The media type the body brings; a content-type field that is there goes first. */
  readonly type?: string | undefined;
}

/** Reads a body that is sent to an origin; `signal` ends the reading. */
export type ReadBody = (body: unknown, origin: string, signal: AbortSignal | undefined) => Promise<Body>;

/** What was read of a stream, for the further attempts of its request. */
interface Kept {
  readonly origin: string;
  readonly body: Promise<Body>;
}

/**
 * Makes a reader that refuses more than `limit` bytes.
 *
 * What can be read twice is read at every attempt. A stream cannot: its bytes are kept, for the wrapper that undici makes of it for the
 * retries and redirects of one request, and for the origin it was read for. The stream itself never comes again: in another request
 * it would stand for an earlier one's content.
 */
export function createBodyReader(limit: number): ReadBody {
  const kept: WeakMap<object, Kept> = new WeakMap();
  const keep = (stream: object, origin: string, signal: AbortSignal | undefined): Promise<Body> => {
    const body = readPieces(stream, limit, signal);
    kept.set(stream, { origin, body });
    return body;
  };
  const readStreamed: ReadBody = async (body, origin, signal) => {
    if (typeof body !== 'object' || body === null || !(isStream(body) || Symbol.iterator in body)) throw denied('kind');
    const wrapped = wrappedIn(body);
    if (wrapped.length === 0 && !isReadOnce(body)) return readPieces(body, limit, signal);
    const earlier = find(body, kept);
    if (earlier === undefined) return keep(body, origin, signal);
    if (wrapped.length === 0) throw gone('in an earlier request');
    if (earlier.origin !== origin) throw gone('for another origin');
    return earlier.body;
  };
  return async (body, origin, signal) => {
    const result = await (readAtOnce(body, limit, signal) ?? readStreamed(body, origin, signal));
    if (result.bytes && result.bytes.length > limit) throw denied('size');
    return result;
  };
}

/** Content that nobody reads: only a form is, since its boundary is drawn when it is written, and goes into a field. */
export async function passBody(body: unknown, limit: number, signal: AbortSignal | undefined): Promise<Body> {
  if (typeof body !== 'object' || body === null) return {};
  if (isForm(body)) return readForm(body, limit, signal);
  return isBlob(body) ? { type: body.type || undefined } : {};
}

function gone(when: string): SignedFetchError {
  return new SignedFetchError('body_uncoverable', `the body is a stream that was read ${when}, and cannot be read again`);
}

/** What is no stream; `undefined` if it may be one. */
function readAtOnce(body: unknown, limit: number, signal: AbortSignal | undefined): Body | Promise<Body> | undefined {
  if (body === null || body === undefined) return {};
  if (typeof body === 'string') return { bytes: encodeUtf8(body) };
  if (typeof body !== 'object') throw denied('kind');
  // Copies: the caller's may change while it is signed.
  if (ArrayBuffer.isView(body)) return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body).slice() };
  if (isBlob(body)) return readBlob(body, limit);
  return isForm(body) ? readForm(body, limit, signal) : undefined;
}

async function readBlob(body: Blob, limit: number): Promise<Body> {
  if (body.size > limit) throw denied('size');
  return { bytes: new Uint8Array(await body.arrayBuffer()), type: body.type || undefined };
}

/** What was read of a stream, or of one that it wraps. */
function find(body: object, kept: WeakMap<object, Kept>, depth = 3): Kept | undefined {
  const found = kept.get(body);
  if (found !== undefined || depth === 0) return found;
  for (const inner of wrappedIn(body)) {
    const within = find(inner, kept, depth - 1);
    if (within !== undefined) return within;
  }
  return undefined;
}

/** The streams that undici's wrapper for further attempts holds, under a symbol of its own; none if a body is no such wrapper. */
function wrappedIn(body: object): readonly object[] {
  if (isReadOnce(body) || !(Symbol.asyncIterator in body)) return [];
  const held = Object.getOwnPropertySymbols(body).map((symbol): unknown => Reflect.get(body, symbol));
  return held.filter(
    (value): value is object => typeof value === 'object' && value !== null && (isStream(value) || Symbol.iterator in value),
  );
}

/** Streams of either kind, and iterators. What only makes iterators makes another one each time. */
function isReadOnce(body: object): boolean {
  return 'pipe' in body || 'getReader' in body || 'next' in body;
}

async function readPieces(body: object, limit: number, signal: AbortSignal | undefined): Promise<Body> {
  const bytes = await readStream('getReader' in body ? (body as ReadableStream<Uint8Array>) : toBytes(body), limit, signal);
  if (!bytes) throw denied('size');
  return { bytes };
}

/** The chunks of any iterable; text among them is UTF-8. */
async function* toBytes(body: object): AsyncGenerator<Uint8Array> {
  // Anything else than bytes is refused by the reader.
  for await (const chunk of body as AsyncIterable<unknown>) yield typeof chunk === 'string' ? encodeUtf8(chunk) : (chunk as Uint8Array);
}

function isStream(body: object): boolean {
  return 'getReader' in body || Symbol.asyncIterator in body;
}

function isBlob(body: object): body is Blob {
  return 'arrayBuffer' in body && 'size' in body;
}

/** By its name: undici's form is another class than the global one. */
function isForm(body: object): body is FormData {
  return Object.prototype.toString.call(body) === '[object FormData]';
}

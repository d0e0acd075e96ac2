/**
 * The bytes of whatever undici takes for a body. Nothing is sent that was not read: what is no known kind is refused.
 *
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import { denied } from '../fetch/deny.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { readStream } from '../runtime/read-stream.ts';

/** Content as it will be sent. */
export interface Body {
  /** `undefined` when there is none, or nobody read it. */
  readonly bytes?: Uint8Array | undefined;
  /** The media type the body brings; a content-type field that is there goes first. */
  readonly type?: string | undefined;
}

/** Reads a body; `signal` ends the reading if it is an AbortSignal. */
export type ReadBody = (body: unknown, signal: unknown) => Promise<Body>;

/** Makes a reader that refuses more than `limit` bytes. It gives the bytes of a stream again when the stream comes again. */
export function createBodyReader(limit: number): ReadBody {
  const known: WeakMap<object, Promise<Body>> = new WeakMap();
  return async (body, signal) => {
    const result = await (typeof body === 'object' && body !== null ? readObject(body, limit, signal, known) : readPlain(body));
    if (result.bytes && result.bytes.length > limit) throw denied('size');
    return result;
  };
}

function readPlain(body: unknown): Body {
  if (typeof body === 'string') return { bytes: encodeUtf8(body) };
  if (body == null) return {};
  throw new SignedFetchError('body_uncoverable', 'the body is of no kind that can be signed');
}

function readObject(body: object, limit: number, signal: unknown, known: WeakMap<object, Promise<Body>>): Body | Promise<Body> {
  if (ArrayBuffer.isView(body)) return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body) };
  if (isBlob(body)) return readBlob(body, limit);
  if (isFormData(body)) return readForm(body);
  const earlier = find(body, known);
  if (earlier !== undefined) return earlier;
  const read = readPieces(body, limit, signal);
  known.set(body, read);
  return read;
}

/**
 * What was read from a stream before: a retry or redirect sends the same bytes again.
 */
function find(body: object, known: WeakMap<object, Promise<Body>>, depth = 3): Promise<Body> | undefined {
  const found = known.get(body);
  if (found !== undefined || depth === 0 || 'pipe' in body) return found;
  for (const symbol of Object.getOwnPropertySymbols(body)) {
    const inner: unknown = Reflect.get(body, symbol);
    const within = typeof inner === 'object' && inner !== null ? find(inner, known, depth - 1) : undefined;
    if (within !== undefined) return within;
  }
  return undefined;
}

async function readPieces(body: object, limit: number, signal: unknown): Promise<Body> {
  const stream = chunksOf(body);
  const bytes = await readStream(stream, limit, signal instanceof AbortSignal ? signal : undefined);
  if (!bytes) throw denied('size');
  return { bytes };
}

/** The chunks of a stream or of any iterable; text among them is UTF-8. */
function chunksOf(body: object): ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> {
  if (isReadableStream(body)) return body;
  if (isAsyncIterable(body) || isIterable(body)) return toBytes(body);
  throw new SignedFetchError('body_uncoverable', 'the body is of no kind that can be signed');
}

async function* toBytes(chunks: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<Uint8Array> {
  // Anything else than bytes is refused by the reader.
  for await (const chunk of chunks) yield typeof chunk === 'string' ? encodeUtf8(chunk) : (chunk as Uint8Array);
}

async function readBlob(body: Blob, limit: number): Promise<Body> {
  if (body.size > limit) throw denied('size');
  return { bytes: new Uint8Array(await body.arrayBuffer()), type: body.type || undefined };
}

/** undici's FormData is another class than the global one, which a global Response can write. */
async function readForm(body: FormData): Promise<Body> {
  const form = new FormData();
  for (const [name, value] of body) typeof value === 'string' ? form.append(name, value) : form.append(name, value, value.name);
  const written = new Response(form);
  return { bytes: new Uint8Array(await written.arrayBuffer()), type: written.headers.get('content-type') ?? undefined };
}

function isBlob(body: object): body is Blob {
  return 'arrayBuffer' in body && 'size' in body;
}

function isFormData(body: object): body is FormData {
  return Object.prototype.toString.call(body) === '[object FormData]';
}

function isReadableStream(body: object): body is ReadableStream<Uint8Array> {
  return 'getReader' in body;
}

function isAsyncIterable(body: object): body is AsyncIterable<unknown> {
  return Symbol.asyncIterator in body;
}

function isIterable(body: object): body is Iterable<unknown> {
  return Symbol.iterator in body;
}

/**
 * The one bounded reader: a stream of bytes into memory, up to a limit.
 *
 * @module
 */

import { isBytes } from '../internal/bytes.ts';
import { abortable } from './abort.ts';
import { ByteBuffer } from './byte-buffer.ts';

/** What is used of a `ReadableStream`. */
export interface ReadableLike {
  getReader(): {
    read(): PromiseLike<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): PromiseLike<unknown>;
  };
}

/** Bytes that arrive over time. */
export type ByteStream = ReadableLike | AsyncIterable<Uint8Array>;

/**
 * The bytes of a stream; `undefined` if there are more than `limit`: reading stops there, and the stream is told.
 *
 * @throws What the stream throws; a TypeError if a piece is no Uint8Array; the reason of the signal, as soon as it is aborted.
 */
export async function readStream(
  stream: ByteStream,
  limit: number,
  signal?: AbortSignal | null,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces = iterate(stream);
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await abortable(collect(pieces, limit), signal);
  } finally {
    // Nobody sends on for nothing. Not awaited: a stream that hangs would hang here too.
    if (bytes === undefined) stop(pieces);
  }
  return bytes;
}

/**
 * The bytes of a `Request`'s or `Response`'s body, like `readStream`.
 *
 * @throws As `readStream`; a TypeError if the body was read before.
 */
export async function readBody(
  source: Request | Response,
  limit: number,
  signal?: AbortSignal | null,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (source.body) return readStream(source.body, limit, signal);
  // No body; or Firefox's Request, whose bytes can be had in no other way.
  const bytes = new Uint8Array(await abortable(source.arrayBuffer(), signal));
  return bytes.length <= limit ? bytes : undefined;
}

/** The pieces of a stream, one after the other. */
export interface Pieces {
  next(): PromiseLike<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  stop(): PromiseLike<unknown> | undefined;
}

/** Reads a stream piece by piece; it is not touched before the first. */
export function iterate(stream: ByteStream): Pieces {
  // Safari's streams cannot be iterated.
  if ('getReader' in stream) {
    const reader = stream.getReader();
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}

/** Tells a stream that nobody reads on. Nothing is waited for. */
export function stop(pieces: Pieces): void {
  try {
    pieces.stop()?.then(undefined, () => undefined);
  } catch {
    // Whether it could be told changes nothing.
  }
}

async function collect(pieces: Pieces, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const buffer = new ByteBuffer(limit);
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
    const { value } = piece;
    if (!isBytes(value)) throw new TypeError('a body stream must give Uint8Arrays');
    if (!buffer.add(value)) return undefined;
  }
  return buffer.bytes();
}

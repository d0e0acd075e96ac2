/**
 * Reading a body into memory, up to a limit.
 *
 * @module
 */

import { concatBytes, isBytes } from '../internal/bytes.ts';
import { abortable } from './abort.ts';

/** A body that arrives over time. */
export type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * The bytes of a body; `undefined` if it is larger than the limit: reading stops there.
 *
 * @throws What the stream throws, or the reason of the signal.
 */
export async function readBody(
  source: Stream | Request | Response,
  limit: number,
  signal?: AbortSignal | null,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if ('arrayBuffer' in source && !source.body) {
    // No body; or Firefox's Request, which has no other way.
    const bytes = new Uint8Array(await abortable(source.arrayBuffer(), signal));
    return bytes.length > limit ? undefined : bytes;
  }
  const chunks = iterate('arrayBuffer' in source ? source.body! : source);
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await abortable(collect(chunks, limit), signal);
  } finally {
    // Nobody sends on for nothing. Not awaited: a stream that hangs would hang here too.
    if (bytes === undefined) chunks.stop()?.then(undefined, () => undefined);
  }
  return bytes;
}

interface Chunks {
  next(): PromiseLike<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  stop(): PromiseLike<unknown> | undefined;
}

function iterate(body: Stream): Chunks {
  // Safari's streams cannot be iterated.
  if ('getReader' in body) {
    const reader = body.getReader();
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterator = body[Symbol.asyncIterator]();
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}

async function collect(chunks: Chunks, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) {
    if (!isBytes(chunk.value)) throw new TypeError('a body stream must give Uint8Arrays');
    length += chunk.value.length;
    if (length > limit) return undefined;
    // A copy: the producer may reuse its buffer.
    parts.push(new Uint8Array(chunk.value));
  }
  return concatBytes(...parts);
}

/**
 * The body of a fetch `Request`, read as it is asked for. Whoever stops reading has an answer to send, and waits for nothing.
 *
 * @module
 */

/** What is read of a stream. */
interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** Iterates a stream. Where reading stops, the rest is not wanted: of a copy, which would be kept in memory. */
export function readOrCancel(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  return readPieces(stream, (reader) => reader.cancel());
}

/**
 * Iterates a stream. Where reading stops, the rest is skipped, up to a number of bytes: a client that still sends hears the answer afterwards.
 * It is never cancelled: on Node that would end the connection on which the answer leaves.
 */
export function readOrSkip(stream: ReadableStream<Uint8Array>, skipped: number): AsyncIterable<Uint8Array> {
  return readPieces(stream, (reader) => skip(reader, skipped));
}

function readPieces(stream: ReadableStream<Uint8Array>, stop: (reader: Reader) => Promise<void>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const reader: Reader = stream.getReader();
      return {
        next: async () => {
          const { done, value } = await reader.read();
          return done ? { done: true, value: undefined } : { done: false, value: value! };
        },
        return: async () => {
          stop(reader).catch(() => undefined);
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function skip(reader: Reader, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const { done, value } = await reader.read();
    if (done) return;
    left -= value?.length ?? 0;
  }
}

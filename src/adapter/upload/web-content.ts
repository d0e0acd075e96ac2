/**
 * The body of a fetch `Request`, read as it is asked for, and never cancelled: on Node cancelling would end the connection on which the answer
 * leaves.
 *
 * @module
 */

/** What is read of a stream. */
interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

/** Iterates a stream. Where reading stops, the rest is skipped, up to a number of bytes: a client that still sends hears the answer afterwards. */
export function readOrSkip(stream: ReadableStream<Uint8Array>, skipped: number): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const reader: Reader = stream.getReader();
      return {
        next: async () => {
          const { done, value } = await reader.read();
          return done ? { done: true, value: undefined } : { done: false, value: value! };
        },
        return: async () => {
          // Not waited for: whoever stops has an answer to send.
          skip(reader, skipped).catch(() => undefined);
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

/**
 * The body of a Node request, read piece by piece as somebody asks for it: what nobody asks for waits in the network.
 *
 * @module
 */

import { isBytes } from '../../internal/bytes.ts';

/** What is used of a readable stream. */
export interface DemandedStream {
  readonly destroyed?: boolean | undefined;
  read(): unknown;
  resume(): unknown;
  on(event: string, listener: (error?: Error) => void): unknown;
  removeListener(event: string, listener: (error?: Error) => void): unknown;
}

/** Iterates a stream. Unlike the stream's own iterator it does not destroy the connection, on which the answer leaves. */
export function readOnDemand(stream: DemandedStream): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new DemandIterator(stream) };
}

class DemandIterator implements AsyncIterator<Uint8Array, undefined> {
  readonly #stream: DemandedStream;
  #failure: Error | undefined;
  #isAtEnd = false;
  #isListening = false;
  #wake: (() => void) | undefined;

  constructor(stream: DemandedStream) {
    this.#stream = stream;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isListening && !this.#isAtEnd) this.#listen();
    for (;;) {
      const piece = this.#isAtEnd ? null : this.#stream.read();
      if (isBytes(piece)) return { done: false, value: piece };
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isAtEnd) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Where reading stops, the rest is skipped: it stands before the next request of the connection. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#leave();
    if (!this.#isAtEnd) this.#stream.resume();
    this.#isAtEnd = true;
    return { done: true, value: undefined };
  }

  #listen(): void {
    this.#isListening = true;
    this.#stream.on('readable', this.#onReadable);
    this.#stream.on('end', this.#onEnd);
    this.#stream.on('error', this.#onClose);
    this.#stream.on('close', this.#onClose);
    if (this.#stream.destroyed) this.#onClose();
  }

  #leave(): void {
    this.#stream.removeListener('readable', this.#onReadable);
    this.#stream.removeListener('end', this.#onEnd);
    this.#stream.removeListener('error', this.#onClose);
    this.#stream.removeListener('close', this.#onClose);
    this.#wake?.();
  }

  readonly #onReadable = (): void => this.#wake?.();

  readonly #onEnd = (): void => {
    this.#isAtEnd = true;
    this.#leave();
  };

  readonly #onClose = (error?: Error): void => {
    this.#failure = error ?? new Error('the connection was closed before the body ended');
    this.#leave();
  };
}

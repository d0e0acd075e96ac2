/**
 * Content that flows to whoever reads it, and is checked on the way: what was read to its end was checked to its end.
 *
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { isBytes } from '../../internal/bytes.ts';
import { type ByteStream, iterate, type Pieces, stop } from '../../runtime/read-stream.ts';
import { type ContentBounds, refuseSize, startDeadline } from '../content.ts';

/** How content is checked. */
export interface StreamCheck<Result> {
  readonly bounds: ContentBounds;
  /** Told of each piece, before it is passed on. */
  update(piece: Uint8Array): void;
  /** Called when all of it has arrived: the result, or why it does not count. */
  finish(): Promise<Result>;
  /** What is known besides about why it failed. */
  explain(error: unknown): unknown;
}

/** What a stream came to. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: unknown };

/** Passes on the pieces of a source as they are asked for, none before. */
export class CheckedStream<Result> {
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves before the body is seen to end; rejects with the error that the body fails with. */
  readonly finished: Promise<Result>;
  readonly #check: StreamCheck<Result>;
  readonly #pieces: Pieces;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #settle: { resolve(result: Result): void; reject(error: unknown): void } | undefined;
  #outcome: Outcome<Result> | undefined;
  #length = 0;
  /** Whether all has arrived: then whoever reads changes nothing any more. */
  #isAtEnd = false;
  readonly #stopDeadline: () => void;

  constructor(source: ByteStream, check: StreamCheck<Result>) {
    this.#check = check;
    this.#pieces = iterate(source);
    this.finished = new Promise<Result>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever reads learns of a failure from the body: it must not end the process besides.
    this.finished.catch(() => undefined);
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (cause) => this.abandon('the handler stopped reading the upload', cause),
      },
      { highWaterMark: 0 },
    );
    const deadline = startDeadline(check.bounds.timeout);
    this.#stopDeadline = () => deadline?.stop();
    deadline?.signal.addEventListener('abort', () => this.abandon('the body took longer than bodyTimeout', deadline.signal.reason), {
      once: true,
    });
  }

  /** What it came to; `undefined` while it flows. */
  get outcome(): Outcome<Result> | undefined {
    return this.#outcome;
  }

  /** Gives up, unless all has arrived. */
  abandon(why: string, cause?: unknown): void {
    if (!this.#isAtEnd) this.#fail(new VerificationError('body_incomplete', why, { cause }));
  }

  async #pull(): Promise<void> {
    try {
      const piece = await this.#next();
      if (this.#outcome !== undefined) return;
      if (piece === undefined) return await this.#end();
      this.#check.update(piece);
      this.#controller!.enqueue(piece);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A stream whose reader waits is not asked again for a piece of no bytes. */
  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#arriving();
      if (done || this.#outcome !== undefined) return undefined;
      if (!isBytes(value)) throw incomplete(new TypeError('a body stream must give Uint8Arrays'));
      this.#length += value.length;
      if (this.#length > this.#check.bounds.limit) refuseSize(this.#check.bounds);
      if (value.length > 0) return value;
    }
  }

  async #arriving(): Promise<Awaited<ReturnType<Pieces['next']>>> {
    try {
      return await this.#pieces.next();
    } catch (cause) {
      throw incomplete(cause);
    }
  }

  async #end(): Promise<void> {
    this.#isAtEnd = true;
    this.#stopDeadline();
    const result = await this.#check.finish();
    this.#outcome = { result };
    this.#settle!.resolve(result);
    this.#closeBody((controller) => controller.close());
  }

  #fail(thrown: unknown): void {
    if (this.#outcome !== undefined) return;
    const error = this.#check.explain(thrown);
    this.#outcome = { error };
    this.#stopDeadline();
    if (!this.#isAtEnd) stop(this.#pieces);
    this.#settle!.reject(error);
    this.#closeBody((controller) => controller.error(error));
  }

  #closeBody(close: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    try {
      close(this.#controller!);
    } catch {
      // Whoever read it has cancelled it.
    }
  }
}

/** Content that knows why it ends says so: a body that was read before, or cut. */
function incomplete(cause: unknown): VerificationError {
  if (cause instanceof VerificationError) return cause;
  return new VerificationError('body_incomplete', 'the body broke off', { cause });
}

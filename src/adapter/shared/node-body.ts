/**
 * The body of a Node request: read for the verifier, and given back, so that the framework's own parser finds it as if nobody had read it.
 *
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { isBytes } from '../../internal/bytes.ts';
import { memberOf } from '../../internal/options.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import type { Content } from '../../rfc9421/message.ts';
import { ByteBuffer } from '../../runtime/byte-buffer.ts';
import { readOnDemand } from '../upload/request-stream.ts';
import type { NodeRequestLike } from './node-request.ts';

/** What is used of a readable stream whose bytes can be given back. */
export interface ReturnableStream {
  readonly readableLength: number;
  readonly destroyed?: boolean | undefined;
  /** Whether the last byte is here; `readableEnded` tells it only when it is too late to give anything back. */
  readonly _readableState?: { readonly ended?: boolean | undefined } | undefined;
  readonly complete?: boolean | undefined;
  read(): unknown;
  unshift(chunk: Uint8Array): void;
  resume(): unknown;
  on(event: string, listener: (error?: Error) => void): unknown;
  removeListener(event: string, listener: (error?: Error) => void): unknown;
}

/** Bodies that were read to their end here: whoever verifies the request again needs them again. */
const readBefore: WeakMap<object, Uint8Array> = /* @__PURE__ */ new WeakMap();

/** How the application can keep the bytes of a body, as messages say it. */
export interface BodyAdvice {
  /** The line to add. */
  readonly line: string;
  /** What cuts bodies, and where that is set. */
  readonly cut?: string;
}

/**
 * The body of a request. Bytes that a parser kept go before the stream: `given`, `rawBody`, and where something has read the stream, a `body`
 * that is bytes or text. Where something read the body and kept no raw bytes, whoever reads it is refused `raw_body_unavailable`: the message
 * itself can be made, and given the bytes by somebody who has them.
 *
 * Where it is streamed nothing is given back: it is read as it is asked for.
 */
export function bodyOf(request: NodeRequestLike, given: unknown, advice: BodyAdvice, isStreamed = false): Content {
  const kept = given ?? request.rawBody;
  const length = request.headers?.['content-length'];
  if (isBytes(kept) || typeof kept === 'string') return rawBytes(kept, length, advice);
  const before = readBefore.get(request);
  if (before !== undefined) return before;
  if (!announcesContent(request)) return new Uint8Array(0);
  if (request.readableEncoding) return unavailable(advice, `the body is decoded as ${request.readableEncoding} while it arrives`);
  if (!request.readableDidRead) {
    if (!isReturnable(request)) return piecesOf(request);
    return isStreamed ? readOnDemand(request) : readAndReturn(request);
  }
  // Not in the type of the request: Express would take the type of `request.body` in handlers from it.
  const parsed = memberOf(request, 'body');
  if (isBytes(parsed) || typeof parsed === 'string') return rawBytes(parsed, length, advice);
  return unavailable(advice, 'a middleware read the body before, and kept no raw bytes');
}

/** HTTP/1 announces content by a field (RFC 9112, section 6.3); HTTP/2 need not, and says with the head that none follows. */
function announcesContent({ httpVersionMajor, headers, stream }: NodeRequestLike): boolean {
  if (httpVersionMajor === 2 && stream?.endAfterHeaders === true) return false;
  if (httpVersionMajor !== 1 || headers === undefined) return true;
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * Kept bytes, or the bytes of a kept text; `length` is Content-Length. What cannot be what arrived is said to be so, before the digest of an
 * honest request fails: reading it is refused `raw_body_unavailable`.
 */
export function rawBytes(kept: Uint8Array | string, length: unknown, advice: BodyAdvice): Content {
  const isText = typeof kept === 'string';
  // U+FFFD stands for bytes that are no UTF-8.
  if (isText && kept.includes('\ufffd')) return unavailable(advice, 'the body was kept as text, and is no UTF-8');
  const bytes = isText ? encodeUtf8(kept) : kept;
  if (typeof length !== 'string' || length === String(bytes.length)) return bytes;
  const why = isText ? 'decoded' : 'changed, decompressed for one';
  return unavailable(advice, `${length} bytes arrived, and ${bytes.length} were kept: they were ${why} before`);
}

/** Content that is gone: who reads it learns why, and which line to add. */
function unavailable({ line }: BodyAdvice, why: string): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      throw new VerificationError(
        'raw_body_unavailable',
        `${why}. Verify before any body parser runs, or have the parser keep them: ${line}`,
      );
    },
  };
}

function isReturnable(request: object): request is ReturnableStream {
  const { read, unshift, on, readableLength } = request as Partial<ReturnableStream>;
  return [read, unshift, on].every((method) => typeof method === 'function') && typeof readableLength === 'number';
}

/** Reads the stream piece by piece, and puts all of it back before anybody is told that it ended. */
function readAndReturn(request: NodeRequestLike & ReturnableStream): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new ReturningIterator(request) };
}

class ReturningIterator implements AsyncIterator<Uint8Array, undefined> {
  readonly #request: NodeRequestLike & ReturnableStream;
  /** What nobody has asked for yet; the limit of whoever asks bounds it. */
  #pending: Uint8Array[] = [];
  readonly #all = new ByteBuffer(Number.POSITIVE_INFINITY);
  #failure: Error | undefined;
  #isAtEnd = false;
  #isStarted = false;
  #wake: (() => void) | undefined;

  constructor(request: NodeRequestLike & ReturnableStream) {
    this.#request = request;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isStarted) this.#start();
    while (this.#pending.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isAtEnd) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return { done: false, value: this.#pending.shift()! };
  }

  /** Where reading stops, at the limit, the rest is skipped: it stands before the next request of the connection. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#stop();
    if (!this.#isAtEnd) this.#request.resume();
    return { done: true, value: undefined };
  }

  #start(): void {
    this.#isStarted = true;
    this.#request.on('readable', this.#onReadable);
    this.#request.on('end', this.#onEnd);
    this.#request.on('error', this.#onClose);
    this.#request.on('close', this.#onClose);
    if (this.#request.destroyed) this.#onClose();
    else this.#onReadable();
  }

  #stop(): void {
    this.#request.removeListener('readable', this.#onReadable);
    this.#request.removeListener('end', this.#onEnd);
    this.#request.removeListener('error', this.#onClose);
    this.#request.removeListener('close', this.#onClose);
    this.#wake?.();
  }

  readonly #onReadable = (): void => {
    while (this.#request.readableLength > 0) {
      const piece = this.#request.read();
      if (!isBytes(piece)) break;
      this.#pending.push(piece);
      this.#all.add(piece);
    }
    // Once the stream is found empty and ended, `end` follows in the next tick, and nothing can be given back any more.
    if (this.#request._readableState?.ended ?? this.#request.complete) this.#finish(true);
    this.#wake?.();
  };

  /** Where nothing told that the end was near. */
  readonly #onEnd = (): void => this.#finish(false);

  #finish(canReturn: boolean): void {
    this.#isAtEnd = true;
    const bytes = this.#all.bytes();
    readBefore.set(this.#request, bytes);
    if (canReturn && bytes.length > 0) this.#request.unshift(bytes);
    this.#stop();
  }

  readonly #onClose = (error?: Error): void => {
    this.#failure = error ?? new Error('the connection was closed before the body ended');
    this.#stop();
  };
}

/** The body of what only can be iterated. */
function piecesOf(request: NodeRequestLike): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const pieces = request[Symbol.asyncIterator]();
      return {
        next: () => pieces.next(),
        return: async () => {
          await pieces.return?.();
          request.resume?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/**
 * The content of a call: one value, made once of what the caller gave. It is sent as it is, at every attempt; digesting only looks
 * at it.
 *
 * @see https://fetch.spec.whatwg.org/#bodyinit-safely-extract
 * @module
 */

import { encodeUtf8 } from '../../internal/utf8.ts';
import { abortable } from '../../runtime/abort.ts';
import { type ByteStream, readStream } from '../../runtime/read-stream.ts';
import { denied } from '../deny.ts';
import { readForm } from './form.ts';

/** What is sent. */
export interface Content {
  /** `null`: nothing. `undefined`: what the `Request` itself holds, which nobody has read. */
  readonly body: Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array> | null | undefined;
  /** The media type that goes with it, where the caller names none. */
  readonly type?: string | undefined;
}

/** How content is taken. */
export interface ContentRules {
  /** Whether it is digested, and so must be read; else what is large is sent unread. */
  readonly covers: boolean;
  /** Bytes that are read at most. */
  readonly maxBodyBytes: number;
}

/** Content without a byte. */
export const NO_CONTENT: Content = { body: null };

const TEXT = 'text/plain;charset=UTF-8';

const PARAMETERS = 'application/x-www-form-urlencoded;charset=UTF-8';

/** The bytes, where they are there; `undefined` when there are none, or nobody read them. */
export function bytesOf({ body }: Content): Uint8Array<ArrayBuffer> | undefined {
  return body instanceof Uint8Array ? body : undefined;
}

/** Whether content can be sent again: all but an unread stream. */
export function isReplayable({ body }: Content): boolean {
  return body === null || body instanceof Uint8Array || isBlob(body);
}

/**
 * Takes what `fetch` takes for a body. Bytes are copied: the caller's may change.
 *
 * @throws {SignedFetchError} `body_too_large`; `body_uncoverable` for what is no body, or cannot be read.
 * @throws What a stream throws; the reason of the signal.
 */
export async function takeContent(body: unknown, rules: ContentRules, signal: AbortSignal | undefined): Promise<Content> {
  const content = await holdContent(body, rules, signal);
  if (rules.covers && content.body instanceof Uint8Array && content.body.length > rules.maxBodyBytes) throw denied('size');
  return content;
}

function holdContent(body: unknown, rules: ContentRules, signal: AbortSignal | undefined): Content | Promise<Content> {
  if (body === null || body === undefined) return NO_CONTENT;
  if (typeof body === 'string') return { body: encodeUtf8(body), type: TEXT };
  if (typeof body !== 'object') throw denied('kind');
  if (ArrayBuffer.isView(body)) return { body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() };
  if (isOf(body, 'ArrayBuffer')) return { body: new Uint8Array(body as ArrayBuffer).slice() };
  if (isOf(body, 'URLSearchParams')) return { body: encodeUtf8(String(body)), type: PARAMETERS };
  if (isBlob(body)) return readBlob(body, rules, signal);
  if (isStream(body)) return readOrPass(body, rules, signal);
  if (isForm(body)) return readForm(body, rules.maxBodyBytes, signal).then(({ bytes, type }) => ({ body: bytes, type }));
  throw denied('kind');
}

/** A Blob that nobody has to read is sent as it is, however large. */
async function readBlob(blob: Blob, { covers, maxBodyBytes }: ContentRules, signal: AbortSignal | undefined): Promise<Content> {
  const type = blob.type || undefined;
  if (!covers && blob instanceof Blob) return { body: blob, type };
  if (blob.size > maxBodyBytes) throw denied('size');
  // Those of React Native cannot be read.
  if (typeof blob.arrayBuffer !== 'function') throw denied('unreadable');
  const buffer = await abortable(blob.arrayBuffer(), signal).catch((cause: unknown) => {
    throw signal?.aborted ? cause : denied('unreadable', undefined, cause);
  });
  if (buffer.byteLength !== blob.size) throw denied('unreadable');
  return { body: new Uint8Array(buffer), type };
}

async function readOrPass(stream: ByteStream, { covers, maxBodyBytes }: ContentRules, signal: AbortSignal | undefined): Promise<Content> {
  if (covers) {
    const bytes = await readStream(stream, maxBodyBytes, signal);
    if (bytes === undefined) throw denied('size');
    return { body: bytes };
  }
  if (!sendsStreams()) throw denied('stream');
  return { body: 'getReader' in stream ? (stream as ReadableStream<Uint8Array>) : toReadable(stream) };
}

/** Whether this runtime sends streams: Firefox does not, and would send the text "[object ReadableStream]". */
function sendsStreams(): boolean {
  if (typeof ReadableStream !== 'function') return false;
  const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' };
  return Boolean(new Request('https://countersign.invalid/', init as RequestInit).body);
}

/** Only some runtimes send iterables; all that send streams send these. */
function toReadable(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await iterator.return?.(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Whether a body arrives over time: a stream of the platform, or whatever can be iterated asynchronously, Node's streams among it. */
function isStream(body: object): body is ByteStream {
  return 'getReader' in body || Symbol.asyncIterator in body;
}

function isBlob(body: unknown): body is Blob {
  return isOf(body, 'Blob') || isOf(body, 'File') || (typeof Blob === 'function' && body instanceof Blob);
}

function isForm(body: object): body is FormData {
  return isOf(body, 'FormData') || (typeof FormData === 'function' && body instanceof FormData);
}

/** By its name, since a polyfill and another realm have classes of their own. */
function isOf(body: unknown, name: string): boolean {
  return Object.prototype.toString.call(body) === `[object ${name}]`;
}

/**
 * Content as it arrives: bytes, read once, up to a limit and in a bounded time, never decoded first.
 *
 * @module
 */

import { isVerificationError, VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isBytes } from '../internal/bytes.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import type { Content } from '../rfc9421/message.ts';
import { readBody, readStream } from '../runtime/read-stream.ts';

/** How much is read, and how long that may take. */
export interface ContentBounds {
  /** Bytes. */
  readonly limit: number;
  /** Seconds, from the first to the last byte. */
  readonly timeout: number;
}

/** Content as plain data, with the fields that announce it. */
export interface PlainContent {
  readonly body?: Content;
  /** Absent for responses: without a body they need no field that says so. */
  readonly announces?: FieldReader | undefined;
}

/**
 * The content of a message that somebody else has, and we never see: a gateway asks about a request, and hands the content to the backend. What was
 * signed of it is then the covered digest, which whoever has the content must hold against it. Reading it is an error.
 */
export const WITHHELD: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => {
    throw unavailable();
  },
};

/**
 * Reads the content of a message into memory. Bytes that are there already are handed over as they are.
 *
 * @throws {VerificationError} `body_too_large` past the limit; `body_incomplete` if it breaks off or takes too long; `raw_body_unavailable` if
 *   somebody read it before; another one that the stream itself throws.
 */
export function readContent(content: PlainContent | Request | Response, bounds: ContentBounds): Awaitable<Uint8Array> {
  if (isFetchBody(content)) return readFetchBody(content, bounds);
  const { body, announces } = content;
  if (body === undefined) return requireNoContent(announces);
  if (isBytes(body)) return body.length > bounds.limit ? refuseSize(bounds) : body;
  return bounded((signal) => readStream(body, bounds.limit, signal), bounds);
}

function isFetchBody(message: object): message is Request | Response {
  return 'arrayBuffer' in message && typeof message.arrayBuffer === 'function';
}

async function readFetchBody(message: Request | Response, bounds: ContentBounds): Promise<Uint8Array> {
  if (message.bodyUsed) throw unavailable();
  return bounded((signal) => readBody(message, bounds.limit, signal), bounds);
}

/** What breaks while it is read (a peer that disconnects, or sends a byte a minute) is the peer's fault, and typed. */
async function bounded(
  read: (signal: AbortSignal | undefined) => Promise<Uint8Array | undefined>,
  bounds: ContentBounds,
): Promise<Uint8Array> {
  const deadline = startDeadline(bounds.timeout);
  let bytes: Uint8Array | undefined;
  try {
    bytes = await read(deadline?.signal);
  } catch (cause) {
    if (isVerificationError(cause)) throw cause;
    throw new VerificationError('body_incomplete', 'the body broke off, or took longer than bodyTimeout', { cause });
  } finally {
    deadline?.stop();
  }
  return bytes ?? refuseSize(bounds);
}

/** A signal that comes after so many seconds; `undefined` where there are no timers. */
export function startDeadline(seconds: number): { readonly signal: AbortSignal; stop(): void } | undefined {
  if (typeof setTimeout === 'undefined' || typeof AbortController === 'undefined') return undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`the body took longer than ${seconds} s`)), seconds * 1000);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** Fields that announce content which is not there: somebody took it. @throws {VerificationError} `raw_body_unavailable`. */
export function requireNoContent(announces: FieldReader | undefined): Uint8Array {
  const length = announces?.('content-length')?.[0];
  if ((length !== undefined && length.trim() !== '0') || announces?.('transfer-encoding') !== undefined) throw unavailable();
  return new Uint8Array(0);
}

/** @throws {VerificationError} `body_too_large`. */
export function refuseSize({ limit }: ContentBounds): never {
  throw new VerificationError('body_too_large', `${limit} bytes are allowed`);
}

/** The refusal of a message whose content somebody read before. */
export function unavailable(): VerificationError {
  return new VerificationError(
    'raw_body_unavailable',
    'the body was read before: verify before any body parser runs, or pass the raw bytes as message.body',
  );
}

/**
 * Content as it arrives: bytes, read once, up to a limit, never decoded first.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { concatBytes, isBytes } from '../internal/bytes.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage, ResponseMessage } from '../rfc9421/message.ts';

/**
 * Reads the content of a message into memory.
 *
 * @throws {VerificationError} `body_too_large` past the limit; `raw_body_unavailable` if somebody read it before.
 */
export function readContent(message: RequestMessage | ResponseMessage | Request | Response, limit: number): Awaitable<Uint8Array> {
  if (isFetchBody(message)) return readFetchBody(message, limit);
  const { body } = message;
  if (body === undefined) return requireNoContent(message);
  // A copy: what was checked must not change before it is used.
  if (isBytes(body)) return body.length > limit ? refuseSize(limit) : body.slice();
  return readStream(body, limit);
}

function isFetchBody(message: object): message is Request | Response {
  return 'arrayBuffer' in message && typeof message.arrayBuffer === 'function';
}

async function readFetchBody(message: Request | Response, limit: number): Promise<Uint8Array> {
  if (message.bodyUsed) throw unavailable();
  const declared = message.headers.get('content-length');
  const { body } = message;
  // Engines without `Request.body` (Firefox) leave no other way; elsewhere an undeclared length is read bounded.
  // A coding is undone while reading, so that the declared length says nothing then.
  const known = declared !== null && Number(declared) <= limit && !message.headers.has('content-encoding');
  if (body && !known) return readStream(streamChunks(body), limit);
  const bytes = new Uint8Array(await message.arrayBuffer());
  return bytes.length > limit ? refuseSize(limit) : bytes;
}

async function* streamChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    // Also when the limit ends the loop: nobody sends on for nothing.
    await reader.cancel().catch(() => undefined);
  }
}

async function readStream(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      if (!isBytes(chunk)) throw unavailable();
      length += chunk.length;
      if (length > limit) refuseSize(limit);
      parts.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof VerificationError) throw cause;
    throw new VerificationError('raw_body_unavailable', 'the body could not be read', { cause });
  }
  return concatBytes(...parts);
}

function requireNoContent(message: RequestMessage | ResponseMessage): Uint8Array {
  const read = createFieldReader(message.fields);
  const length = read('content-length')?.[0];
  if ((length !== undefined && length !== '0') || ('method' in message && read('transfer-encoding') !== undefined)) throw unavailable();
  return new Uint8Array(0);
}

function refuseSize(limit: number): never {
  throw new VerificationError('body_too_large', `${limit} bytes are allowed`);
}

function unavailable(): VerificationError {
  return new VerificationError(
    'raw_body_unavailable',
    'the body was read before: verify before any body parser runs, or pass the raw bytes as message.body',
  );
}

/**
 * Content as it arrives: bytes, read once, up to a limit, never decoded first.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isBytes } from '../internal/bytes.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage, ResponseMessage } from '../rfc9421/message.ts';
import { readBody, readStream } from '../runtime/read-stream.ts';

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
  return bounded(() => readStream(body, limit), limit);
}

function isFetchBody(message: object): message is Request | Response {
  return 'arrayBuffer' in message && typeof message.arrayBuffer === 'function';
}

async function readFetchBody(message: Request | Response, limit: number): Promise<Uint8Array> {
  if (message.bodyUsed) throw unavailable();
  return bounded(() => readBody(message, limit), limit);
}

/** What breaks while it is read (a peer that disconnects, for one) is the message's fault, and typed. */
async function bounded(read: () => Promise<Uint8Array | undefined>, limit: number): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await read();
  } catch (cause) {
    throw new VerificationError('raw_body_unavailable', 'the body could not be read', { cause });
  }
  return bytes ?? refuseSize(limit);
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

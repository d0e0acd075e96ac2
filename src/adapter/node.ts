/**
 * Node's `http` and `http2` requests as plain data: the raw target and every field line, never parsed and written again.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { RequestMessage } from '../rfc9421/message.ts';

/** What we need of an `IncomingMessage` or `Http2ServerRequest`. */
export interface NodeRequestLike extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
  /** A TLS socket says that it is `encrypted`. */
  readonly socket?: object | null | undefined;
  readonly readableDidRead?: boolean | undefined;
  /** Where body parsers leave the bytes, when they are told to keep them. */
  readonly rawBody?: unknown;
}

/**
 * A Node request for `verifyRequest`. Its body is read by the verifier, up to the limit; a `rawBody` left by a body
 * parser is taken instead.
 *
 * @throws {VerificationError} `raw_body_unavailable` if something read the body and kept no raw bytes.
 */
export function messageFromNode(request: NodeRequestLike): RequestMessage {
  const fields: [string, string][] = [];
  let authority = '';
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]!;
    const value = request.rawHeaders[index + 1]!;
    // HTTP/2 carries the authority as a pseudo-header and may leave Host out.
    if (name === ':authority' || (authority === '' && name.toLowerCase() === 'host')) authority = value;
    if (!name.startsWith(':')) fields.push([name, value]);
  }
  return {
    method: request.method ?? '',
    scheme: isEncrypted(request.socket) ? 'https' : 'http',
    authority,
    target: request.url ?? '',
    fields,
    body: bodyOf(request),
  };
}

function isEncrypted(socket: object | null | undefined): boolean {
  return Boolean(socket && 'encrypted' in socket && socket.encrypted);
}

function bodyOf(request: NodeRequestLike): RequestMessage['body'] {
  if (request.rawBody instanceof Uint8Array) return request.rawBody;
  if (request.readableDidRead) {
    throw new VerificationError(
      'raw_body_unavailable',
      'a middleware read the body: verify before it, or have it keep the bytes as rawBody',
    );
  }
  return request;
}

/**
 * Node's `http` and `http2` requests as plain data: the raw target and every field line, never parsed and written again.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertObject } from '../internal/assert.ts';
import { isBytes } from '../internal/bytes.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import { normalizeAuthority } from '../rfc9421/derive.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { asRefusal } from '../signature/refusal.ts';

/** What we need of an `IncomingMessage` or `Http2ServerRequest`. */
export interface NodeRequestLike extends AsyncIterable<Uint8Array> {
  /** The method, as it was sent. */
  readonly method?: string | undefined;
  /** The raw request target. */
  readonly url?: string | undefined;
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
  /** A TLS socket says that it is `encrypted`. */
  readonly socket?: object | null | undefined;
  /** Whether somebody has begun to read the body. */
  readonly readableDidRead?: boolean | undefined;
  /** What `setEncoding` was called with, if it was. */
  readonly readableEncoding?: string | null | undefined;
  /** Where body parsers leave the bytes, when they are told to keep them. */
  readonly rawBody?: unknown;
  /** Whether the request is here to its end. */
  readonly complete?: boolean | undefined;
  /** Reads the body without ending the connection where reading stops. */
  iterator?(options: { readonly destroyOnReturn: boolean }): AsyncIterator<unknown>;
  /** Goes on receiving what nobody reads. */
  resume?(): unknown;
}

/** What `messageFromNode` takes besides the request. */
export interface MessageFromNodeOptions {
  /** The raw bytes of the body, where something read them before. Default: `request.rawBody`, or else the request itself is read. */
  readonly body?: Uint8Array | undefined;
}

const NAMES: OptionNames<MessageFromNodeOptions> = { body: true };

const ADAPTER = 'messageFromNode of countersign/node';

/**
 * A Node request for `verifyRequest`. Its body is read by the verifier, up to the limit, unless its bytes are there already: as `body`, or as
 * the `rawBody` that a body parser left.
 *
 * @throws {VerificationError} `raw_body_unavailable` if something read the body and kept no raw bytes, or made texts of them (`setEncoding`); `target_malformed` if the request names
 *   two hosts.
 * @throws {TypeError} If it is no request of Node, or `body` is no Uint8Array.
 */
export function messageFromNode(request: NodeRequestLike, options: MessageFromNodeOptions = {}): RequestMessage {
  const { body } = readOptions(options, NAMES);
  if (body !== undefined && !isBytes(body)) throw new TypeError('body must be the raw bytes, a Uint8Array: not text, and nothing parsed');
  const { rawHeaders, method = '', url = '', socket } = requireNodeRequest(request);
  const scheme = isEncrypted(socket) ? 'https' : 'http';
  const fields: (readonly [name: string, value: string])[] = [];
  let authority: string | undefined;
  let host: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const value = rawHeaders[index + 1]!;
    // HTTP/2 carries control data as fields whose names begin with a colon.
    if (name.startsWith(':')) authority = name === ':authority' ? value : authority;
    else fields.push([name, value]);
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) throw new VerificationError('target_malformed', 'the request has two Host fields');
    host = value;
  }
  return { method, scheme, authority: oneOf(authority, host, scheme), target: url, fields, body: body ?? bodyOf(request) };
}

/** The mistakes that are made: another framework's request, a copy of a few members, the event of a function. */
function requireNodeRequest(request: NodeRequestLike): NodeRequestLike {
  assertObject(request, 'request');
  if (Array.isArray(memberOf(request, 'rawHeaders'))) return request;
  const headers = memberOf(request, 'headers');
  if (typeof headers === 'object' && headers !== null && typeof memberOf(headers, 'get') === 'function')
    throw new TypeError(`request is a fetch Request: pass it to verifyRequest as it is, without ${ADAPTER}`);
  throw new TypeError(
    `request has no rawHeaders: ${ADAPTER} takes the request of node:http or node:http2 itself (of a framework: its raw request), not a copy of it; from other sources make a message { method, scheme, authority, target, fields, body }`,
  );
}

/**
 * The host that a request names. HTTP/2 has it as `:authority`, and may have the same as Host.
 *
 * @see RFC 9113, section 8.3.1
 * @throws {VerificationError} `target_malformed` if they are two: who reads the one would serve a request that was made to the other.
 */
function oneOf(authority: string | undefined, host: string | undefined, scheme: string): string {
  if (authority === undefined || host === undefined || authority === host) return authority ?? host ?? '';
  if (asRefusal(() => normalizeAuthority(authority, scheme) === normalizeAuthority(host, scheme))) return authority;
  throw new VerificationError('target_malformed', 'the request names one host as :authority and another as Host');
}

function isEncrypted(socket: object | null | undefined): boolean {
  return Boolean(socket && 'encrypted' in socket && socket.encrypted);
}

function bodyOf(request: NodeRequestLike): RequestMessage['body'] {
  if (isBytes(request.rawBody)) return request.rawBody;
  if (request.readableDidRead) {
    throw new VerificationError(
      'raw_body_unavailable',
      'a middleware read the body: verify before it, have it keep the bytes as rawBody, or pass them: messageFromNode(request, { body })',
    );
  }
  if (request.readableEncoding)
    throw new VerificationError(
      'raw_body_unavailable',
      'setEncoding was called on the request: its pieces are texts, and no bytes any more',
    );
  return { [Symbol.asyncIterator]: () => piecesOf(request) };
}

/** The body, piece by piece. Where reading stops, at the limit, the rest is skipped: it stands before the next request of the connection. */
function piecesOf(request: NodeRequestLike): AsyncIterator<Uint8Array> {
  const pieces = (request.iterator?.({ destroyOnReturn: false }) ?? request[Symbol.asyncIterator]()) as AsyncIterator<Uint8Array>;
  return {
    next: () => pieces.next(),
    return: async () => {
      await pieces.return?.();
      request.resume?.();
      return { done: true, value: undefined };
    },
  };
}

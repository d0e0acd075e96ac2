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
import { type BodyAdvice, bodyOf } from './shared/node-body.ts';
import type { NodeRequestLike } from './shared/node-request.ts';
import { type ReadForwarded, readPrefix, readTrustedProxy, type TrustedProxy, withPrefix } from './shared/trusted-proxy.ts';

/** What `messageFromNode` takes besides the request. */
export interface MessageFromNodeOptions {
  /**
   * The raw bytes of the body, or their text, where something read them before. Default: `request.rawBody`, or else the request itself is read,
   * or else `request.body` if it is bytes or text.
   */
  readonly body?: Uint8Array | string | undefined;
  /** What was taken off the path before the request came here, as clients send it: `/v2`. Default: nothing but what Express's routers take off. */
  readonly prefix?: string | undefined;
  /** The proxy in front, and which of its fields say what the client asked for. Default: there is none. */
  readonly trustedProxy?: TrustedProxy | undefined;
}

const NAMES: OptionNames<MessageFromNodeOptions> = { body: true, prefix: true, trustedProxy: true };

const ADAPTER = 'messageFromNode of countersign/node';

/** What helps in a server without a framework. */
export const ADVICE: BodyAdvice = {
  line: 'express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes; } }), or pass them: messageFromNode(request, { body }), and with Fastify its own request, not request.raw',
};

/** A framework's request with Node's own in it, as Fastify has it. What its parsers kept of the body is in it. */
export interface FrameworkRequestLike {
  /** Node's own request. */
  readonly raw: NodeRequestLike;
  /** The raw bytes, or their text, as fastify-raw-body and Nest's `rawBody: true` keep them. */
  readonly rawBody?: unknown;
  /** The body; bytes, or text, if the parser was told `parseAs`. */
  readonly body?: unknown;
}

/**
 * A Node request, or one of Fastify, for `verifyRequest`. Its body is read by the verifier, up to the limit, and given back: a parser that runs
 * afterwards finds it. Where a parser ran before, the bytes that it kept are taken: `body`, or the `rawBody` or `body` of the request. Where it
 * kept none, verifying is refused `raw_body_unavailable`, unless the message is given them: `{ ...messageFromNode(request), body }`.
 *
 * @throws {VerificationError} `target_malformed` if the request names two hosts, or the trusted proxy says something that is none.
 * @throws {TypeError} If it is no request of Node, or an option is unknown or unusable.
 */
export function messageFromNode(request: NodeRequestLike | FrameworkRequestLike, options: MessageFromNodeOptions = {}): RequestMessage {
  const { body, prefix, trustedProxy } = readOptions(options, NAMES);
  if (body !== undefined && !isBytes(body) && typeof body !== 'string')
    throw new TypeError('body must be the raw bytes, a Uint8Array, or their text: nothing parsed');
  const readForwarded = readTrustedProxy(trustedProxy);
  const context = { prefix: readPrefix(prefix), readForwarded, advice: ADVICE };
  return isOfFramework(request)
    ? nodeMessage(requireNodeRequest(request.raw), { ...context, body: body ?? keptIn(request) })
    : nodeMessage(requireNodeRequest(request), { ...context, body });
}

function isOfFramework(request: NodeRequestLike | FrameworkRequestLike): request is FrameworkRequestLike {
  return typeof request === 'object' && request !== null && 'raw' in request && !('rawHeaders' in request);
}

function keptIn({ rawBody, body }: FrameworkRequestLike): unknown {
  return rawBody ?? (isBytes(body) || typeof body === 'string' ? body : undefined);
}

/** What an adapter knows about a request besides. */
export interface NodeContext {
  /** The bytes of the body, or their text. */
  readonly body?: unknown;
  /** The target before the framework changed `url`. */
  readonly target?: string | undefined;
  readonly prefix: string;
  readonly readForwarded: ReadForwarded;
  readonly advice: BodyAdvice;
  /** Whether the body is read as it is asked for, and not given back. */
  readonly isStreamed?: boolean | undefined;
}

/** A Node request as a message. @throws As `messageFromNode`. */
export function nodeMessage(request: NodeRequestLike, context: NodeContext): RequestMessage {
  const { body, target, prefix, readForwarded, advice, isStreamed } = context;
  const { rawHeaders, method = '', socket } = request;
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
  const forwarded = readForwarded(addressOf(socket), (name) => linesOf(fields, name));
  return {
    method,
    scheme: forwarded.scheme ?? scheme,
    authority: forwarded.authority ?? oneOf(authority, host, scheme),
    target: withPrefix((forwarded.prefix ?? '') + prefix, target ?? targetOf(request)),
    fields,
    body: bodyOf(request, body, advice, isStreamed),
  };
}

/** Routers of Express and Connect take their own path off `url`, and keep what was sent. */
function targetOf({ originalUrl, url = '' }: NodeRequestLike): string {
  return typeof originalUrl === 'string' && originalUrl !== '' ? originalUrl : url;
}

function linesOf(fields: readonly (readonly [string, string])[], name: string): readonly string[] {
  return fields.flatMap(([given, value]) => (given.toLowerCase() === name ? [value] : []));
}

function addressOf(socket: object | null | undefined): string {
  const address = socket && 'remoteAddress' in socket ? socket.remoteAddress : undefined;
  return typeof address === 'string' ? address : '';
}

/** The mistakes that are made: another framework's request, a copy of a few members, the event of a function. */
export function requireNodeRequest(request: NodeRequestLike): NodeRequestLike {
  assertObject(request, 'request');
  const headers = memberOf(request, 'headers');
  const rawHeaders = memberOf(request, 'rawHeaders');
  if (Array.isArray(rawHeaders)) {
    if (rawHeaders.length > 0 || typeof headers !== 'object' || headers === null || Object.keys(headers).length === 0) return request;
    throw new TypeError(
      'request has headers and no rawHeaders: something made it from the event of a function, and what the client sent cannot be told from it. Verify the event itself, with countersign/lambda',
    );
  }
  if (memberOf(request, 'requestContext') !== undefined)
    throw new TypeError('request is the event of a function: messageFromEvent(event) of countersign/lambda makes a message of it');
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

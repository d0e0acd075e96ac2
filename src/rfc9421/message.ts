/**
 * HTTP messages as plain data, which can say what a `Request` cannot: the raw target and repeated field lines.
 *
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';

/** Field lines in the order of arrival, names in any case. */
export type FieldLines = readonly (readonly [name: string, value: string])[];

/** What we need of a fetch `Headers`. */
export interface HeadersLike {
  /** The value of a field, several lines joined by commas; `null` if there is none. */
  get(name: string): string | null;
  /** The lines of Set-Cookie. */
  getSetCookie?(): readonly string[];
}

/** Content: bytes, a stream of bytes (a Node request is one), or nothing at all. */
export type Content = Uint8Array | AsyncIterable<Uint8Array> | undefined;

/** A request. */
export interface RequestMessage {
  /** As sent: methods are case-sensitive. */
  readonly method: string;
  /** `https` or `http`, as the client used it: behind a proxy that ends TLS, what the deployment says. */
  readonly scheme: string;
  /** Host and, if there is one, port: the Host field or `:authority`. */
  readonly authority: string;
  /** The raw request target, never parsed and written again: `/path?query`. */
  readonly target: string;
  /** The fields, as lines that arrived or as `Headers`. */
  readonly fields: FieldLines | HeadersLike;
  /** The trailer fields. */
  readonly trailers?: FieldLines | undefined;
  /** The content as bytes or a stream; absent if there is none. */
  readonly body?: Content;
}

/** A response. */
export interface ResponseMessage {
  /** The HTTP status. */
  readonly status: number;
  /** The fields, as lines that arrived or as `Headers`. */
  readonly fields: FieldLines | HeadersLike;
  /** The trailer fields. */
  readonly trailers?: FieldLines | undefined;
  /** The content as bytes or a stream; absent if there is none. */
  readonly body?: Content;
}

/** @throws {TypeError} If something else is passed for a `Request` or `Response`: a URL, a request of Node. */
function requireFetchObject(given: Request | Response, name: 'request' | 'response', member: string): void {
  const isFetchObject = typeof given === 'object' && given !== null && member in given && typeof given.headers?.get === 'function';
  if (isFetchObject) return;
  const hint = name === 'request' ? '; for a request of Node use messageFromNode of countersign/node' : '';
  throw new TypeError(`${name} must be a ${name === 'request' ? 'Request' : 'Response'} of fetch${hint}`);
}

/** A view of a fetch `Request`. Its URL is split by hand: parsing it again could change what was sent. */
export function messageFromRequest(request: Request, body?: Content): RequestMessage {
  requireFetchObject(request, 'request', 'url');
  const { scheme, authority, target } = splitUrl(request.url);
  return { method: request.method, scheme, authority, target, fields: request.headers, body };
}

/** A view of a fetch `Response`. */
export function messageFromResponse(response: Response, body?: Content): ResponseMessage {
  requireFetchObject(response, 'response', 'status');
  return { status: response.status, fields: response.headers, body };
}

/**
 * Splits an absolute http(s) URL without changing a character of it.
 *
 * @throws {ComponentError} `target_malformed` if it is not one.
 */
export function splitUrl(url: string): { readonly scheme: string; readonly authority: string; readonly target: string } {
  const match = /^([^:]+):\/\/([^/?#]+)([^#]*)/.exec(url);
  if (match === null) throw new ComponentError('target_malformed', 'the URL is not absolute');
  const [, scheme, authority, rest] = match as unknown as readonly [string, string, string, string];
  return { scheme: scheme.toLowerCase(), authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

/**
 * What adapters need of a request of Node's `http` or `http2`, by its shape.
 *
 * @module
 */

/** What we need of an `IncomingMessage` or `Http2ServerRequest`. */
export interface NodeRequestLike extends AsyncIterable<Uint8Array> {
  /** The method, as it was sent. */
  readonly method?: string | undefined;
  /** The raw request target, less what a router took off. */
  readonly url?: string | undefined;
  /** The raw request target, where a router takes something off `url`. */
  readonly originalUrl?: string | undefined;
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
  /** The fields by their names. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** 1 or 2. */
  readonly httpVersionMajor?: number | undefined;
  /** A TLS socket says that it is `encrypted`; `remoteAddress` is who sent the request. */
  readonly socket?: object | null | undefined;
  /** Whether somebody has begun to read the body. */
  readonly readableDidRead?: boolean | undefined;
  /** HTTP/2's stream, which says whether its head was all of it. */
  readonly stream?: { readonly endAfterHeaders?: boolean | undefined } | undefined;
  /** How the body is decoded to text, if it is. */
  readonly readableEncoding?: string | null | undefined;
  /** Where body parsers leave the bytes, when they are told to keep them: as bytes or as text. */
  readonly rawBody?: unknown;
  /** Whether the request is here to its end. */
  readonly complete?: boolean | undefined;
  /** Goes on receiving what nobody reads. */
  resume?(): unknown;
}

/**
 * undici by its shape: what is used of it, and nothing else.
 *
 * @module
 */

/** What we need of undici's `DispatchOptions`. */
export interface DispatchOptionsLike {
  /** Where the request goes: scheme, host and port. */
  readonly origin?: string | URL | undefined;
  /** The request target. */
  readonly path: string;
  /** The HTTP method. */
  readonly method: string;
  /** The content, in any form undici takes. */
  readonly body?: unknown;
  /** The fields, in any form undici takes. */
  readonly headers?: unknown;
  /** Parameters that undici appends to the path. */
  readonly query?: Readonly<Record<string, unknown>> | null | undefined;
  /** Aborts the request: an `AbortSignal` or an event emitter. */
  readonly signal?: unknown;
}

/** What we need of undici's `DispatchHandler`: where to report that nothing was sent. */
export interface DispatchHandlerLike {
  /** Told of whatever ends the call before its answer did. */
  onResponseError?(controller: unknown, error: Error): void;
  /** What it was until undici 7, and still is where Node's own `fetch` gets an Agent of undici 8: nothing else would end the call. */
  onError?(error: Error): void;
}

/** What sends; generic, so that options and handlers of any undici fit. */
export type Dispatch<Options, Handler> = (options: Options, handler: Handler) => boolean;

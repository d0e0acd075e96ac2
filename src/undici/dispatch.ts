/**
 * undici by its shape: what is used of it, and nothing else.
 *
 * @module
 */

/** What we need of undici's `DispatchOptions`. */
export interface DispatchOptionsLike {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly query?: Readonly<Record<string, unknown>> | null | undefined;
  readonly signal?: unknown;
}

/** What we need of undici's `DispatchHandler`: where to report that nothing was sent. */
export interface DispatchHandlerLike {
  onResponseError?(controller: unknown, error: Error): void;
  /** What it was until undici 7, and still is where Node's own `fetch` gets an Agent of undici 8: nothing else would end the call. */
  onError?(error: Error): void;
}

/** What sends; generic, so that options and handlers of any undici fit. */
export type Dispatch<Options, Handler> = (options: Options, handler: Handler) => boolean;

/**
 * undici takes signals of two kinds: AbortSignals, and emitters of an `abort` event.
 *
 * @module
 */

interface Emitter {
  on(event: 'abort', listener: () => void): unknown;
  removeListener(event: 'abort', listener: () => void): unknown;
}

/** An AbortSignal, and what ends the listening to what it stands for. */
export interface Listening {
  readonly signal: AbortSignal | undefined;
  stop(): void;
}

/** A signal of either kind as an AbortSignal; `undefined` if it is none. */
export function listen(signal: unknown): Listening {
  const stop = (): void => undefined;
  if (signal instanceof AbortSignal) return { signal, stop };
  if (!isEmitter(signal)) return { signal: undefined, stop };
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.on('abort', abort);
  return { signal: controller.signal, stop: () => void signal.removeListener('abort', abort) };
}

function isEmitter(value: unknown): value is Emitter {
  return typeof value === 'object' && value !== null && 'on' in value && 'removeListener' in value && typeof value.on === 'function';
}

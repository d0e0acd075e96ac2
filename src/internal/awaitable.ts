/**
 * Values that are there now or come later: whatever `await` takes.
 *
 * @module
 */

/** A value, now or later. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Whether a value comes later: a promise, of whatever make. A promise may be a function: those of workerd's RPC are. */
export function isThenable<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return (
    (typeof value === 'object' || typeof value === 'function') && value !== null && 'then' in value && typeof value.then === 'function'
  );
}

/**
 * Goes on with a value: at once if it is there. Waiting for what is there costs a turn of the event loop, which is a tenth of an HMAC.
 */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isThenable(value) ? value.then(next) : next(value);
}

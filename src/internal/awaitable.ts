/** A value, now or later: whatever `await` takes. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Whether a value is a promise, of whatever make. */
export function isThenable<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

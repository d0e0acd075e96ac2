/** A value, now or later: whatever `await` takes. */
export type Awaitable<T> = T | PromiseLike<T>;

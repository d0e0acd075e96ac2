/**
 * Taking turns on one connection.
 *
 * A connection is in one transaction at a time. Whoever is not part of it waits: otherwise its statement would be committed, or
 * rolled back, with somebody else's.
 *
 * @module
 */

import { type Awaitable, isThenable } from '../internal/awaitable.ts';

/** Lets one after the other work. */
export class Turns {
  /** Settled when the last in the row is done; `undefined` while nobody works. */
  #last: Promise<void> | undefined;

  /** Works at once if nobody else does, else when all before are done. */
  take<T>(work: () => Awaitable<T>): Awaitable<T> {
    const before = this.#last;
    const result = before === undefined ? work() : before.then(work);
    if (isThenable(result)) this.#follow(result);
    return result;
  }

  #follow(result: PromiseLike<unknown>): void {
    const done: Promise<void> = Promise.resolve(result).then(
      () => this.#leave(done),
      () => this.#leave(done),
    );
    this.#last = done;
  }

  #leave(done: Promise<void>): void {
    if (this.#last === done) this.#last = undefined;
  }
}

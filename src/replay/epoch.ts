/**
 * From when on a store in memory knows everything.
 *
 * A store that starts empty, or that forgets, would accept old messages a second time. So it refuses what was signed
 * before that point as `cold`. The point only ever moves forward, whatever the clock does: also a clock that was set
 * back cannot bring a forgotten message in again.
 *
 * @module
 */

import type { ConsumeRequest } from './store.ts';

/** The point before which nothing is known. */
export class Epoch {
  #start: number | undefined;
  #forgotten = Number.NEGATIVE_INFINITY;

  /** @param assumeNoEarlierMessages nobody else ever accepted a message with these keys */
  constructor(assumeNoEarlierMessages: boolean) {
    if (assumeNoEarlierMessages) this.#start = Number.NEGATIVE_INFINITY;
  }

  /**
   * Begins at the first request. Not earlier: what a previous process accepted until now is not known here, and reading
   * a clock when a module is loaded fails at the edge.
   *
   * @throws {RangeError} if a time is not a finite number: it would compare with nothing
   */
  begin({ created, keepUntil, now, futureSkew }: ConsumeRequest): void {
    if (!Number.isFinite(created + keepUntil + now + futureSkew))
      throw new RangeError('created, keepUntil, now and futureSkew must be finite');
    this.#start ??= now;
  }

  /** Whether a message may have been accepted before the epoch. */
  isCold({ created, futureSkew }: ConsumeRequest): boolean {
    // Until the start, messages were accepted that lie futureSkew ahead of it; one second more for rounding.
    return this.#start === undefined || created <= this.#start + futureSkew + 1 || created <= this.#forgotten;
  }

  /** Moves forward: messages created until then are forgotten. */
  raise(created: number): void {
    this.#forgotten = Math.max(this.#forgotten, created);
  }
}

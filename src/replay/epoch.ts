/**
 * From when on a store knows everything.
 *
 * A store that starts empty would accept old messages a second time, so it refuses as `cold` what may have been accepted
 * before. The point is set once, by the first request: also a clock that is set back does not move it.
 *
 * @module
 */

import { assertSeconds } from '../internal/assert.ts';
import { LONGEST_SKEW } from './check-request.ts';
import type { ConsumeRequest } from './store.ts';

/** What an epoch goes by. */
export interface EpochOptions {
  /** The greatest `futureSkew` that any verifier had before the start, in seconds. */
  readonly earlierFutureSkew: number;
  /** Nobody else ever accepted a message with these keys. */
  readonly insecurelyAssumeNoEarlierMessages: boolean;
}

/** The options of a store that its epoch goes by, as callers give them. */
interface GivenEpochOptions {
  readonly earlierFutureSkew?: number | undefined;
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
}

/**
 * Checks them, and fills in the defaults.
 *
 * @throws {TypeError | RangeError} If one is not what it should be.
 */
export function checkEpochOptions({ earlierFutureSkew = 0, insecurelyAssumeNoEarlierMessages = false }: GivenEpochOptions): EpochOptions {
  assertSeconds(earlierFutureSkew, 'earlierFutureSkew', 0, LONGEST_SKEW);
  // A text from the environment, 'false' for instance, would count as true.
  if (typeof insecurelyAssumeNoEarlierMessages !== 'boolean')
    throw new TypeError('insecurelyAssumeNoEarlierMessages must be true or false');
  return { earlierFutureSkew, insecurelyAssumeNoEarlierMessages };
}

/** The point before which nothing is known. */
export class Epoch {
  #start: number | undefined;
  readonly #earlierFutureSkew: number;
  #futureSkew = 0;

  constructor({ earlierFutureSkew, insecurelyAssumeNoEarlierMessages }: EpochOptions) {
    this.#earlierFutureSkew = earlierFutureSkew;
    if (insecurelyAssumeNoEarlierMessages) this.#start = Number.NEGATIVE_INFINITY;
  }

  /** The greatest `futureSkew` of any request, in seconds. */
  get futureSkew(): number {
    return this.#futureSkew;
  }

  /**
   * Takes note of a checked request. The first begins the epoch. Not earlier: what a previous process accepted until now
   * is not known here, and reading a clock when a module is loaded fails at the edge.
   */
  note({ now, futureSkew }: ConsumeRequest): void {
    this.#start ??= now;
    this.#futureSkew = Math.max(this.#futureSkew, futureSkew);
  }

  /** Whether a message may have been accepted before the epoch. */
  isCold({ created }: ConsumeRequest): boolean {
    // Until the start, messages were accepted that lie the skew of their verifier ahead of it; one second more for rounding.
    return this.#start === undefined || created <= this.#start + Math.max(this.#futureSkew, this.#earlierFutureSkew) + 1;
  }
}

/**
 * How long a nonce is remembered: one of a few classes of lifetime.
 *
 * What lives about equally long is forgotten together. So a URL that lives a week makes nobody else's nonce last a week.
 *
 * @module
 */

import { type ConsumeRequest, LONGEST_LIFE } from './store.ts';

/** The classes, by the longest life they take on, in seconds: 5 and 15 minutes, 1 and 6 hours, a day, a week, 31 days. */
export const LIFETIMES: readonly number[] = [300, 900, 3600, 21_600, 86_400, 604_800, LONGEST_LIFE];

/** The longest life, in seconds, of messages that share a room; the longer ones share another, so that neither starves the other. */
export const SHORT_LIFE = 3600;

/** How long a message lives. */
export interface Lifetime {
  /** Its class: a place in `LIFETIMES`. */
  readonly index: number;
  /** Whether the message itself says so: then no policy gives it another one. */
  readonly own: boolean;
}

/**
 * The lifetime of a message, `futureSkew` not counted: verifiers may differ in it.
 *
 * @throws {RangeError} If it is to be kept for more than 31 days.
 */
export function lifetimeOf({ created, expires, keepUntil, futureSkew }: ConsumeRequest): Lifetime {
  if (keepUntil - created > LONGEST_LIFE)
    throw new RangeError(`keepUntil must lie at most 31 days (${LONGEST_LIFE} seconds) after created`);
  const needed = keepUntil - futureSkew - 1;
  const own = expires !== undefined && expires >= needed && expires - created <= LONGEST_LIFE;
  const seconds = (own ? expires : needed) - created;
  return { index: LIFETIMES.findIndex((longest) => seconds <= longest), own };
}

/**
 * The clock.
 *
 * @module
 */

import { assertFunction, assertTime } from '../internal/assert.ts';

/** The system's time in whole seconds since the epoch. */
export function systemTime(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * The clock of an option `now`, whose answers are looked at: a clock in milliseconds would refuse everything, one that answers NaN too.
 *
 * @throws {TypeError | RangeError} If it is no function; when it is read, if it answers anything but whole seconds since the epoch.
 */
export function clockOf(now: (() => number) | undefined): () => number {
  if (now === undefined) return systemTime;
  assertFunction(now, 'now');
  return () => {
    const time: unknown = now();
    assertTime(time, 'now()');
    return time;
  };
}

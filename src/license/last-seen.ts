/**
 * A guard against clocks that are set back, so that a license does not expire.
 *
 * The application keeps the latest time it ever saw. Each verification compares with it and moves it forward, whatever
 * becomes of the license: otherwise the time in which it is expired would leave no trace.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { isThenable } from '../internal/thenable.ts';

/** Where the application keeps the latest time it saw, in whole seconds: a file, the registry, `localStorage`. */
export interface LastSeenStore {
  /** `undefined` or `null` at the first start. */
  read(): Awaitable<number | undefined | null>;
  write(time: number): Awaitable<void>;
}

/** A store that answers at once. */
export interface SyncLastSeenStore {
  read(): number | undefined | null;
  write(time: number): void;
}

/**
 * Requires that the clock was not set back by more than `tolerance` seconds, and remembers it.
 *
 * @throws {VerificationError} `clock_rolled_back`, or `store_unavailable` if the store cannot tell.
 */
export async function observeClock(store: LastSeenStore | undefined, now: number, tolerance: number): Promise<void> {
  if (store === undefined) return;
  try {
    if (isForward(await store.read(), now, tolerance)) await store.write(now);
  } catch (error) {
    throw unavailable(error);
  }
}

/** The same with a store that answers at once. */
export function observeClockNow(store: SyncLastSeenStore | undefined, now: number, tolerance: number): void {
  if (store === undefined) return;
  try {
    const written: unknown = isForward(store.read(), now, tolerance) && store.write(now);
    if (isThenable(written)) throw new TypeError('lastSeen must answer at once');
  } catch (error) {
    throw unavailable(error);
  }
}

/** Whether there is a later time to write. */
function isForward(last: unknown, now: number, tolerance: number): boolean {
  if (last === undefined || last === null) return true;
  if (typeof last !== 'number' || !Number.isFinite(last)) throw new TypeError('lastSeen.read must answer a time');
  if (now < last - tolerance) throw new VerificationError('clock_rolled_back', `the clock is ${last - now} s behind a time seen before`);
  return now > last;
}

function unavailable(cause: unknown): unknown {
  return cause instanceof VerificationError
    ? cause
    : new VerificationError('store_unavailable', 'the last-seen store could not be reached', { cause });
}

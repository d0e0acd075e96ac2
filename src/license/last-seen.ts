/**
 * A guard against clocks that are set back, so that a license does not expire.
 *
 * The application keeps the latest time it ever saw. Each verification compares with it and moves it forward, whatever
 * becomes of the license: otherwise the time in which it is expired would leave no trace.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertTime } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import type { LicenseCheck } from './check.ts';

/** Where the application keeps the latest time it saw, in whole seconds: a file, the registry, `localStorage`. */
export interface LastSeenStore {
  /** `undefined` or `null` at the first start. */
  read(): Awaitable<number | undefined | null>;
  /** Keeps a time, in whole seconds since the epoch. */
  write(time: number): Awaitable<void>;
}

/** A store that answers at once. */
export interface SyncLastSeenStore {
  /** `undefined` or `null` at the first start. */
  read(): number | undefined | null;
  /** Keeps a time, in whole seconds since the epoch. */
  write(time: number): void;
}

type Clock = Pick<LicenseCheck, 'now' | 'futureSkew'>;

/**
 * Requires that the clock was not set back by more than `futureSkew` seconds, and remembers it.
 *
 * @throws {VerificationError} `clock_rolled_back`, or `store_unavailable` if the store cannot tell.
 */
export async function observeClock(store: LastSeenStore, clock: Clock): Promise<void> {
  try {
    if (isForward(await store.read(), clock)) await store.write(clock.now);
  } catch (error) {
    throw unavailable(error);
  }
}

/** The same with a store that answers at once. */
export function observeClockNow(store: SyncLastSeenStore, clock: Clock): void {
  try {
    const written: unknown = isForward(store.read(), clock) && store.write(clock.now);
    if (isThenable(written)) throw new TypeError('lastSeen must answer at once');
  } catch (error) {
    throw unavailable(error);
  }
}

/** Whether there is a later time to write. */
function isForward(last: unknown, { now, futureSkew }: Clock): boolean {
  if (last === undefined || last === null) return true;
  assertTime(last, 'what lastSeen.read() answers');
  if (now < last - futureSkew) throw new VerificationError('clock_rolled_back', `the clock is ${last - now} s behind a time it had`);
  return now > last;
}

function unavailable(cause: unknown): unknown {
  return cause instanceof VerificationError ? cause : new VerificationError('store_unavailable', 'lastSeen could not tell', { cause });
}

/**
 * Learning the time from a refusal.
 *
 * A device with a wrong clock could never sign anything that is accepted. But whoever can set our clock can have us
 * sign messages that become valid later: so only a refusal of our kind counts, from a source that is believed; a day back, a
 * quarter of an hour ahead at most; and it is kept only once it worked.
 *
 * @module
 */

import { assertSeconds } from '../internal/assert.ts';
import { clockOf } from '../runtime/time.ts';
import type { Call, Change, Outcome } from './call.ts';
import { remember } from './memory.ts';
import type { Refusal } from './refusal.ts';

const DAY = 86_400;

const QUARTER = 900;

/** What is believed of other clocks. */
export interface ClockOptions {
  /** Whether to learn from a refusal how wrong the local clock is, and try once more; true by default. */
  readonly correctClock?: boolean | undefined;
  /** How far ahead of the local clock a refusal may have us sign, in seconds, up to a day; 900 by default. */
  readonly maxClockAdvance?: number | undefined;
}

/** A client's clock, with what it learnt of each origin's. */
export interface Clock {
  /** Seconds to add to the local clock for an attempt. */
  skewFor(call: Call): number;
  /** What to sign the next attempt by; `undefined` when a refusal is no reason to. */
  correct(call: Call, outcome: Outcome, refusal: Refusal): Change | undefined;
  /** Remembers what a call learnt: it worked. */
  confirm(call: Call): void;
}

/** Makes a clock. @throws {TypeError | RangeError} */
export function createClock({
  correctClock = true,
  maxClockAdvance = QUARTER,
  now,
}: ClockOptions & { readonly now?: (() => number) | undefined }): Clock {
  assertSeconds(maxClockAdvance, 'maxClockAdvance', 0, DAY);
  const time = clockOf(now);
  const learnt = new Map<string, number>();
  return {
    skewFor: ({ origin, skew }) => skew ?? learnt.get(origin) ?? 0,
    correct: ({ tried }, { skew: used }, { code, now: theirs }) => {
      if (!correctClock || tried.corrections > 0 || theirs === undefined) return undefined;
      if (code !== 'expired' && code !== 'created_in_future') return undefined;
      const skew = theirs - time();
      // Written so that NaN corrects nothing.
      if (skew === used || !(skew >= -DAY && skew <= maxClockAdvance)) return undefined;
      return { skew, tried: { corrections: 1 } };
    },
    confirm: ({ origin, skew }) => {
      if (skew !== undefined) remember(learnt, origin, skew);
    },
  };
}

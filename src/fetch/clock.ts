/**
 * Learning the time from a refusal.
 *
 * A device with a wrong clock could never sign anything that is accepted. But whoever can set our clock can have us
 * sign messages that become valid later: so only a refusal of our kind counts, from the very origin, over a channel
 * nobody can write to, and only up to a day.
 *
 * @module
 */

import { isLoopback } from '../internal/loopback.ts';
import type { Call, Outcome } from './call.ts';
import type { Learnt, Settings } from './options.ts';
import type { Refusal } from './refusal.ts';

const DAY = 86_400;

/** Whether a refusal told us to correct the clock, which is then remembered for the origin. */
export function learnClock(call: Call, { response, skew: used }: Outcome, refusal: Refusal, settings: Settings): boolean {
  const { correctClock = true, now, learnt } = settings;
  const { origin, tried } = call;
  if (!correctClock || tried.has(`clock ${origin}`) || refusal.now === undefined) return false;
  if (refusal.code !== 'expired' && refusal.code !== 'created_in_future') return false;
  if (!isTrustworthy(origin, response)) return false;
  const skew = refusal.now - now();
  if (skew === used || !(Math.abs(skew) <= DAY)) return false;
  tried.set(`clock ${origin}`, 1);
  remember(learnt, origin, { skew });
  return true;
}

const MAX_ORIGINS = 1000;

/** Adds to what is known of an origin; a crawler's memory does not grow without end. */
export function remember(learnt: Map<string, Learnt>, origin: string, more: Learnt): void {
  if (learnt.size >= MAX_ORIGINS) learnt.clear();
  learnt.set(origin, { ...learnt.get(origin), ...more });
}

/** Whether nobody but the origin could have written the response: https, or this very machine. */
export function isTrustworthy(origin: string, response: Response | undefined): boolean {
  // A service worker, or an injected fetch, may have answered for somebody else.
  if (response?.url && new URL(response.url).origin !== origin) return false;
  return origin.startsWith('https:') || isLoopback(new URL(origin).hostname);
}

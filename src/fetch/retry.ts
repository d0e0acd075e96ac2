/**
 * Waiting before the next attempt.
 *
 * @see RFC 9110, sections 9.2.2 and 10.2.3
 * @module
 */

import { assertInteger, assertSeconds } from '../internal/assert.ts';
import { readOptions } from '../internal/options.ts';
import { abortable, systemSleep } from '../runtime/abort.ts';
import { clockOf } from '../runtime/time.ts';
import type { Call, Change, Outcome } from './call.ts';
import { type Refusal, readRetryAfter } from './refusal.ts';

/** When to send a request again that may not have been served. */
export interface RetryOptions {
  /** How many times at most, up to 100; 2 by default. */
  readonly limit?: number | undefined;
  /** Seconds to wait at most, up to a day; 30 by default. A server that asks for more gets no retry. */
  readonly maxDelay?: number | undefined;
}

/** Waits; ends early, if it can, when the signal is aborted. */
export type Sleep = (seconds: number, signal: AbortSignal | undefined) => PromiseLike<void>;

/** When to wait, and how. */
export interface WaitOptions {
  /** Retries after network errors, 429 and 503, of idempotent methods or with an Idempotency-Key; none by default. */
  readonly retry?: RetryOptions | undefined;
  /** What waits. Default: a timer. */
  readonly sleep?: Sleep | undefined;
}

/** What waits for a turn. */
export interface Retries {
  /** Whether a failure to send may be followed by another attempt. */
  readonly areWanted: boolean;
  /** Waits for a replay store that lost its memory; `undefined` when the refusal is another one. */
  afterCold(call: Call, refusal: Refusal): Promise<Change> | undefined;
  /** Waits as the caller wants it; `undefined` when the outcome stands. */
  afterFailure(call: Call, outcome: Outcome): Promise<Change> | undefined;
}

/** Longer than any store needs to be sure of what it has forgotten. */
const MAX_COLD_WAIT = 30;

const MAX_LIMIT = 100;

const DAY = 86_400;

/** Makes what waits. Each wait rejects with the reason of the caller's signal. @throws {TypeError | RangeError} */
export function createRetries({ retry, sleep = systemSleep, now }: WaitOptions & { readonly now?: (() => number) | undefined }): Retries {
  const { limit = 2, maxDelay = 30 } = retry === undefined ? {} : readOptions(retry, { limit: true, maxDelay: true }, { name: 'retry' });
  assertInteger(limit, 'retry.limit', 0, MAX_LIMIT);
  assertSeconds(maxDelay, 'retry.maxDelay', 0, DAY);
  const time = clockOf(now);
  const after = async (seconds: number, { signal }: Call, change: Change): Promise<Change> => {
    await abortable(Promise.resolve(sleep(seconds, signal)), signal);
    return change;
  };
  return {
    areWanted: retry !== undefined,
    // Such a store refuses for a few seconds, whatever is sent: waiting for it needs no leave.
    afterCold: (call, { code, retryAfter }) => {
      if (code !== 'replay_store_cold' || retryAfter === undefined || retryAfter > MAX_COLD_WAIT || call.tried.waits > 0) return undefined;
      return after(retryAfter, call, { tried: { waits: 1 } });
    },
    // Everything else is the caller's wish, and safe only if sending twice does no more than sending once.
    afterFailure: (call, { response, skew }) => {
      const { retries } = call.tried;
      if (retry === undefined || retries >= limit || response?.status === 401 || !isIdempotent(call.request)) return undefined;
      const asked = response && readRetryAfter(response.headers, time() + skew);
      const delay = asked ?? Math.min(maxDelay, 2 ** retries / 2) * (0.5 + Math.random() / 2);
      return delay > maxDelay ? undefined : after(delay, call, { tried: { retries: retries + 1 } });
    },
  };
}

/** Whether sending a request twice does no more than sending it once (RFC 9110, section 9.2.2), or its server knows it again. */
export function isIdempotent({ method, headers }: Request): boolean {
  return /^(GET|HEAD|PUT|DELETE|OPTIONS|TRACE)$/.test(method) || headers.has('idempotency-key');
}

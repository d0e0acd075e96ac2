/**
 * Waiting before the next attempt.
 *
 * @see RFC 9110, sections 9.2.2 and 10.2.3
 * @module
 */

import { abortable, systemSleep } from '../runtime/abort.ts';
import type { Call, Outcome } from './call.ts';
import type { Settings } from './options.ts';
import { type Refusal, readRetryAfter } from './refusal.ts';

/** Longer than any store needs to be sure of what it has forgotten. */
const MAX_COLD_WAIT = 30;

/**
 * Seconds to wait before sending again; `undefined` when the outcome stands.
 *
 * A replay store that lost its memory refuses for a few seconds, whatever is sent: waiting for it needs no leave.
 * Everything else is the caller's wish, and safe only if sending twice does no more than sending once.
 */
export function retryDelay(call: Call, { response, skew }: Outcome, refusal: Refusal | undefined, settings: Settings): number | undefined {
  const { tried, request } = call;
  const retries = tried.get('retry') ?? 0;
  const { retry, now } = settings;
  const asked = response && readRetryAfter(response.headers, now() + skew);
  if (refusal?.code === 'replay_store_cold' && asked !== undefined && asked <= MAX_COLD_WAIT && !tried.has('cold')) {
    tried.set('cold', 1);
    return asked;
  }
  if (retry === undefined || response?.status === 401) return undefined;
  const { limit = 2, maxDelay = 30 } = retry;
  if (retries >= limit || !isIdempotent(request)) return undefined;
  const delay = asked ?? Math.min(maxDelay, 2 ** retries / 2) * (0.5 + Math.random() / 2);
  if (delay > maxDelay) return undefined;
  tried.set('retry', retries + 1);
  return delay;
}

function isIdempotent({ method, headers }: Request): boolean {
  return /^(GET|HEAD|PUT|DELETE|OPTIONS|TRACE)$/.test(method) || headers.has('idempotency-key');
}

/** Waits. @throws The signal's reason, as soon as the caller gives up. */
export async function wait(seconds: number, { request }: Call, { sleep = systemSleep }: Settings): Promise<void> {
  await abortable(sleep(seconds, request.signal), request.signal);
}

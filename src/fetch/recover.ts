/**
 * What to do when an answer is not the last word: follow it, correct the clock, sign more, wait.
 *
 * Each attempt is signed anew, with a fresh nonce and the time it is sent at.
 *
 * @module
 */

import { type Call, type Outcome, resend } from './call.ts';
import { learnClock } from './clock.ts';
import type { Settings } from './options.ts';
import { discard, followRedirect } from './redirect.ts';
import { parseRefusal, type Refusal } from './refusal.ts';
import { retryDelay, wait } from './retry.ts';

/**
 * The next attempt, or `undefined` when the outcome stands.
 *
 * @throws {SignedFetchError} `redirect_forbidden`.
 * @throws The reason of the request's signal, if it comes while waiting.
 */
export async function recover(call: Call, outcome: Outcome, settings: Settings): Promise<Call | undefined> {
  const { response } = outcome;
  if (response !== undefined && response.status < 400) return followRedirect(call, response, settings);
  if (!call.replayable || call.request.signal?.aborted) return undefined;
  const refusal = response && (await parseRefusal(response));
  const next = (await answerRefusal(call, outcome, refusal, settings)) ?? (await waitForTurn(call, outcome, refusal, settings));
  if (next !== undefined) discard(response);
  return next;
}

/** A 401 may say what would be accepted. */
async function answerRefusal(call: Call, outcome: Outcome, refusal: Refusal | undefined, settings: Settings): Promise<Call | undefined> {
  if (outcome.response?.status !== 401) return undefined;
  if (refusal !== undefined && learnClock(call, outcome, refusal, settings)) return resend(call);
  const extra = settings.negotiate?.negotiate(call, outcome, settings);
  return extra && resend(call, extra);
}

async function waitForTurn(call: Call, outcome: Outcome, refusal: Refusal | undefined, settings: Settings): Promise<Call | undefined> {
  const delay = retryDelay(call, outcome, refusal, settings);
  if (delay === undefined) return undefined;
  await wait(delay, call, settings);
  return resend(call);
}

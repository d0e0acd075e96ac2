/**
 * What to do when an answer is not the last word: follow it, correct the clock, sign more, wait.
 *
 * Each attempt is signed anew, with a fresh nonce and the time it is sent at. Nobody signs refusals, as a rule: they are believed only
 * over a channel that nobody on the way can write to; and where responses are verified, only if sending twice does no more than
 * sending once, or if the refusal is signed.
 *
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import { messageFromRequest } from '../rfc9421/message.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { type Call, type Change, type Outcome, resend } from './call.ts';
import type { Clock } from './clock.ts';
import type { Negotiation } from './negotiate.ts';
import { discard, type Redirects } from './redirect.ts';
import { parseRefusal, type Refusal } from './refusal.ts';
import { isReplayable } from './request/content.ts';
import type { ResponseVerifier } from './response-verifier.ts';
import { isIdempotent, type Retries } from './retry.ts';
import type { Trust } from './trust.ts';

/** What recovery consists of. */
export interface Recovery {
  readonly redirects: Redirects;
  readonly clock: Clock;
  readonly negotiation: Negotiation | undefined;
  readonly retries: Retries;
  readonly verify: ResponseVerifier | undefined;
  readonly trusts: Trust;
}

/** A refusal as far as it is believed. */
interface Heard {
  readonly headers: Headers;
  /** `undefined` if it is none of ours. */
  readonly refusal: Refusal | undefined;
}

/** Seconds that an answer which is not the last word may take to its last byte. */
const ANSWER_SECONDS = 3;

/**
 * The next attempt, or `undefined` when the outcome stands.
 *
 * @throws {SignedFetchError} `redirect_forbidden`.
 * @throws The reason of the caller's signal, if it comes while waiting.
 */
export async function recover(call: Call, outcome: Outcome, recovery: Recovery): Promise<Call | undefined> {
  const { response } = outcome;
  const { redirects, retries } = recovery;
  if (response !== undefined && redirects.isToBeFollowed(call, response)) return followRedirect(call, outcome, response, recovery);
  const mayChange = response === undefined ? retries.areWanted : [401, 429, 503].includes(response.status);
  if (!mayChange || !isReplayable(call.content) || call.signal?.aborted) return undefined;
  const change = (await answerRefusal(call, outcome, recovery)) ?? (await retries.afterFailure(call, outcome));
  if (change === undefined) return undefined;
  discard(response);
  return resend(call, change);
}

async function followRedirect(call: Call, outcome: Outcome, response: Response, recovery: Recovery): Promise<Call> {
  const { verify, redirects } = recovery;
  const shown = verify === undefined ? response : await verifyRedirect(call, outcome, response, verify);
  const next = redirects.follow(call, response, shown);
  confirm(call, response, recovery);
  discard(shown);
  return next;
}

/** A verified response has the fields that its signature covers, and no other. */
async function verifyRedirect(call: Call, { nonce }: Outcome, response: Response, verify: ResponseVerifier): Promise<Response> {
  const why = 'the redirect is not signed as responses have to be';
  let shown: Response;
  try {
    shown = await withDeadline(verify(response, call.request, nonce), ANSWER_SECONDS);
  } catch (cause) {
    throw call.signal?.aborted ? cause : new SignedFetchError('redirect_forbidden', why, { cause });
  }
  if (!shown.headers.has('location')) throw new SignedFetchError('redirect_forbidden', `${why}: its signature does not cover location`);
  return shown;
}

async function answerRefusal(call: Call, outcome: Outcome, recovery: Recovery): Promise<Change | undefined> {
  const { response } = outcome;
  if (response === undefined) return undefined;
  const heard = await hear(call, outcome, response, recovery);
  if (heard === undefined) return undefined;
  const { headers, refusal } = heard;
  if (response.status !== 401) return refusal && recovery.retries.afterCold(call, refusal);
  const corrected = refusal && recovery.clock.correct(call, outcome, refusal);
  return corrected ?? recovery.negotiation?.answer(call, messageFromRequest(call.request), outcome, headers.get('accept-signature'));
}

/** What is believed of a refusal; `undefined` if nothing is. */
async function hear(call: Call, { nonce }: Outcome, response: Response, { trusts, verify }: Recovery): Promise<Heard | undefined> {
  if (!trusts(call.origin, response)) return undefined;
  const { signal, request } = call;
  const options = { timeout: ANSWER_SECONDS, signal };
  if (verify === undefined || isIdempotent(request)) return { headers: response.headers, refusal: await parseRefusal(response, options) };
  try {
    const signed = await withDeadline(verify(response.clone(), request, nonce), ANSWER_SECONDS);
    return { headers: signed.headers, refusal: await parseRefusal(signed, options) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

/** What a call learnt is kept once it worked. */
export function confirm(call: Call, { status }: Response, { clock, negotiation }: Recovery): void {
  if (status >= 400 || status === 0) return;
  clock.confirm(call);
  negotiation?.confirm(call);
}

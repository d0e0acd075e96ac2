/**
 * What verifiers ask of replay stores: messages, policies, and the request that comes of both.
 *
 * @module
 */

import { type ConsumeRequest, replayScope } from '../replay/store.ts';

/** The usual `maxAge`, in seconds. */
export const MAX_AGE = 300;

/** The usual `futureSkew`, in seconds. */
export const FUTURE_SKEW = 5;

/** Some time of day in seconds since the epoch; stores without a clock only ever see the times they are given. */
export const NOON = 1_700_000_000;

/** A day, in seconds. */
export const DAY = 86_400;

/** A week, in seconds. */
export const WEEK: number = 7 * DAY;

/** One message, and the verifier that asks about it. Times are whole seconds. */
export interface Message {
  readonly tenant?: string;
  readonly keyid?: string;
  readonly tag?: string | undefined;
  readonly nonce: string;
  readonly created?: number;
  readonly now?: number;
  readonly expires?: number | undefined;
  readonly maxAge?: number;
  readonly futureSkew?: number;
}

/** What a verifier asks of a store about a message; `noon` is its time where the message gives none. */
export function consumption(message: Message, noon: number = NOON): ConsumeRequest {
  const { tenant = '', keyid = 'k', tag, nonce, now = noon, created = now, expires } = message;
  const { maxAge = MAX_AGE, futureSkew = FUTURE_SKEW } = message;
  const end = Math.min(created + maxAge, expires ?? Number.POSITIVE_INFINITY);
  return { tenant, scope: replayScope(keyid, tag), nonce, created, expires, keepUntil: end + futureSkew + 1, now, futureSkew };
}

/** Whether a verifier would ask at all: what it refuses for its time never reaches a store. */
export function isTimely(message: Message & { readonly created: number; readonly now: number }): boolean {
  const { now, created, expires, maxAge = MAX_AGE, futureSkew = FUTURE_SKEW } = message;
  if (created > now + futureSkew || now - created > maxAge) return false;
  return expires === undefined || (now <= expires && expires > created && expires - created <= maxAge);
}

/** What verifiers ask of replay stores: messages, policies, and the request that comes of both. */
import { type ConsumeRequest, replayScope } from '../../src/replay/store.ts';

export const MAX_AGE = 300;
export const FUTURE_SKEW = 5;
/** Some time of day; stores only ever see the times they are given. */
export const NOON = 1_700_000_000;
export const DAY = 86_400;
export const WEEK = 7 * DAY;

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

/** What a verifier asks of a store about a message. */
export function consumption(message: Message): ConsumeRequest {
  const { tenant = '', keyid = 'k', tag, nonce, now = NOON, created = now, expires } = message;
  const { maxAge = MAX_AGE, futureSkew = FUTURE_SKEW } = message;
  const end = Math.min(created + maxAge, expires ?? Number.POSITIVE_INFINITY);
  return { tenant, scope: replayScope(keyid, tag), nonce, created, expires, keepUntil: end + futureSkew + 1, now, futureSkew };
}

/** Whether a verifier would ask at all: what it refuses for its time never reaches a store. */
export function isTimely(message: Message): boolean {
  const { now = NOON, created = now, expires, maxAge = MAX_AGE, futureSkew = FUTURE_SKEW } = message;
  if (created > now + futureSkew || now - created > maxAge) return false;
  return expires === undefined || (now <= expires && expires > created && expires - created <= maxAge);
}

/**
 * What remembers nonces, so that a message counts once.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';

/**
 * The answer to one `consume`:
 * `consumed` exactly once for a nonce; `replayed` ever after; `cold` if the store may have forgotten messages of that
 * time; `full` if it cannot remember another one.
 */
export type Consumption = 'consumed' | 'replayed' | 'cold' | 'full';

/** One nonce to record. Times are whole seconds since the epoch. */
export interface ConsumeRequest {
  /** Whose keys these are; `''` without tenants. Quotas are per tenant. */
  readonly tenant: string;
  /** Tenant and keyid, length-prefixed, so that no two pairs share a text. With `nonce` it is the key of the record. */
  readonly scope: string;
  /** The covered nonce: at most 128 bytes. Never the signature text, which can be spelled in several ways. */
  readonly nonce: string;
  /** When the message was signed. */
  readonly created: number;
  /** Until when it would still be accepted: the record may be forgotten after that, not before. */
  readonly keepUntil: number;
  /** The verifier's time. */
  readonly now: number;
  /** By how many seconds a message may lie in the verifier's future. */
  readonly futureSkew: number;
  /** Aborted when the verifier stops waiting. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Records nonces atomically. Get-then-set stores (KV, generic caches) cannot implement it: they accept concurrent replays.
 *
 * An implementation throws when it cannot tell; the verifier answers 503, never "accepted" and never "refused".
 */
export interface ReplayStore {
  consume(request: ConsumeRequest): Awaitable<Consumption>;
  /**
   * Consumes all of several nonces, or none: the answer is `consumed`, or the first other one. Needed where a message must have several
   * one-time signatures.
   */
  consumeAll?(requests: readonly ConsumeRequest[]): Awaitable<Consumption>;
}

/** The length-prefixed scope of a nonce: keyid and tag, so that no two pairs share a text. */
export function replayScope(keyid: string, tag: string): string {
  return `${keyid.length}:${keyid}${tag.length}:${tag}`;
}

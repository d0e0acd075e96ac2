/**
 * What remembers nonces, so that a message counts once.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';

/**
 * The answer to one `consume`:
 * `consumed` exactly once for a nonce; `replayed` ever after; `cold` if the store may have forgotten messages of that
 * time, or can no longer remember this one; `full` if it cannot remember another one.
 */
export type Consumption = 'consumed' | 'replayed' | 'cold' | 'full';

/** The longest time from `created` to `keepUntil` that stores which forget take on: 31 days, in seconds. */
export const LONGEST_LIFE = 2_678_400;

/** One nonce to record. Times are whole seconds since the epoch. */
export interface ConsumeRequest {
  /** Whose keys these are; `''` without tenants. For quotas only: who moves a key to another tenant makes no message new. */
  readonly tenant: string;
  /** Keyid and tag, as `replayScope` writes them: at most 4,096 characters. With `nonce` it is the name of the record. */
  readonly scope: string;
  /** The covered nonce: 1 to 128 bytes of UTF-8. Never the signature text, which can be spelled in several ways. */
  readonly nonce: string;
  /** When the message was signed. */
  readonly created: number;
  /**
   * When the message ends by its own word, if it says so: no verifier accepts it after that second, whatever its policy.
   * Always or never given for a scope. Without it, a store must expect to meet the message again under a longer policy.
   */
  readonly expires?: number | undefined;
  /**
   * Until when the record is needed, that second included: `futureSkew + 1` seconds after any verifier last accepts the
   * message. What is asked later than that is answered `cold`. At most 31 days after `created`.
   */
  readonly keepUntil: number;
  /** The verifier's time, read directly before asking. */
  readonly now: number;
  /** By how many seconds a message may lie in the verifier's future; at most 3,600. */
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
  /**
   * Records a nonce, unless it is recorded.
   *
   * @throws {TypeError | RangeError} For what no store can hold; nothing has changed then.
   */
  consume(request: ConsumeRequest): Awaitable<Consumption>;
  /**
   * Records all of several nonces of different scopes, or none: the answer is `consumed`, or the first other one. Needed
   * where a message must have several one-time signatures.
   *
   * @throws {TypeError | RangeError} For what no store can hold, and for two of one scope; nothing has changed then.
   */
  consumeAll?(requests: readonly ConsumeRequest[]): Awaitable<Consumption>;
}

/** Records nonces together with what else is to happen: all of it, or nothing. Stores over databases without transactions are such. */
export interface BatchReplayStore<Statement> {
  /**
   * Records all of several nonces of different scopes, as `consumeAll`, and does what the statements say; or neither. The answer is
   * `consumed` if all was done.
   *
   * @throws {TypeError | RangeError} For what no store can hold, and for two of one scope; nothing has changed then.
   * @throws What a statement fails with; nothing has changed then.
   */
  consumeWith(requests: readonly ConsumeRequest[], statements: readonly Statement[]): Awaitable<Consumption>;
}

/**
 * The scope of a nonce: each part with its length, so that no two pairs share a text. An empty tag is not the same as none.
 * The tenant is no part of it: a tenant that is set between two deliveries must not let a message count again.
 */
export function replayScope(keyid: string, tag: string | undefined): string {
  return `${keyid.length}:${keyid}${tag === undefined ? '-' : `${tag.length}:${tag}`}`;
}

/**
 * The last check of all: that a message counts once.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type ConsumeRequest, type Consumption, replayScope } from '../replay/store.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { Requirement } from './policy.ts';
import { reach } from './reach.ts';
import type { Bench, Verdict } from './verify-context.ts';

/** A nonce to consume. Its signal is made when asked for: a store in memory never waits. */
class Consume implements ConsumeRequest {
  readonly tenant: string;
  readonly scope: string;
  readonly nonce: string;
  readonly created: number;
  readonly expires: number | undefined;
  readonly keepUntil: number;
  readonly now: number;
  readonly futureSkew: number;
  #controller: AbortController | undefined;

  constructor({ signature, requirement, record }: Verdict, nonce: string, now: number) {
    const { keyid = '', tag, created = 0, expires } = signature;
    const { maxAge, futureSkew } = requirement;
    this.tenant = record.tenant ?? '';
    this.scope = replayScope(keyid, tag);
    this.nonce = nonce;
    this.created = created;
    this.expires = expires;
    // A second more: without futureSkew, the last one would accept what a store may have forgotten.
    this.keepUntil = Math.min(created + maxAge, expires ?? Number.POSITIVE_INFINITY) + futureSkew + 1;
    this.now = now;
    this.futureSkew = futureSkew;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller?.abort();
  }
}

/** Consumes the nonce of a signature, if there is one and a store for it. */
export function consume(verdict: Verdict, { replayStore, now, timeout }: Bench): Awaitable<Consumption> {
  const { nonce } = verdict.signature;
  if (nonce === undefined || replayStore === undefined) return 'consumed';
  const request = new Consume(verdict, nonce, now);
  return reach('the replay store', () => withDeadline(replayStore.consume(request), timeout, () => request.abort()));
}

/** @throws {VerificationError} `nonce_replayed`, `replay_store_cold`, `replay_store_full` or `store_unavailable`. */
export function requireConsumed(answer: Consumption, { futureSkew }: Requirement): void {
  switch (answer) {
    case 'consumed':
      return;
    case 'replayed':
      throw new VerificationError('nonce_replayed');
    case 'cold':
      // A message that is signed after the store's epoch, as every clock sees it, is a new one.
      throw new VerificationError('replay_store_cold', undefined, {
        retryAfter: futureSkew + 2,
      });
    case 'full':
      throw new VerificationError('replay_store_full');
    default:
      throw new VerificationError('store_unavailable', 'the replay store gave no known answer');
  }
}

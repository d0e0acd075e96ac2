/**
 * The last check of all: that a message counts once.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { type Awaitable, andThen } from '../internal/awaitable.ts';
import { LATEST } from '../replay/check-request.ts';
import { type ConsumeRequest, type Consumption, type ReplayStore, replayScope } from '../replay/store.ts';
import { ask } from './ask.ts';
import { keyidOf, type ProvenSignature } from './proven-signature.ts';

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

  constructor(proven: ProvenSignature, nonce: string, now: number) {
    const { signature, requirement, longestAge, longestLifetime } = proven;
    const { created, expires, tag } = signature;
    const { futureSkew } = requirement;
    this.tenant = proven.key.tenant;
    this.scope = replayScope(proven.key.canonicalKeyid ?? keyidOf(proven), tag);
    this.nonce = nonce;
    // A message that does not say when it was made may be as old as any can be that ends then.
    this.created = created ?? Math.max(0, expires! - longestLifetime);
    // Later than any store counts is as good as its last second.
    this.expires = expires === undefined ? undefined : Math.min(expires, LATEST);
    const end = created === undefined ? Number.POSITIVE_INFINITY : created + longestAge;
    // A second more: in the second in which it ends, a message is still accepted.
    this.keepUntil = Math.min(end, expires ?? Number.POSITIVE_INFINITY) + futureSkew + 1;
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

/**
 * Consumes the nonces of all signatures, or none. A signature without a nonce has nothing to consume.
 *
 * @throws {VerificationError} `nonce_replayed`, `replay_store_cold`, `replay_store_full` or `store_unavailable`.
 */
export function consumeNonces(proven: readonly ProvenSignature[], store: ReplayStore, now: number, timeout: number): Awaitable<void> {
  const requests: Consume[] = [];
  let futureSkew = 0;
  for (const one of proven) {
    const { nonce, created, expires } = one.signature;
    // What counts for ever would have to be remembered for ever; the policy says that it may count again.
    if (nonce === undefined || (created === undefined && expires === undefined)) continue;
    requests.push(new Consume(one, nonce, now));
    futureSkew = Math.max(futureSkew, one.requirement.futureSkew);
  }
  const [first] = requests;
  if (first === undefined) return undefined;
  const abort = () => {
    for (const request of requests) request.abort();
  };
  const answer = ask(
    'the replay store',
    timeout,
    () => (requests.length === 1 ? store.consume(first) : consumeAll(store, requests)),
    abort,
  );
  return andThen(answer, (consumption) => requireConsumed(consumption, futureSkew));
}

function consumeAll(store: ReplayStore, requests: readonly ConsumeRequest[]): Awaitable<Consumption> {
  if (store.consumeAll === undefined)
    throw new TypeError('a message with several nonces needs a replay store with consumeAll, which consumes all of them or none');
  return store.consumeAll(requests);
}

function requireConsumed(answer: Consumption, futureSkew: number): void {
  switch (answer) {
    case 'consumed':
      return;
    case 'replayed':
      throw new VerificationError('nonce_replayed', 'the message counted before');
    case 'cold':
      // A message that is signed after the store's epoch, as every clock sees it, is a new one.
      throw new VerificationError('replay_store_cold', 'the replay store has just started: sign anew after Retry-After', {
        retryAfter: futureSkew + 2,
      });
    case 'full':
      throw new VerificationError('replay_store_full', 'the replay store remembers as many nonces as it may');
    default:
      throw new VerificationError('store_unavailable', 'the replay store gave no known answer');
  }
}

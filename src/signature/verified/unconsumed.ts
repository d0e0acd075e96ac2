/**
 * A message that was verified, and whose nonces are not consumed yet: for handlers whose effect and nonce belong together.
 *
 * It tells whose it is, so that a database can be chosen; what it says is for those who consume it.
 *
 * @module
 */

import { assertFunction, assertObject } from '../../internal/assert.ts';
import { memberOf } from '../../internal/options.ts';
import type { ReplayStore } from '../../replay/store.ts';
import type { Consumer } from '../consumer.ts';
import type { KeyRecord } from '../key-record.ts';
import type { ProvenSignature } from '../proven-signature.ts';
import { consumeNow, type VerifyContext } from '../verify-signatures.ts';

/** A call that leaves consuming to its caller. */
export interface ConsumeLater {
  /** Answers an unconsumed message, whose `consume` answers the verified one. */
  readonly consume: 'later';
}

/** A verified message that has not been counted yet. */
export interface Unconsumed<Verified> {
  /** The name of the key that signed it. */
  readonly keyid: string;
  /** The tenant of the key record; `''` without one. */
  readonly tenant: string;
  /** The key record, as `resolveKey` answered it. */
  readonly key: KeyRecord;
  /** Who calls, where the key record says so: that of `createApiKeys` does. */
  readonly consumer: Consumer | undefined;
  /**
   * Checks time and key status once more, consumes every nonce of the message or none, and answers what was verified. It answers once.
   *
   * With a store over a transaction the message counts if the transaction is committed, and not otherwise: answer the peer after that.
   *
   * @throws {VerificationError} As verifying does: `nonce_replayed`, `store_busy`, `expired`, … It may then be called again.
   * @throws {TypeError} If it has answered already, or `store` is no replay store.
   */
  consume(store: ReplayStore): Promise<Verified>;
}

/**
 * Checks the option `consume`, and that no store is given that nobody would ask.
 *
 * @throws {TypeError} If it is something else, or there is a store.
 */
export function requireLater(consume: unknown, replayStore?: ReplayStore): void {
  if (consume !== 'later') throw new TypeError("consume must be 'later', or absent");
  if (replayStore !== undefined) throw new TypeError("with consume: 'later' the store is what consume() is given: leave replayStore away");
}

/** What surrounds consuming. */
export interface ConsumeHooks<Verified> {
  /** What is known about a refusal besides. */
  annotate(error: unknown): unknown;
  onConsumed?(verified: Verified): void;
}

/** Makes an unconsumed message of proven signatures; `verified` is what it becomes. */
export function createUnconsumed<Verified>(
  proven: readonly ProvenSignature[],
  context: VerifyContext,
  verified: Verified,
  { annotate, onConsumed }: ConsumeHooks<Verified>,
): Unconsumed<Verified> {
  const { signature, key } = proven[0]!;
  let taken = false;
  const consume = async (store: ReplayStore): Promise<Verified> => {
    assertObject(store, 'store');
    assertFunction(memberOf(store, 'consume'), 'store.consume');
    if (taken) throw new TypeError('the message is consumed, or just being consumed: it counts once');
    taken = true;
    try {
      await consumeNow(proven, { ...context, replayStore: store });
    } catch (error) {
      taken = false;
      throw annotate(error);
    }
    onConsumed?.(verified);
    return verified;
  };
  return Object.freeze({
    keyid: signature.keyid!,
    tenant: key.tenant,
    key: key.record,
    consumer: key.record.consumer ?? undefined,
    consume,
  });
}

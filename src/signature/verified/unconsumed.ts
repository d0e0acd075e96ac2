/**
 * A message that was verified, and whose nonces are not consumed yet: for handlers whose effect and nonce belong together.
 *
 * It tells whose it is, so that a database can be chosen; what it says is for those who consume it.
 *
 * @module
 */

import { assertFunction, assertObject } from '../../internal/assert.ts';
import type { Awaitable } from '../../internal/awaitable.ts';
import { memberOf } from '../../internal/options.ts';
import type { BatchReplayStore, ReplayStore } from '../../replay/store.ts';
import { ask } from '../ask.ts';
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
  /**
   * As `consume`, for databases without transactions (D1): the nonces are recorded and the statements run in one batch, all of it or nothing.
   *
   * `statements` makes them of what was verified, and must do nothing else: the message does not count yet.
   *
   * @throws As `consume`; and `store_unavailable`, whose cause says what failed, if a statement does. It may then be called again.
   */
  consumeWith<Statement>(
    store: BatchReplayStore<Statement>,
    statements: (verified: Verified) => Awaitable<readonly Statement[]>,
  ): Promise<Verified>;
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

/** Makes statements of what was verified. */
type StatementsOf<Verified, Statement> = (verified: Verified) => Awaitable<readonly Statement[]>;

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
  const take = async (work: () => Promise<void>): Promise<Verified> => {
    if (taken) throw new TypeError('the message is consumed, or just being consumed: it counts once');
    taken = true;
    try {
      await work();
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
    consume: async (store: ReplayStore) => {
      requireMethod(store, 'consume');
      return take(async () => consumeNow(proven, { ...context, replayStore: store }));
    },
    consumeWith: async <Statement>(store: BatchReplayStore<Statement>, statements: StatementsOf<Verified, Statement>) => {
      requireMethod(store, 'consumeWith');
      assertFunction(statements, 'statements');
      return take(async () => consumeTogether(proven, context, store, await statements(verified)));
    },
  });
}

function requireMethod(store: unknown, name: string): void {
  assertObject(store, 'store');
  assertFunction(memberOf(store, name), `store.${name}`);
}

/** Consumes with statements; a message without a nonce has those alone. */
async function consumeTogether<Statement>(
  proven: readonly ProvenSignature[],
  context: VerifyContext,
  store: BatchReplayStore<Statement>,
  statements: readonly Statement[],
): Promise<void> {
  let asked = false;
  const together: Required<ReplayStore>['consumeAll'] = (requests) => {
    asked = true;
    return store.consumeWith(requests, statements);
  };
  await consumeNow(proven, { ...context, replayStore: { consume: (request) => together([request]), consumeAll: together } });
  if (!asked) await ask('the replay store', context.timeout, () => store.consumeWith([], statements));
}

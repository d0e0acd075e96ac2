/**
 * A replay store whose answers are told: what it answered, and how long that took.
 *
 * @module
 */

import { assertFunction, assertObject } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { memberOf } from '../internal/options.ts';
import type { Consumption, ReplayStore } from '../replay/store.ts';
import { elapsedTime } from '../runtime/elapsed-time.ts';
import { notify } from '../runtime/notify.ts';

/** One answer of a replay store. */
export interface StoreEvent {
  /** What it answered; `failed` if it threw. */
  readonly result: Consumption | 'failed';
  /** Seconds that it took; with fractions. */
  readonly duration: number;
}

/**
 * The same store, whose answers are told: `replayStore: observeReplayStore(sqlReplayStore(database), metrics)`. What `onEvent` throws is reported on
 * the console, and changes no answer.
 *
 * @throws {TypeError} If `store` is no replay store, or `onEvent` no function.
 */
export function observeReplayStore(store: ReplayStore, onEvent: (event: StoreEvent) => unknown): ReplayStore {
  assertObject(store, 'store');
  assertFunction(memberOf(store, 'consume'), 'store.consume');
  assertFunction(onEvent, 'onEvent');
  const observed = (ask: () => Awaitable<Consumption>): Awaitable<Consumption> => {
    const start = elapsedTime();
    const told = (result: StoreEvent['result']): void => notify('onEvent', onEvent, { result, duration: elapsedTime() - start });
    const answered = (answer: Consumption): Consumption => {
      told(answer);
      return answer;
    };
    const failed = (error: unknown): never => {
      told('failed');
      throw error;
    };
    try {
      const answer = ask();
      if (isThenable(answer)) return answer.then(answered, failed);
      return answered(answer);
    } catch (error) {
      return failed(error);
    }
  };
  return {
    consume: (request) => observed(() => store.consume(request)),
    ...(store.consumeAll !== undefined && { consumeAll: (requests) => observed(() => store.consumeAll!(requests)) }),
  };
}

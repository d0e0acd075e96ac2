/**
 * What the checks of a store have in common: how to open it, how to ask it, and what to require of its answers.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { ConsumeRequest, Consumption, ReplayStore } from '../replay/store.ts';
import { consumption, type Message } from './messages.ts';

/** What a check wants of the store that it opens. */
export interface ReplayStoreCheckOptions {
  /** Starts as a store of new keys does, without a cold start. */
  readonly warm: boolean;
  /** The most nonces, where the store has a capacity of its own. */
  readonly capacity?: number;
  /** The most nonces of a tenant, where the store has a capacity of its own. */
  readonly quotaPerTenant?: number;
  /** The greatest `futureSkew` of any verifier before the start, in seconds. */
  readonly earlierFutureSkew?: number;
}

/** A store as the checks see it. */
export interface ReplayStoreContract {
  /** A new store, or a new name space of one: nothing of an earlier one may be known in it. */
  create(options: ReplayStoreCheckOptions): Awaitable<ReplayStore>;
  /** The same store after its process was killed: what it remembers then is its own affair. Default: there is nothing to restart. */
  restart?(store: ReplayStore, options: ReplayStoreCheckOptions): Awaitable<ReplayStore>;
  /** Whether it has a capacity and quotas of its own. Default: false. */
  readonly bounded?: boolean;
  /** Whether nonces are serial numbers instead of free text, and nothing is forgotten. Default: false. */
  readonly serial?: boolean;
  /**
   * The time at which the checks begin, in whole seconds since the epoch; they go on for months from there, and back by ten days. A store
   * that looks at a clock of its own must take those times for its future: let it begin a month from now. Default: a day in 2023.
   */
  readonly start?: number;
  /** How many random sequences of messages are played; 100 by default. */
  readonly runs?: number;
  /** What the random sequences are drawn from; 1 by default. A failure says which it was. */
  readonly seed?: number;
}

/** One check, to be run by whatever runs tests: it rejects if the store fails it. */
export interface ReplayStoreCheck {
  /** What is checked. */
  readonly name: string;
  /** Runs the check; it rejects with what is wrong. */
  run(): Promise<void>;
}

/** Asks a store about a message. */
export type Consume = (message: Message) => Promise<Consumption>;

/** What checks are written with. */
export interface Suite {
  readonly contract: ReplayStoreContract;
  readonly noon: number;
  /** One nonce after another. */
  nonceOf(index: number): string;
  request(message: Message): ConsumeRequest;
  create(options?: Partial<ReplayStoreCheckOptions>): Promise<ReplayStore>;
  /** A new store, as a function that asks it. */
  open(options?: Partial<ReplayStoreCheckOptions>): Promise<Consume>;
  check(name: string, run: () => Promise<void>): void;
}

/** Makes a suite that collects its checks. */
export function createSuite(contract: ReplayStoreContract, checks: ReplayStoreCheck[], noon: number): Suite {
  const create: Suite['create'] = async (options) => contract.create({ warm: true, ...options });
  const request = (message: Message) => consumption(message, noon);
  return {
    contract,
    noon,
    nonceOf: (index) => (contract.serial === true ? String(index) : `n${index}`),
    request,
    create,
    open: async (options) => {
      const store = await create(options);
      return async (message) => store.consume(request(message));
    },
    check: (name, run) => {
      checks.push(Object.freeze({ name, run }));
    },
  };
}

/** Requires that something is so. */
export function ensure(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** Requires an answer. */
export function requireAnswer(answer: Consumption, expected: Consumption, what: string): void {
  ensure(answer === expected, `${what}: expected ${expected}, but the store answered ${answer}`);
}

/** Asks, and requires an answer. */
export async function requireOf(consume: Consume, message: Message, expected: Consumption, what: string = message.nonce): Promise<void> {
  requireAnswer(await consume(message), expected, what);
}

/** Asks, and requires any answer but `consumed`. */
export async function requireRefused(consume: Consume, message: Message, what: string = message.nonce): Promise<void> {
  ensure((await consume(message)) !== 'consumed', `${what}: it was accepted a second time`);
}

/** What a call throws or rejects with; `undefined` if it does neither. */
export async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * The replay store in Durable Objects: one inside of the object, and one for the workers that ask it.
 *
 * @module
 */

import { digest } from '../../crypto/digest.ts';
import { assertFunction, assertInteger, assertObject, assertText } from '../../internal/assert.ts';
import type { Awaitable } from '../../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import { checkRequest, checkRequests } from '../../replay/check-request.ts';
import type { ConsumeRequest, Consumption, ReplayStore } from '../../replay/store.ts';
import { migrate } from '../migrate.ts';
import { type SqlReplayStore, type SqlReplayStoreOptions, sqlReplayStore } from '../replay-store.ts';
import { fromObjectStorage, type ObjectStorageLike } from './object-storage.ts';

/** `ctx` of a Durable Object. */
export interface ObjectStateLike {
  /** What the object keeps. */
  readonly storage: ObjectStorageLike;
  /** Lets nobody else in until something is done. */
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>;
}

/** How many messages come between two removals, and how many rows each removes. */
const PRUNE = { every: 100, limit: 200 };

/**
 * Creates the replay store inside of a Durable Object whose class has SQLite: to be made in its constructor. It brings its tables, and removes
 * what is past by itself.
 *
 * The object's class needs one method for `durableObjectReplayStore`: `consumeAll(requests) { return this.nonces.consumeAll(requests); }`.
 *
 * @throws {TypeError | RangeError} If `ctx` has another shape, or an option is unusable.
 */
export function objectReplayStore(ctx: ObjectStateLike, options: SqlReplayStoreOptions = {}): SqlReplayStore {
  assertObject(ctx, 'ctx');
  assertFunction(ctx.blockConcurrencyWhile, 'ctx.blockConcurrencyWhile');
  const database = fromObjectStorage(ctx.storage);
  const store = sqlReplayStore(database, options);
  const { prefix } = options;
  // The tables are brought before anything is asked.
  void ctx.blockConcurrencyWhile(() => migrate(database, { prefix }));
  let asked = 0;
  const counted = async (answer: Awaitable<Consumption>): Promise<Consumption> => {
    const told = await answer;
    // What fails here fails the next time too, and takes nothing back that was recorded.
    if (++asked % PRUNE.every === 0) await store.prune({ limit: PRUNE.limit }).catch(() => undefined);
    return told;
  };
  return Object.freeze<SqlReplayStore>({
    ...store,
    consume: (request) => counted(store.consume(request)),
    consumeAll: (requests) => counted(store.consumeAll(requests)),
    consumeWith: (requests, statements) => counted(store.consumeWith(requests, statements)),
  });
}

/** The method of the object, as a stub has it. */
interface ObjectStubLike {
  consumeAll(requests: readonly ConsumeRequest[]): Awaitable<Consumption>;
}

/** A binding of Durable Objects, `env.NONCES`. */
export interface ObjectNamespaceLike<Id> {
  /** The id of the object of a name. */
  idFromName(name: string): Id;
  /** A stub of it: its methods are calls. */
  get(id: Id): ObjectStubLike;
}

/** Options of `durableObjectReplayStore`. */
export interface DurableObjectReplayStoreOptions {
  /** What the objects' names begin with. Default: `countersign`. */
  readonly name?: string | undefined;
  /**
   * Over how many objects the keys are spread; 1 by default, 1,024 at the most. All nonces of a key are in one. With more than 1, a message
   * that must have several nonces is refused, and each object starts cold by itself. To be changed only with `name`.
   */
  readonly shards?: number | undefined;
}

const OPTIONS: OptionNames<DurableObjectReplayStoreOptions> = { name: true, shards: true };

/**
 * Creates the replay store of workers that ask Durable Objects of a class with `objectReplayStore`. One call a message, to a stub.
 *
 * @throws {TypeError | RangeError} If the binding has another shape, or an option is unusable.
 */
export function durableObjectReplayStore<Id>(
  namespace: ObjectNamespaceLike<Id>,
  options: DurableObjectReplayStoreOptions = {},
): Required<ReplayStore> {
  if ((typeof namespace !== 'object' && typeof namespace !== 'function') || namespace === null)
    throw new TypeError('namespace must be a binding of Durable Objects');
  assertFunction(namespace.idFromName, 'namespace.idFromName');
  assertFunction(namespace.get, 'namespace.get');
  const { name = 'countersign', shards = 1 } = readOptions(options, OPTIONS);
  assertText(name, 'name');
  assertInteger(shards, 'shards', 1, 1024);
  const shardOf = async (scope: string): Promise<number> => {
    if (shards === 1) return 0;
    const hash = await digest('sha-256', encodeUtf8(scope));
    return (hash[0]! * 256 + hash[1]!) % shards;
  };
  const ask = async (requests: readonly ConsumeRequest[]): Promise<Consumption> => {
    const places = new Set(await Promise.all(requests.map(({ scope }) => shardOf(scope))));
    if (places.size > 1) throw new TypeError('the nonces of a message are in several objects: use one shard for messages with several');
    const [shard = 0] = places;
    // A stub is made for each call: one that has failed stays so.
    return namespace.get(namespace.idFromName(`${name}-${shards}-${shard}`)).consumeAll(requests.map(plain));
  };
  return Object.freeze<Required<ReplayStore>>({
    consume: async (request) => {
      checkRequest(request);
      return ask([request]);
    },
    consumeAll: async (requests) => {
      checkRequests(requests);
      return requests.length === 0 ? 'consumed' : ask(requests);
    },
  });
}

/** What can be sent: no signal, and no object of a class. */
function plain({ tenant, scope, nonce, created, expires, keepUntil, now, futureSkew }: ConsumeRequest): ConsumeRequest {
  return { tenant, scope, nonce, created, expires, keepUntil, now, futureSkew };
}

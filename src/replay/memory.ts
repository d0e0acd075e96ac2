/**
 * What the replay store of a single process remembers.
 *
 * Fingerprints of nonces, in classes of lifetime that each forget for themselves. A nonce is looked for in every class and
 * never dropped to make room: a full store refuses.
 *
 * @module
 */

import type { RandomBytes } from '../crypto/random.ts';
import { checkRequest } from './check-request.ts';
import { Epoch, type EpochOptions } from './epoch.ts';
import { createFingerprint, type Fingerprint } from './fingerprint.ts';
import type { Generations } from './generations.ts';
import { LIFETIMES, type Lifetime, lifetimeOf, SHORT_LIFE } from './lifetime.ts';
import type { NonceTable } from './nonce-table.ts';
import { PolicyScopes } from './policy-scopes.ts';
import { Room, type RoomOptions } from './room.ts';
import type { ConsumeRequest, Consumption } from './store.ts';

/** The options of the store, with their defaults. */
export interface MemoryOptions extends EpochOptions, RoomOptions {
  readonly randomBytes: RandomBytes;
}

/** One class of lifetime: its place in `LIFETIMES`, its nonces, and where they count. */
interface LifetimeClass {
  readonly index: number;
  readonly nonces: Generations<NonceTable>;
  readonly room: Room;
}

/** Nonces in memory. */
export class Memory {
  readonly #epoch: Epoch;
  readonly #fingerprint: Fingerprint;
  readonly #policyScopes: PolicyScopes;
  readonly #shortLived: Room;
  readonly #longLived: Room;
  /** Those that were needed so far. */
  readonly #classes: LifetimeClass[] = [];

  constructor(options: MemoryOptions) {
    this.#epoch = new Epoch(options);
    this.#fingerprint = createFingerprint(options.randomBytes);
    this.#policyScopes = new PolicyScopes(this.#fingerprint, options.capacity);
    this.#shortLived = new Room(options);
    this.#longLived = new Room(options);
  }

  /**
   * Synchronous from the first to the last line: nothing comes between looking and adding.
   *
   * @throws {TypeError | RangeError} For what no store can hold; nothing has changed then.
   */
  consume(request: ConsumeRequest): Consumption {
    checkRequest(request);
    const lifetime = lifetimeOf(request);
    const print = this.#fingerprint(request.scope, request.nonce);
    this.#epoch.note(request);
    this.#forget(request.now);
    // Too late to be remembered.
    if (request.keepUntil < request.now) return 'cold';
    if (this.#isKnown(print)) return 'replayed';
    if (this.#epoch.isCold(request) || this.#isForgotten(request, lifetime)) return 'cold';
    const { room, nonces } = this.#classOf(lifetime);
    if (room.isFull(request.tenant, request.scope)) return 'full';
    // The mark first: alone it does no harm, should memory run out between the two.
    if (!lifetime.own) this.#policyScopes.add(request.scope, lifetime.index, request.created);
    room.add(nonces.tableFor(request.created), print, request.tenant, request.scope);
    return 'consumed';
  }

  #forget(now: number): void {
    const { futureSkew } = this.#epoch;
    for (const { nonces } of this.#classes) nonces.forget(now, futureSkew);
    this.#policyScopes.forget(now, futureSkew);
  }

  #isKnown(print: Int32Array): boolean {
    for (const { nonces } of this.#classes) if (nonces.younger.has(print) || nonces.older.has(print)) return true;
    return false;
  }

  /** Whether a message may have been accepted and forgotten, be it under a policy that gave it a shorter life. */
  #isForgotten({ scope, created }: ConsumeRequest, lifetime: Lifetime): boolean {
    if (created <= this.#policyScopes.forgotten) return true;
    for (const { index, nonces } of this.#classes)
      if (created <= nonces.forgotten && (index >= lifetime.index || this.#policyScopes.has(scope, index))) return true;
    return false;
  }

  #classOf({ index }: Lifetime): LifetimeClass {
    for (const each of this.#classes) if (each.index === index) return each;
    const life = LIFETIMES[index]!;
    const room = life <= SHORT_LIFE ? this.#shortLived : this.#longLived;
    const opened = { index, nonces: room.open(life), room };
    this.#classes.push(opened);
    return opened;
  }
}

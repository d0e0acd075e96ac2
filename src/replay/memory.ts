/**
 * What the replay store of a single process remembers.
 *
 * Fingerprints of nonces, in classes of lifetime that each forget for themselves. A nonce is looked for in every class and
 * never dropped to make room: a full store refuses.
 *
 * @module
 */

import type { RandomBytes } from '../crypto/random.ts';
import { checkRequest, checkRequests } from './check-request.ts';
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

/** Where a nonce goes. */
interface Place extends Omit<LifetimeClass, 'index'> {
  readonly print: Int32Array;
  readonly lifetime: Lifetime;
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
    const place = this.#placeFor(request, lifetimeOf(request));
    if (typeof place === 'string') return place;
    this.#add(request, place);
    return 'consumed';
  }

  /** As `consume`, of all or none. */
  consumeAll(requests: readonly ConsumeRequest[]): Consumption {
    checkRequests(requests);
    const lifetimes = requests.map(lifetimeOf);
    const places: Place[] = [];
    for (const [index, request] of requests.entries()) {
      const place = this.#placeFor(request, lifetimes[index]!);
      if (typeof place === 'string') return place;
      // The fingerprint is overwritten by the next one.
      places.push({ ...place, print: place.print.slice() });
    }
    for (const [index, request] of requests.entries()) this.#add(request, places[index]!);
    return 'consumed';
  }

  /** Where a nonce is to be added, or why not. */
  #placeFor(request: ConsumeRequest, lifetime: Lifetime): Place | Exclude<Consumption, 'consumed'> {
    const print = this.#fingerprint(request.scope, request.nonce);
    this.#epoch.note(request);
    this.#forget(request.now);
    // Too late to be remembered.
    if (request.keepUntil < request.now) return 'cold';
    if (this.#isKnown(print)) return 'replayed';
    if (this.#epoch.isCold(request) || this.#isForgotten(request, lifetime)) return 'cold';
    const { room, nonces } = this.#classOf(lifetime);
    return room.isFull(request.tenant, request.scope) ? 'full' : { print, lifetime, room, nonces };
  }

  #add({ tenant, scope, created }: ConsumeRequest, { print, lifetime, room, nonces }: Place): void {
    // The mark first: alone it does no harm, should memory run out between the two.
    if (!lifetime.own) this.#policyScopes.add(scope, lifetime.index, created);
    room.add(nonces.tableFor(created), print, tenant, scope);
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

/**
 * How many nonces may be remembered, and whose they may be.
 *
 * @module
 */

import { Generations } from './generations.ts';
import { NonceTable } from './nonce-table.ts';

/** What a room is bounded by. */
export interface RoomOptions {
  /** The most nonces. */
  readonly capacity: number;
  /** The most nonces of one tenant; by default half of the capacity, or all of it for keys without a tenant. */
  readonly quotaPerTenant: number | undefined;
}

/** Classes of lifetime that share a capacity. */
export class Room {
  readonly #classes: Generations<NonceTable>[] = [];
  readonly #capacity: number;
  readonly #quotaPerTenant: number | undefined;

  constructor({ capacity, quotaPerTenant }: RoomOptions) {
    this.#capacity = capacity;
    this.#quotaPerTenant = quotaPerTenant;
  }

  /** Makes the nonces of one class, which live so many seconds. */
  open(life: number): Generations<NonceTable> {
    const opened = new Generations(() => new NonceTable(), life);
    this.#classes.push(opened);
    return opened;
  }

  /**
   * Whether a tenant has all that it may have, or everybody has. Behind the capacity there is an eighth of it for scopes
   * that have less than a 64th: one key that floods does not shut out the others.
   */
  isFull(tenant: string, scope: string): boolean {
    const size = this.#sum(({ size }) => size);
    if (size >= this.#capacity) {
      if (size >= this.#capacity + Math.floor(this.#capacity / 8)) return true;
      if (this.#sum((table) => table.leastOf(scope)) >= Math.floor(this.#capacity / 64)) return true;
    }
    if (tenant === '' && this.#quotaPerTenant === undefined) return false;
    return this.#sum((table) => table.countOf(tenant)) >= (this.#quotaPerTenant ?? Math.ceil(this.#capacity / 2));
  }

  /** Adds a nonce to one of the tables made here. If memory runs out it throws and counts nothing. */
  add(table: NonceTable, print: Int32Array, tenant: string, scope: string): void {
    table.add(print, tenant);
    // Until there is a crowd nobody pays for the search. Six tables of a 16th each: most of a flood is counted.
    if (16 * table.size > this.#capacity) table.countScope(scope);
  }

  #sum(count: (table: NonceTable) => number): number {
    let sum = 0;
    for (const each of this.#classes) sum += count(each.older) + count(each.younger);
    return sum;
  }
}

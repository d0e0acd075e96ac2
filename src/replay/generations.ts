/**
 * Two tables that are forgotten one after the other.
 *
 * New records go to the younger; when everything in the older is past, it is dropped as a whole and the younger takes its
 * place. So nothing is scanned and no timer runs; a record stays for one to two lifetimes.
 *
 * @module
 */

/** Tables of records that live equally long. */
export class Generations<Table> {
  readonly #make: () => Table;
  readonly #life: number;
  #older: Table;
  #younger: Table;
  /** The greatest `created` in each; minus infinity for none. */
  #olderCreated = Number.NEGATIVE_INFINITY;
  #youngerCreated = Number.NEGATIVE_INFINITY;
  #forgotten = Number.NEGATIVE_INFINITY;

  /**
   * @param make makes an empty table
   * @param life how many seconds after `created` a message may be accepted, the skew of clocks not counted
   */
  constructor(make: () => Table, life: number) {
    this.#make = make;
    this.#life = life;
    this.#older = make();
    this.#younger = make();
  }

  get older(): Table {
    return this.#older;
  }

  get younger(): Table {
    return this.#younger;
  }

  /** Messages created until then, in whole seconds since the epoch, are forgotten. It only ever moves forward, whatever the clock does. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The table for a new record of a message of that time. */
  tableFor(created: number): Table {
    this.#youngerCreated = Math.max(this.#youngerCreated, created);
    return this.#younger;
  }

  /** Drops what no verifier accepts any more; `futureSkew` is the greatest of theirs. */
  forget(now: number, futureSkew: number): void {
    const keep = this.#life + futureSkew + 1;
    while (this.#holdsAny() && now > this.#olderCreated + keep) this.#rotate();
  }

  #holdsAny(): boolean {
    return Math.max(this.#olderCreated, this.#youngerCreated) > Number.NEGATIVE_INFINITY;
  }

  #rotate(): void {
    this.#forgotten = Math.max(this.#forgotten, this.#olderCreated);
    this.#older = this.#younger;
    this.#olderCreated = this.#youngerCreated;
    this.#younger = this.#make();
    this.#youngerCreated = Number.NEGATIVE_INFINITY;
  }
}

/**
 * Which scopes were met, at two to four bytes each: it may say yes of one that was not met, never no of one that was.
 *
 * @see Bloom, Space/time trade-offs in hash coding with allowable errors (1970)
 * @module
 */

const FIRST_BYTES = 1024;

/** Bloom filters over fingerprints, each twice as large as the one before and wrong about 3 in 1,000 others when it is full. */
export class ScopeFilter {
  readonly #mostBytes: number;
  readonly #filters: Uint8Array[] = [];
  /** How many were added to the last. */
  #added = 0;

  /** @param expected how many scopes there are at most; of more it takes note too, but is wrong more often */
  constructor(expected: number) {
    this.#mostBytes = 2 * expected;
  }

  has(print: Int32Array): boolean {
    return this.#filters.some((filter) => holds(filter, print));
  }

  /** If memory runs out it throws and the filter is as before. */
  add(print: Int32Array): void {
    if (this.has(print)) return;
    let last = this.#filters.at(-1);
    // 16 bits for each, four of them set.
    if (last === undefined || (2 * this.#added >= last.length && last.length < this.#mostBytes)) {
      last = new Uint8Array(last === undefined ? FIRST_BYTES : 2 * last.length);
      this.#filters.push(last);
      this.#added = 0;
    }
    for (const word of print) last[byteOf(last, word)]! |= 1 << (word & 7);
    this.#added++;
  }
}

/** Whether all the bits are set that the words of a fingerprint choose: the words are independent. */
function holds(filter: Uint8Array, print: Int32Array): boolean {
  for (const word of print) if (((filter[byteOf(filter, word)]! >>> (word & 7)) & 1) === 0) return false;
  return true;
}

/** The lengths are powers of two. */
function byteOf(filter: Uint8Array, word: number): number {
  return (word >>> 3) & (filter.length - 1);
}

/**
 * A set of fingerprints in typed arrays: 21 to 32 bytes each, nothing for the garbage collector to walk.
 *
 * Open addressing with linear probing. The set is cut into segments that grow one at a time, so that no insertion
 * waits for more than a 256th of the set to move, and by half instead of double, so that little stays unused.
 *
 * @module
 */

const SEGMENTS = 256;

const FIRST_SLOTS = 32;

/** A set of 128-bit fingerprints, each four words of which the first is not zero. */
export class FingerprintTable {
  #size = 0;
  readonly #segments: Int32Array[] = [];
  readonly #used = new Uint32Array(SEGMENTS);

  constructor() {
    const none = new Int32Array(0);
    for (let index = 0; index < SEGMENTS; index++) this.#segments.push(none);
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Whether a fingerprint is in the set. */
  has(print: Int32Array): boolean {
    const segment = this.#segments[segmentOf(print)]!;
    return segment.length > 0 && segment[find(segment, print[0]!, print[1]!, print[2]!, print[3]!)] !== 0;
  }

  /** Adds a fingerprint that is not in the set. If memory runs out it throws and the set is as before. */
  add(print: Int32Array): void {
    const index = segmentOf(print);
    const used = this.#used[index]! + 1;
    let segment = this.#segments[index]!;
    // At most three quarters full: beyond, probing becomes slow.
    if (used * 16 > segment.length * 3) {
      segment = grown(segment, FIRST_SLOTS + (index >>> 4));
      this.#segments[index] = segment;
    }
    put(segment, print, 0);
    this.#used[index] = used;
    this.#size++;
  }
}

/** The last word chooses the segment, the second the slot: they are independent. */
function segmentOf(print: Int32Array): number {
  return print[3]! >>> 24;
}

/** Where a fingerprint is, or else the free slot where it would go: there always is one. */
function find(segment: Int32Array, a: number, b: number, c: number, d: number): number {
  const { length } = segment;
  // Scaled, not masked, so that any number of slots will do.
  let at = Math.floor(((b >>> 0) / 2 ** 32) * (length >>> 2)) * 4;
  for (;;) {
    const first = segment[at];
    if (first === 0 || (first === a && segment[at + 1] === b && segment[at + 2] === c && segment[at + 3] === d)) return at;
    at = at + 4 === length ? 0 : at + 4;
  }
}

function put(segment: Int32Array, from: Int32Array, start: number): void {
  const at = find(segment, from[start]!, from[start + 1]!, from[start + 2]!, from[start + 3]!);
  for (let word = 0; word < 4; word++) segment[at + word] = from[start + word]!;
}

/** Half as many slots again. They begin with different numbers, or all segments would grow at about the same time. */
function grown(segment: Int32Array, first: number): Int32Array {
  const larger = new Int32Array(segment.length === 0 ? 4 * first : 4 * Math.ceil(segment.length * 0.375));
  for (let start = 0; start < segment.length; start += 4) {
    if (segment[start] !== 0) put(larger, segment, start);
  }
  return larger;
}

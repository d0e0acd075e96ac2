/**
 * Which scopes had messages that live as long as a policy says, and in which class of lifetime.
 *
 * Under a longer policy such a message is still accepted when a store has forgotten it. So of these scopes, what a store
 * may have forgotten is refused. A scope is remembered for as long as any message of its time can live.
 *
 * @module
 */

import type { Fingerprint } from './fingerprint.ts';
import { Generations } from './generations.ts';
import { ScopeFilter } from './scope-filter.ts';
import { LONGEST_LIFE } from './store.ts';

/** How many of the last scopes are known by name: they need not be hashed again. */
const RECENT = 1024;

/** Scopes and classes of lifetime that were used together. It may say yes of a pair that was not, never no of one that was. */
export class PolicyScopes {
  readonly #fingerprint: Fingerprint;
  readonly #filters: Generations<ScopeFilter>;
  readonly #print = new Int32Array(4);
  readonly #recent = new Map<string, number>();

  /** @param expected how many scopes there are at most; of more it takes note too, but is wrong more often */
  constructor(fingerprint: Fingerprint, expected: number) {
    this.#fingerprint = fingerprint;
    this.#filters = new Generations(() => new ScopeFilter(expected), LONGEST_LIFE);
  }

  /** Of messages created until then, in whole seconds since the epoch, nothing is known any more. */
  get forgotten(): number {
    return this.#filters.forgotten;
  }

  has(scope: string, index: number): boolean {
    const print = this.#fingerprint(scope, String(index), this.#print);
    return this.#filters.younger.has(print) || this.#filters.older.has(print);
  }

  add(scope: string, index: number, created: number): void {
    const filter = this.#filters.tableFor(created);
    if (this.#recent.get(scope) === index) return;
    filter.add(this.#fingerprint(scope, String(index), this.#print));
    if (this.#recent.size >= RECENT) this.#recent.clear();
    this.#recent.set(scope, index);
  }

  /** Drops what no verifier asks about any more; `futureSkew` is the greatest of theirs. */
  forget(now: number, futureSkew: number): void {
    const { younger } = this.#filters;
    this.#filters.forget(now, futureSkew);
    if (this.#filters.younger !== younger) this.#recent.clear();
  }
}

/**
 * Which scopes hold most of a table, told with 64 counters however many scopes there are.
 *
 * Every scope with more than a 65th of all is among them: when a scope finds no free counter, all are lowered by one, and
 * each of those steps takes back one that was counted before.
 *
 * @see Misra and Gries, Finding repeated elements (1982)
 * @module
 */

const COUNTERS = 64;

/** Counts scopes: never too high, and at most a 65th of all too low. */
export class FrequentScopes {
  readonly #counts = new Map<string, number>();

  /** How often a scope was added at least. */
  leastOf(scope: string): number {
    return this.#counts.get(scope) ?? 0;
  }

  add(scope: string): void {
    const count = this.#counts.get(scope);
    if (count !== undefined || this.#counts.size < COUNTERS) this.#counts.set(scope, (count ?? 0) + 1);
    else this.#lowerAll();
  }

  #lowerAll(): void {
    for (const [scope, count] of this.#counts) {
      if (count === 1) this.#counts.delete(scope);
      else this.#counts.set(scope, count - 1);
    }
  }
}

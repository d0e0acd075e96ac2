/**
 * What a server made of requests, by name, for those who wait to hear it.
 *
 * @module
 */

import type { Judgement } from '../suite/carriers.ts';

/** A log that can be waited for. */
export class Judgements {
  readonly #told = new Map<string, Judgement[]>();
  readonly #waiting = new Set<() => void>();

  add(name: string, judgement: Judgement): void {
    this.#told.set(name, [...(this.#told.get(name) ?? []), judgement]);
    for (const look of this.#waiting) look();
  }

  /** All judgements of a name, once there are so many. */
  async of(name: string, count: number): Promise<readonly Judgement[]> {
    const there = (): readonly Judgement[] => this.#told.get(name) ?? [];
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (there().length < count) return void this.#waiting.add(look);
        this.#waiting.delete(look);
        resolve();
      };
      look();
    });
    return there();
  }
}

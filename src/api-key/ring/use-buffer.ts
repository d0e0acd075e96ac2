/**
 * When keys were last used, and how often, written down in batches: a write for every request would cost more than the request.
 *
 * @module
 */

import type { Alarm } from '../alarm.ts';
import type { KeyStore, KeyUse } from '../store/key-store.ts';
import type { StoredKey } from '../store/record.ts';

/** Each key is written at most once in so many seconds. */
const EVERY = 60;

/** Keys that wait at the most: more of them in a minute are written sooner, at most once a second. */
const MAX_WAITING = 100_000;

interface Waiting {
  readonly keyid: string;
  at: number;
  count: number;
  /** How many of them were after the key was rotated. */
  late: number;
}

/** Uses that were not written yet. */
export class UseBuffer {
  readonly #store: Pick<KeyStore, 'touch'>;
  readonly #now: () => number;
  readonly #alarm: Alarm;
  #waiting = new Map<string, Waiting>();
  #writtenAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;

  constructor(store: Pick<KeyStore, 'touch'>, now: () => number, alarm: Alarm) {
    this.#store = store;
    this.#now = now;
    this.#alarm = alarm;
  }

  /** Notes that a key has just proved itself. */
  record(key: StoredKey): void {
    const at = this.#now();
    const waiting = this.#waiting.get(key.keyid);
    const late = key.replacedBy === undefined ? 0 : 1;
    if (waiting === undefined) this.#waiting.set(key.keyid, { keyid: key.keyid, at, count: 1, late });
    else {
      waiting.at = Math.max(waiting.at, at);
      waiting.count++;
      waiting.late += late;
    }
    const age = Math.abs(at - this.#writtenAt);
    const isDue = age >= EVERY || (age > 0 && this.#waiting.size >= MAX_WAITING);
    // Nobody's request waits for it; what fails is kept for the next time.
    if (isDue && this.#writing === undefined) this.flush().catch(() => undefined);
  }

  /** Writes what waits. Rejects with what the store threw; nothing is lost then. */
  async flush(): Promise<void> {
    if (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    if (this.#waiting.size === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    this.#writtenAt = this.#now();
    try {
      await this.#store.touch([...batch.values()].map(({ keyid, at, count }): KeyUse => ({ keyid, at, count })));
    } catch (cause) {
      for (const one of batch.values()) this.#putBack(one);
      this.#alarm({ action: 'uses_unwritten', keyid: undefined, count: batch.size, cause });
      throw cause;
    }
    for (const { keyid, late } of batch.values()) if (late > 0) this.#alarm({ action: 'rotated_out_used', keyid, count: late });
  }

  #putBack(one: Waiting): void {
    const later = this.#waiting.get(one.keyid);
    if (later === undefined) {
      this.#waiting.set(one.keyid, one);
      return;
    }
    later.at = Math.max(later.at, one.at);
    later.count += one.count;
    later.late += one.late;
  }
}

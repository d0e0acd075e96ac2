/**
 * One key set at one address, cached.
 *
 * @module
 */

import { type JwksBounds, type JwksKey, loadJwks } from './load-jwks.ts';

/** How long what is known serves; whole seconds. */
export interface JwksFreshness extends JwksBounds {
  readonly maxAge: number;
  readonly maxStale: number;
  readonly cooldown: number;
}

/** After a failure it is tried again sooner than after a success. */
const RETRY_SECONDS = 5;

/** How long ago something was. A clock that was set back says nothing: then it was long ago. */
function since(then: number, now: number): number {
  return now >= then ? now - then : Number.POSITIVE_INFINITY;
}

/** A key set that is fetched when it is needed, at most once at a time and once in a while. */
export class JwksSource {
  readonly #url: string;
  readonly #settings: JwksFreshness;
  #keys: readonly JwksKey[] = [];
  #fetched: number = Number.NaN;
  #tried: number = Number.NaN;
  #pending: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(url: string, settings: JwksFreshness) {
    this.#url = url;
    this.#settings = settings;
  }

  /** Why the last attempt failed; `undefined` if it did not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  isFresh(now: number): boolean {
    return since(this.#fetched, now) < this.#settings.maxAge;
  }

  /** The keys; none if they are too old even for times when the server cannot be reached. */
  keys(now: number): readonly JwksKey[] {
    return since(this.#fetched, now) < this.#settings.maxAge + this.#settings.maxStale ? this.#keys : [];
  }

  /** Whether asking again may tell more: not right after having asked, unless the answer is too old by now. */
  mayRefresh(now: number): boolean {
    const { cooldown } = this.#settings;
    const afterSuccess = this.isFresh(now) ? cooldown : 0;
    const pause = this.#failure === undefined ? afterSuccess : Math.min(cooldown, RETRY_SECONDS);
    return this.#isPending(now) || !(since(this.#tried, now) < pause);
  }

  /** Fetches the set, or joins who is doing so. Never rejects: see `failure`. */
  refresh(now: number): Promise<void> {
    if (this.#pending === undefined || !this.#isPending(now)) {
      this.#tried = now;
      this.#pending = this.#load(now);
    }
    return this.#pending;
  }

  /** An attempt past its time is dead: an edge runtime ends it with the request that began it, and nobody is told. */
  #isPending(now: number): boolean {
    return this.#pending !== undefined && since(this.#tried, now) <= this.#settings.timeout + 1;
  }

  async #load(now: number): Promise<void> {
    try {
      this.#keys = await loadJwks(this.#url, this.#settings);
      this.#fetched = now;
      this.#failure = undefined;
    } catch (cause) {
      // Without its query, which may hold a secret.
      const { origin, pathname } = new URL(this.#url);
      this.#failure = new Error(`no key set from ${origin}${pathname}`, { cause });
    }
    if (this.#tried === now) this.#pending = undefined;
  }
}

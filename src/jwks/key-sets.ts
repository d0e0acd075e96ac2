/**
 * Finding a key in JSON Web Key Sets, and fetching them when that is due.
 *
 * @module
 */

import type { VerificationKey } from '../crypto/key.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type JwksBounds, type JwksKey, loadJwks } from './load-jwks.ts';

/** The `resolveKey` over these sets. */
export function createJwksSearch(
  urls: readonly string[],
  settings: JwksFreshness,
  now: () => number,
): (keyid: string) => Awaitable<VerificationKey | undefined> {
  const sources = urls.map((url) => new JwksSource(url, settings));

  const select = (keyid: string, time: number) => {
    const known = sources.flatMap((source) => source.keys(time));
    return selectKey(known, keyid);
  };
  const refresh = async (time: number, isDue: (source: JwksSource) => boolean): Promise<void> => {
    await Promise.all(sources.filter((source) => isDue(source) && source.mayRefresh(time)).map((source) => source.refresh(time)));
  };
  const search = async (keyid: string, time: number): Promise<VerificationKey | undefined> => {
    await refresh(time, (source) => !source.isFresh(time));
    // If it is still not there, perhaps it is new. Unknown keyids cost one fetch in a while, whoever makes them up.
    if (select(keyid, time) === undefined) await refresh(time, () => true);
    const found = select(keyid, time);
    if (found !== undefined) return found.key;
    for (const { failure } of sources) if (failure !== undefined) throw failure;
    return undefined;
  };
  return (keyid) => {
    const time = now();
    const found = select(keyid, time);
    // Without a promise when its own set is fresh, and without waiting for another set that may be down.
    const isFresh = found !== undefined && sources.some((source) => source.isFresh(time) && source.keys(time).includes(found));
    return isFresh ? found.key : search(keyid, time);
  };
}

/** A thumbprint is proof of itself; a `kid` is what its set says, so it yields, and must mean one key only. */
function selectKey(keys: readonly JwksKey[], keyid: string): JwksKey | undefined {
  const exact = keys.filter(({ thumbprint }) => thumbprint === keyid);
  const [first, ...others] = exact.length > 0 ? exact : keys.filter(({ kid }) => kid === keyid);
  const isSame = ({ thumbprint, key }: JwksKey) => thumbprint === first?.thumbprint && key.algorithm === first.key.algorithm;
  return others.every(isSame) ? first : undefined;
}

// One key set at one address, cached.

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

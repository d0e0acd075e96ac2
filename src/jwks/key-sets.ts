/**
 * Finding a key in JSON Web Key Sets, and fetching them when that is due.
 *
 * @module
 */

import type { VerificationKey } from '../crypto/key.ts';
import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import type { KeyRecord } from '../signature/key-record.ts';
import { type JwksBounds, type JwksKey, loadJwks } from './load-jwks.ts';

/** Where a key was found. */
export interface JwksOrigin {
  /** The address of its set, without query and fragment, which may hold a secret. */
  readonly url: string;
  /** Its `kid`, if its set gives it one. */
  readonly kid: string | undefined;
  /** Its JWK thumbprint (RFC 7638). */
  readonly thumbprint: string;
}

/** A key of a set, as `resolveKey` answers it. */
export interface JwksKeyRecord extends KeyRecord {
  readonly key: VerificationKey;
  /** The thumbprint: by whatever name a message calls the key, its nonces are remembered under this one. */
  readonly canonicalKeyid: string;
  /** Whose set it is from, if the options say so. */
  readonly tenant: string | undefined;
  /** Where the key was found. */
  readonly metadata: JwksOrigin;
}

/** An address of a set, checked. */
export interface JwksPlace {
  readonly url: string;
  readonly tenant: string | undefined;
}

/** The `resolveKey` over these sets. `now` answers whole seconds since the epoch. */
export function createJwksSearch(
  places: readonly JwksPlace[],
  settings: JwksFreshness,
  now: () => number,
): (keyid: string) => Awaitable<JwksKeyRecord | undefined> {
  const sources = places.map((place) => new JwksSource(place, settings));
  return (keyid) => {
    const time = now();
    const found = select(sources, keyid, time);
    // Without a promise when that can be told from sets that are fresh, and without waiting for one that may be down.
    return found !== undefined && isSettled(sources, found, time) ? found.record : search(sources, keyid, time);
  };
}

/** A key that a set holds. */
interface KnownKey {
  readonly record: JwksKeyRecord;
  readonly source: JwksSource;
}

interface Found extends KnownKey {
  /** A thumbprint is proof of itself. A `kid` is what a set says, and another set may say otherwise. */
  readonly isProof: boolean;
}

/** The one key of this name; `undefined` if there is none, or several: a name must mean one key, for one algorithm, of one tenant. */
function select(sources: readonly JwksSource[], keyid: string, time: number): Found | undefined {
  const known = sources.flatMap((source) => source.keys(time));
  const exact = known.filter(({ record }) => record.canonicalKeyid === keyid);
  const candidates = exact.length > 0 ? exact : known.filter(({ record }) => record.metadata.kid === keyid);
  const first = candidates.find(({ source }) => source.isFresh(time)) ?? candidates[0];
  if (first === undefined || !candidates.every(({ record }) => isSame(record, first.record))) return undefined;
  return { ...first, isProof: exact.length > 0 };
}

function isSame(one: JwksKeyRecord, other: JwksKeyRecord): boolean {
  return one.canonicalKeyid === other.canonicalKeyid && one.key.algorithm === other.key.algorithm && one.tenant === other.tenant;
}

/** Whether what was found counts without asking anybody: its own set is fresh and, for a `kid`, so are all that could contradict it. */
function isSettled(sources: readonly JwksSource[], { source, isProof }: Found, time: number): boolean {
  return isProof ? source.isFresh(time) : sources.every((each) => each.isFresh(time));
}

async function search(sources: readonly JwksSource[], keyid: string, time: number): Promise<JwksKeyRecord | undefined> {
  const asked = new Set<JwksSource>();
  const ask = async (due: readonly JwksSource[]): Promise<void> => {
    const ready = due.filter((source) => source.mayRefresh(time));
    for (const source of ready) asked.add(source);
    await Promise.all(ready.map((source) => source.refresh(time)));
  };
  await ask(sources.filter((source) => !source.isFresh(time) && !source.isLate(time)));
  // If it is still not there, perhaps it is new. Unknown keyids cost one fetch in a while, whoever makes them up.
  if (select(sources, keyid, time) === undefined) await ask(sources);
  const found = select(sources, keyid, time);
  if (found !== undefined && (found.isProof || sources.every((source) => source.isKnown(time)))) return found.record;
  for (const { failure } of sources) if (failure !== undefined) throw failure;
  if (sources.every((source) => asked.has(source))) return undefined;
  // A set that was just fetched is not fetched again; the key may have been added since. So nobody can tell yet.
  const wait = Math.min(...sources.map((source) => source.secondsUntilRefresh(time)));
  throw new VerificationError('store_unavailable', 'the key sets do not have the key, and were fetched just before', { retryAfter: wait });
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
class JwksSource {
  readonly #place: JwksPlace;
  readonly #settings: JwksFreshness;
  #keys: readonly KnownKey[] = [];
  #fetched: number = Number.NaN;
  #tried: number = Number.NaN;
  #pending: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(place: JwksPlace, settings: JwksFreshness) {
    this.#place = place;
    this.#settings = settings;
  }

  /** Why the last attempt failed; `undefined` if it did not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  isFresh(now: number): boolean {
    return since(this.#fetched, now) < this.#settings.maxAge;
  }

  /** Whether the set is there, be it of an earlier time, since its server cannot be reached. */
  isKnown(now: number): boolean {
    return since(this.#fetched, now) < this.#settings.maxAge + this.#settings.maxStale;
  }

  /** The keys; none if they are too old even for times when the server cannot be reached. */
  keys(now: number): readonly KnownKey[] {
    return this.isKnown(now) ? this.#keys : [];
  }

  /** Whether its server failed and somebody is waiting for it already: what is known of it serves everybody else. */
  isLate(now: number): boolean {
    return this.#failure !== undefined && this.isKnown(now) && this.#isPending(now);
  }

  /** Whether asking again may tell more: not right after having asked, unless the answer is too old by now. */
  mayRefresh(now: number): boolean {
    return this.#isPending(now) || !(since(this.#tried, now) < this.#pause(now));
  }

  /** Whole seconds until `mayRefresh`; at least 1. */
  secondsUntilRefresh(now: number): number {
    return Math.max(1, this.#pause(now) - since(this.#tried, now));
  }

  #pause(now: number): number {
    const { cooldown } = this.#settings;
    const afterSuccess = this.isFresh(now) ? cooldown : 0;
    return this.#failure === undefined ? afterSuccess : Math.min(cooldown, RETRY_SECONDS);
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
    const { origin, pathname } = new URL(this.#place.url);
    const url = `${origin}${pathname}`;
    try {
      const keys = await loadJwks(this.#place.url, this.#settings);
      this.#keys = keys.map((key) => ({ record: this.#recordOf(key, url), source: this }));
      this.#fetched = now;
      this.#failure = undefined;
    } catch (cause) {
      this.#failure = new Error(`no key set from ${url}`, { cause });
    }
    if (this.#tried === now) this.#pending = undefined;
  }

  #recordOf({ kid, thumbprint, key }: JwksKey, url: string): JwksKeyRecord {
    const metadata = Object.freeze({ url, kid, thumbprint });
    return Object.freeze({ key, canonicalKeyid: thumbprint, tenant: this.#place.tenant, metadata });
  }
}

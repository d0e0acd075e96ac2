/**
 * How a change reaches every process: each asks the store's revision once in a while, and forgets exactly the keys that changed since.
 *
 * Caches may so be large and live long, and yet a revoked key counts nowhere after `revocationDelay`: whoever cannot ask in time refuses.
 * It asks when it is used, without timers, so that a process that rests costs the store nothing.
 *
 * A revision that goes back is a database that was restored from a backup: keys that were revoked since would rise. So that is refused
 * until an operator has seen to it, which begins a new era of revisions.
 *
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { assertInteger } from '../../internal/assert.ts';
import type { Awaitable } from '../../internal/awaitable.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { Alarm } from '../alarm.ts';
import type { ApiKeysSetup } from '../options.ts';

/** More changes than these at once, and everything is forgotten. */
const MAX_CHANGES = 1000;

/** Seconds that the store may take to tell its revision. */
const PATIENCE = 5;

/** Revisions of one era. Exact in a number for two million eras. */
const ERA = 2 ** 32;

/** The first revision of the era after a revision's. */
export function nextEra(revision: number): number {
  return (Math.floor(revision / ERA) + 1) * ERA;
}

/** Forgets what changed: these keyids, or all. */
type Forget = (keyids: readonly string[] | undefined) => void;

/** What a process knows of the changes in the store. */
export class RevisionFeed {
  readonly #setup: Pick<ApiKeysSetup, 'store' | 'revocationDelay' | 'now'>;
  readonly #forget: Forget;
  readonly #alarm: Alarm;
  /** Everything up to this was seen. */
  #known: number | undefined;
  /** When the last question began that was answered. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #isRestored = false;

  constructor(setup: Pick<ApiKeysSetup, 'store' | 'revocationDelay' | 'now'>, forget: Forget, alarm: Alarm) {
    this.#setup = setup;
    this.#forget = forget;
    this.#alarm = alarm;
  }

  /** The greatest revision that was seen; 0 before any. */
  get known(): number {
    return this.#known ?? 0;
  }

  /**
   * Ready when what is cached may count: at once, mostly; the store is asked meanwhile if it is time to.
   *
   * @throws {VerificationError} `store_unavailable` if the answer is overdue; `store_restored`.
   */
  ready(): Awaitable<void> {
    const age = this.#age();
    if (age < this.#setup.revocationDelay / 2) return this.#requireUnrestored();
    const asking = this.ask();
    if (age >= this.#setup.revocationDelay) return this.#waitFor(asking);
    // Not due yet: who comes later will hear of it.
    asking.catch(() => undefined);
    return this.#requireUnrestored();
  }

  /** Asks now, or waits for the question that is under way. Rejects with what the store threw. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Seconds, never negative: after a step back of the clock everything is overdue. */
  #age(): number {
    const age = this.#setup.now() - this.#askedAt;
    return age >= 0 ? age : Number.POSITIVE_INFINITY;
  }

  async #waitFor(asking: Promise<void>): Promise<void> {
    try {
      await asking;
    } catch (cause) {
      throw new VerificationError('store_unavailable', 'the revision of the keys', { cause });
    }
    if (this.#age() >= this.#setup.revocationDelay) throw new VerificationError('store_unavailable', 'the revision of the keys came late');
    this.#requireUnrestored();
  }

  #requireUnrestored(): void {
    if (this.#isRestored) throw new VerificationError('store_restored', 'the key database went back: reapply, or acknowledgeRestore');
  }

  async #ask(): Promise<void> {
    const { store, now } = this.#setup;
    const startedAt = now();
    try {
      const revision = await withDeadline(store.revision(), PATIENCE);
      assertInteger(revision, 'what store.revision answered');
      if (this.#isBack(revision)) this.#refuse();
      else await this.#catchUp(revision);
      this.#askedAt = startedAt;
    } catch (cause) {
      this.#alarm({ action: 'store_unreachable', keyid: undefined, cause });
      throw cause;
    }
  }

  /** Whether the store is older than it was, and nobody has seen to it. */
  #isBack(revision: number): boolean {
    return this.#known !== undefined && revision < (this.#isRestored ? nextEra(this.#known) : this.#known);
  }

  #refuse(): void {
    if (!this.#isRestored) this.#alarm({ action: 'store_restored', keyid: undefined });
    this.#isRestored = true;
  }

  async #catchUp(revision: number): Promise<void> {
    if (this.#isRestored || (this.#known !== undefined && revision >= nextEra(this.#known))) this.#forget(undefined);
    else if (this.#known !== undefined && revision > this.#known) {
      const changed = await withDeadline(this.#setup.store.changes(this.#known, MAX_CHANGES), PATIENCE);
      this.#forget(changed.length < MAX_CHANGES ? changed.map(({ keyid }) => keyid) : undefined);
    }
    this.#isRestored = false;
    this.#known = revision;
  }
}

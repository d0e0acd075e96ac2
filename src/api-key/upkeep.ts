/**
 * What an operator does with all keys: sealing under a new master key, clearing away, and bringing a restored database up to date.
 *
 * @module
 */

import { assertFlag, assertInteger, assertTime } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { readActor } from './issue.ts';
import type { KeyWriter } from './key-writer.ts';
import type { ApiKeysSetup } from './options.ts';
import { openMaterial } from './ring/key-ring.ts';
import { nextEra, type RevisionFeed } from './ring/revision-feed.ts';
import { keyContext } from './sealing/key-context.ts';
import { isStricter, lastStates, type Restriction } from './shipped-changes.ts';
import type { KeyChange } from './store/key-store.ts';
import type { StoredKey } from './store/record.ts';

/** How many keys are sealed anew in one call. */
export interface RewrapOptions {
  /** Only counts. Default: false. */
  readonly dryRun?: boolean | undefined;
  /** Keys at the most; 1,000 by default. */
  readonly limit?: number | undefined;
}

/** What `rewrap` did. */
export interface Rewrapped {
  /** Keys that were sealed anew, or would be. */
  readonly rewrapped: number;
  /** Whether there may be more: call it again. */
  readonly more: boolean;
}

/** Which keys are removed. */
export interface PurgeOptions {
  /** Revoked before then: whole seconds since the epoch. */
  readonly revokedBefore: number;
  /** Keys at the most; 1,000 by default. */
  readonly limit?: number | undefined;
  /** Who does it; it stands in the events. */
  readonly actor?: string | undefined;
}

/** One way through all keys, in several calls. */
interface RewrapPass {
  /** The last key that was looked at. */
  readonly after: Pick<StoredKey, 'createdAt' | 'keyid'> | undefined;
  /** Keys that were sealed anew, and those that could not be. */
  readonly done: number;
  readonly left: number;
}

const FIRST_PASS: RewrapPass = { after: undefined, done: 0, left: 0 };

const REWRAP: OptionNames<RewrapOptions> = { dryRun: true, limit: true };

const PURGE: OptionNames<PurgeOptions> = { revokedBefore: true, limit: true, actor: true };

/** Looks after the whole of the keys. */
export class KeyUpkeep {
  readonly #setup: ApiKeysSetup;
  readonly #writer: KeyWriter;
  readonly #feed: RevisionFeed;
  /** Where sealing anew goes on: otherwise each call would look through all that is sealed already. */
  #pass: RewrapPass = FIRST_PASS;

  constructor(setup: ApiKeysSetup, writer: KeyWriter, feed: RevisionFeed) {
    this.#setup = setup;
    this.#writer = writer;
    this.#feed = feed;
  }

  /** Seals anew what is sealed under another master key than the current one. What was changed meanwhile is left to the next call. */
  async rewrap(options: RewrapOptions): Promise<Rewrapped> {
    const { dryRun = false, limit = 1000 } = readOptions(options, REWRAP);
    assertFlag(dryRun, 'dryRun');
    assertInteger(limit, 'limit', 1, 100_000);
    const { sealer, store, now } = this.#setup;
    if (sealer === undefined) throw new TypeError('rewrap needs the option sealer of createApiKeys');
    const pass = dryRun ? FIRST_PASS : this.#pass;
    const found = await store.list({ ...this.#writer.everything(), notSealedWith: sealer.current, after: pass.after, limit });
    if (dryRun) return { rewrapped: found.length, more: found.length === limit };
    let rewrapped = 0;
    for (const before of found) {
      const secret = await openMaterial(before, sealer);
      const key = { ...before, material: await sealer.seal(secret, keyContext(before)), sealedWith: sealer.current };
      if (await this.#writer.write([{ key, before, at: now(), actor: 'system', action: 'rewrapped' }])) rewrapped++;
    }
    const [done, left] = [pass.done + rewrapped, pass.left + found.length - rewrapped];
    const last = found.length === limit ? found.at(-1) : undefined;
    this.#pass = last === undefined ? FIRST_PASS : { after: last, done, left };
    // What was changed meanwhile is met once more from the beginning, unless nothing goes forward.
    return { rewrapped, more: last !== undefined || (left > 0 && done > 0) };
  }

  /** Removes keys that were revoked long ago. Their events stay. */
  async purge(options: PurgeOptions): Promise<number> {
    const { revokedBefore, limit = 1000, actor: given } = readOptions(options, PURGE);
    const actor = readActor(given);
    assertTime(revokedBefore, 'revokedBefore');
    assertInteger(limit, 'limit', 1, 100_000);
    const found = await this.#setup.store.list({ ...this.#writer.everything(), revokedBefore, limit });
    const at = this.#setup.now();
    let purged = 0;
    for (const before of found) if (await this.#writer.write([{ key: undefined, before, at, actor, action: 'purged' }])) purged++;
    return purged;
  }

  /**
   * Brings a restored database up to date with the events that were shipped out of `onEvent`: revoked, disabled and rotated keys are so
   * again. Nothing is let loose by it. Then a new era begins, in which every process trusts the database again.
   */
  async reapply(changes: AsyncIterable<KeyChange> | Iterable<KeyChange>): Promise<number> {
    let reapplied = 0;
    for (const [keyid, state] of await lastStates(changes)) if (await this.#tighten(keyid, state)) reapplied++;
    await this.acknowledgeRestore();
    return reapplied;
  }

  async #tighten(keyid: string, state: Restriction): Promise<boolean> {
    const before = await this.#writer.read(keyid);
    if (before === undefined) return false;
    const key = tightened(before, state);
    if (key === before) return false;
    return (await this.#writer.write([{ key, before, at: this.#setup.now(), actor: 'system', action: 'reapplied' }])) !== undefined;
  }

  /** Begins a new era: what the database says now counts. */
  async acknowledgeRestore(): Promise<void> {
    const revision = Math.max(await this.#setup.store.revision(), this.#feed.known);
    await this.#setup.store.raiseRevision(nextEra(revision));
    await this.#feed.ask();
  }
}

/** A key, as restricted as it was: its status, its end, its rotation. The same object if that changes nothing. */
function tightened(before: StoredKey, state: Restriction): StoredKey {
  const isHeld = isStricter(state.status, before.status);
  const isRotated = state.overlapUntil !== undefined && !(before.overlapUntil !== undefined && before.overlapUntil <= state.overlapUntil);
  const endsSooner = state.notAfter !== undefined && !(before.notAfter !== undefined && before.notAfter <= state.notAfter);
  if (!isHeld && !isRotated && !endsSooner) return before;
  return {
    ...before,
    ...(isHeld && { status: state.status, statusAt: state.statusAt, reason: state.reason }),
    ...(isRotated && { replacedBy: state.replacedBy, overlapUntil: state.overlapUntil }),
    ...(endsSooner && { notAfter: state.notAfter }),
  };
}

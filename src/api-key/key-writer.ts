/**
 * How keys are written: read, changed and written as they were read; what somebody else changed meanwhile is read again.
 *
 * @module
 */

import { assertKeyid } from '../crypto/signer.ts';
import { notify } from '../runtime/notify.ts';
import { ApiKeyError } from './api-key-error.ts';
import type { ApiKeysSetup } from './options.ts';
import type { KeyRing } from './ring/key-ring.ts';
import type { KeyAction, KeyChange, KeyWrite, StoredClaim } from './store/key-store.ts';
import { type ApiKey, type StoredKey, stateOf, toApiKey } from './store/record.ts';

/** Who changes a key, and as what it was seen. */
export interface ChangeOptions {
  /** Who does it, for the audit; default `system`. */
  readonly actor?: string | undefined;
  /** The revision that the key must still have. Default: whatever it has. */
  readonly ifRevision?: number | undefined;
}

/** A change: the key as it shall be, or the same object for no change. */
type Change = (key: StoredKey, now: number) => StoredKey;

/** How often what was changed meanwhile is read again. */
const ATTEMPTS = 5;

/** Writes keys, and makes their changes known. */
export class KeyWriter {
  readonly #setup: ApiKeysSetup;
  readonly #ring: KeyRing;

  constructor(setup: ApiKeysSetup, ring: KeyRing) {
    this.#setup = setup;
    this.#ring = ring;
  }

  /** A key of this environment. @throws {ApiKeyError} `key_not_found`. */
  async require(keyid: string): Promise<StoredKey> {
    const key = await this.read(keyid);
    if (key === undefined) throw new ApiKeyError('key_not_found', 'there is no such key');
    return key;
  }

  /** A key of this environment, if there is one. */
  async read(keyid: string): Promise<StoredKey | undefined> {
    assertKeyid(keyid);
    const key = await this.#setup.store.get(keyid);
    return key?.environment === this.#setup.environment ? key : undefined;
  }

  /** Writes all or none, and tells of it; `undefined` on a conflict. */
  async write(writes: readonly KeyWrite[], claim?: StoredClaim): Promise<readonly KeyChange[] | undefined> {
    const events = await this.#setup.store.write(writes, claim);
    if (events === undefined) return undefined;
    this.#ring.forget(events.map(({ keyid }) => keyid));
    for (const event of events) notify('onEvent', this.#setup.onEvent, event);
    return events;
  }

  /**
   * Changes a key.
   *
   * @throws {ApiKeyError} `key_not_found`, what `change` throws, or `conflict` if it is not as the caller saw it.
   */
  async change(keyid: string, action: KeyAction, options: ChangeOptions, change: Change): Promise<ApiKey> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const before = await this.require(keyid);
      if (options.ifRevision !== undefined && before.revision !== options.ifRevision) throw changedMeanwhile();
      const now = this.#setup.now();
      const key = change(before, now);
      if (key === before) return toApiKey(before);
      const events = await this.write([{ key, before, at: now, actor: options.actor ?? 'system', action }]);
      if (events !== undefined) return events[0]!.after!;
    }
    throw changedMeanwhile();
  }

  /** Requires that an owner may have one key more. @throws {ApiKeyError} `limit_reached`. */
  async requireRoom(tenant: string, owner: string): Promise<void> {
    const { maxKeysPerOwner, now } = this.#setup;
    const time = now();
    let usable = 0;
    let after: StoredKey | undefined;
    do {
      const keys = await this.#setup.store.list({ ...this.everything(), tenant, owner, after, limit: 500 });
      usable += keys.filter((key) => !ENDED.includes(stateOf(key, time))).length;
      after = keys.length === 500 ? keys.at(-1) : undefined;
    } while (after !== undefined && usable < maxKeysPerOwner);
    if (usable >= maxKeysPerOwner)
      throw new ApiKeyError('limit_reached', `an owner may have ${maxKeysPerOwner} keys: revoke one, or raise maxKeysPerOwner`);
  }

  /** A filter that leaves all keys of this environment in. */
  everything(): Parameters<ApiKeysSetup['store']['list']>[0] {
    const { environment, now } = this.#setup;
    return { ...ANY, environment, now: now() };
  }
}

const ENDED: readonly string[] = ['revoked', 'expired', 'rotated_out'];

const ANY = {
  tenant: undefined,
  owner: undefined,
  series: undefined,
  state: undefined,
  unusedSince: undefined,
  expiringBefore: undefined,
  revokedBefore: undefined,
  notSealedWith: undefined,
  after: undefined,
  limit: 100,
} as const;

/** Somebody else was first. */
export function changedMeanwhile(): ApiKeyError {
  return new ApiKeyError('conflict', 'somebody changed the key meanwhile: read it again');
}

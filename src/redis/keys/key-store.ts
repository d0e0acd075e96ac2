/**
 * Keys in Redis, or in what speaks like it.
 *
 * A write is one script: the keys as they were read, their revisions and the events that tell of them, or nothing.
 *
 * @module
 */

import type { KeyChange, KeyFilter, KeyStore, KeyUse, KeyWrite, StoredClaim } from '../../api-key/store/key-store.ts';
import { matchesFilter } from '../../api-key/store/matches.ts';
import type { StoredKey } from '../../api-key/store/record.ts';
import { assertFlag, assertFunction } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { assertPrefix, readEviction, requireNoEviction } from '../eviction.ts';
import { Script, type Send } from '../send.ts';
import { type KeyNames, keyidOf, keyNames, memberOf, sourceOf } from './key-names.ts';
import { CLAIM_FIELDS, changeOf, claimFields, claimOf, eventOf, keyOf, listOf, numberOf, textOf } from './key-records.ts';
import { ADD_CLAIM, CHANGES, EVENTS, RAISE, READ, TOUCH, TRY_CLAIM, WRITE } from './key-scripts.ts';
import { planOf } from './write-plan.ts';

/** How keys are kept. */
export interface RedisKeyStoreOptions {
  /** Sends one command: as of `redisReplayStore`. */
  readonly send: Send;
  /** What keys of Redis begin with; 1 to 40 letters, digits and `:_-`. All have the hash tag `{keys}`. Default: `cs`. */
  readonly prefix?: string | undefined;
  /**
   * A channel on which the keyid of each change is told (`PUBLISH`), for those who `SUBSCRIBE` and call `invalidate`: changes then count at
   * once. 1 to 64 letters, digits and `:._-`. Default: none.
   */
  readonly notify?: string | undefined;
  /** What the server does when its memory is full, for servers that do not tell: `noeviction`. Default: it is asked once, and one that evicts is refused. */
  readonly eviction?: 'noeviction' | undefined;
  /** Takes a server that evicts keys: claims and events go, and with the revision all keys are refused. Default: false. */
  readonly insecurelyAllowEviction?: boolean | undefined;
}

const OPTIONS: OptionNames<RedisKeyStoreOptions> = {
  send: true,
  prefix: true,
  notify: true,
  eviction: true,
  insecurelyAllowEviction: true,
};

/**
 * Keeps keys in Redis, Valkey, or a service that speaks like them. What Redis has not written to disk is gone after a crash: let it
 * append each write (`appendonly yes`, `appendfsync always`), or a revocation of the last second may not have happened. Events are never
 * trimmed. All is in one slot of a Redis Cluster.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function redisKeyStore(options: RedisKeyStoreOptions): KeyStore {
  const { send, prefix = 'cs', notify, eviction, insecurelyAllowEviction = false } = readOptions(options, OPTIONS);
  assertFunction(send, 'send');
  assertPrefix(prefix);
  if (notify !== undefined && (typeof notify !== 'string' || !/^[\w:.-]{1,64}$/.test(notify)))
    throw new TypeError('notify must be the name of a channel: 1 to 64 letters, digits and :._-');
  assertFlag(insecurelyAllowEviction, 'insecurelyAllowEviction');
  const isTrusted = readEviction(eviction) || insecurelyAllowEviction;
  const keys = new RedisKeys(send, keyNames(prefix), notify, isTrusted);
  return Object.freeze<KeyStore>({
    get: (keyid) => keys.get(keyid),
    list: (filter) => keys.list(filter),
    write: (writes, claim) => keys.write(writes, claim),
    revision: () => keys.revision(),
    raiseRevision: (to) => keys.raiseRevision(to),
    changes: (after, limit) => keys.changes(after, limit),
    touch: (uses) => keys.touch(uses),
    events: (filter) => keys.events(filter),
    addClaim: (claim) => keys.addClaim(claim),
    getClaim: (hash) => keys.getClaim(hash),
    tryClaim: (hash, claimedBy, now) => keys.tryClaim(hash, claimedBy, now),
  });
}

/** Keys that are read at once, and uses that are written so. */
const AT_ONCE = 200;

/** A server runs each by its hash, whichever store sends it. */
const scripts = () => ({
  write: new Script(WRITE),
  read: new Script(READ),
  touch: new Script(TOUCH),
  raise: new Script(RAISE),
  changes: new Script(CHANGES),
  events: new Script(EVENTS),
  addClaim: new Script(ADD_CLAIM),
  tryClaim: new Script(TRY_CLAIM),
});

class RedisKeys {
  readonly #given: Send;
  readonly #names: KeyNames;
  readonly #channel: string | undefined;
  readonly #scripts = scripts();
  #isTrusted: boolean;

  constructor(send: Send, names: KeyNames, channel: string | undefined, isTrusted: boolean) {
    this.#given = send;
    this.#names = names;
    this.#channel = channel;
    this.#isTrusted = isTrusted;
  }

  async get(keyid: string): Promise<StoredKey | undefined> {
    return (await this.#read([keyid]))[0];
  }

  /** Looks through the shortest list that holds them all, a part at a time. */
  async list(filter: KeyFilter): Promise<readonly StoredKey[]> {
    const found: StoredKey[] = [];
    let after = filter.after && memberOf(filter.after);
    const members = await this.#membersOf(filter);
    do {
      const part = await members(after);
      const keys = await this.#read(part.map(keyidOf));
      for (const key of keys) if (key !== undefined && found.length < filter.limit && matchesFilter(key, filter)) found.push(key);
      after = part.length < AT_ONCE ? undefined : part.at(-1);
    } while (after !== undefined && found.length < filter.limit);
    return found;
  }

  /** The next members behind one. */
  async #membersOf(filter: KeyFilter): Promise<(after: string | undefined) => Promise<readonly string[]>> {
    const { list, scores } = sourceOf(this.#names, filter);
    if (scores === undefined) {
      return async (after) => {
        const from = after === undefined ? '-' : `(${after}`;
        return listOf(await this.#send(['ZRANGEBYLEX', list, from, '+', 'LIMIT', '0', String(AT_ONCE)])).map((one) => textOf(one)!);
      };
    }
    const [min, max] = scores;
    const members = listOf(await this.#send(['ZRANGEBYSCORE', list, String(min), `(${max}`])).map((one) => textOf(one)!);
    // They come in the order of their scores.
    members.sort();
    return async (after) => {
      const start = after === undefined ? 0 : members.findIndex((member) => member > after);
      return start < 0 ? [] : members.slice(start, start + AT_ONCE);
    };
  }

  async write(writes: readonly KeyWrite[], claim: StoredClaim | undefined): Promise<readonly KeyChange[] | undefined> {
    const { keys, plan } = planOf(this.#names, writes, claim, this.#channel);
    const answer = textOf(await this.#run('write', keys, [plan]));
    if (answer === undefined) return undefined;
    const first = numberOf(answer);
    return writes.map((write, index) => changeOf(write, first + index + 1));
  }

  async revision(): Promise<number> {
    return numberOf((await this.#send(['GET', this.#names.revision])) ?? '0');
  }

  async raiseRevision(to: number): Promise<void> {
    await this.#run('raise', [this.#names.revision], [String(to)]);
  }

  async changes(after: number, limit: number): Promise<readonly { readonly keyid: string; readonly revision: number }[]> {
    const answer = listOf(await this.#run('changes', [this.#names.changes], [String(after), String(limit)]));
    return answer.flatMap((keyid, index) => (index % 2 === 0 ? [{ keyid: textOf(keyid)!, revision: numberOf(answer[index + 1]) }] : []));
  }

  async touch(uses: readonly KeyUse[]): Promise<void> {
    for (let start = 0; start < uses.length; start += AT_ONCE) {
      const some = uses.slice(start, start + AT_ONCE);
      const values = some.flatMap(({ at, count }) => [String(at), String(count)]);
      await this.#run('touch', this.#keysOf(some.map(({ keyid }) => keyid)), values);
    }
  }

  async events({ keyid, after, limit }: Parameters<KeyStore['events']>[0]): Promise<readonly KeyChange[]> {
    const keys = [this.#names.events, ...(keyid === undefined ? [] : [this.#names.eventsOf(keyid)])];
    return listOf(await this.#run('events', keys, [String(after), String(limit)])).map(eventOf);
  }

  async addClaim(claim: StoredClaim): Promise<boolean> {
    return textOf(await this.#run('addClaim', [this.#names.claim(claim.hash)], claimFields(claim))) === '1';
  }

  async getClaim(hash: string): Promise<StoredClaim | undefined> {
    return claimOf(hash, await this.#send(['HMGET', this.#names.claim(hash), ...CLAIM_FIELDS]));
  }

  async tryClaim(
    hash: string,
    claimedBy: string,
    now: number,
  ): Promise<{ readonly claim: StoredClaim; readonly isFirst: boolean } | undefined> {
    const answer = await this.#run('tryClaim', [this.#names.claim(hash)], [claimedBy, String(now), ...CLAIM_FIELDS]);
    const claim = answer === null || answer === undefined ? undefined : claimOf(hash, answer);
    return claim && { claim, isFirst: claim.attempts === 1 };
  }

  async #read(keyids: readonly string[]): Promise<readonly (StoredKey | undefined)[]> {
    if (keyids.length === 0) return [];
    return listOf(await this.#run('read', this.#keysOf(keyids), [])).map(keyOf);
  }

  #keysOf(keyids: readonly string[]): readonly string[] {
    return keyids.map((keyid) => this.#names.key(keyid));
  }

  async #run(name: keyof ReturnType<typeof scripts>, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    await this.#requireTrusted();
    return this.#scripts[name].run(this.#given, keys, values);
  }

  async #send(args: readonly string[]): Promise<unknown> {
    await this.#requireTrusted();
    return this.#given(args);
  }

  async #requireTrusted(): Promise<void> {
    if (!this.#isTrusted) await requireNoEviction(this.#given, 'lose keys and what was done to them');
    this.#isTrusted = true;
  }
}

/**
 * Keys seen as many: lists in pages, those that end soon, and what happened to them.
 *
 * @module
 */

import { assertInteger, assertText, assertTime } from '../internal/assert.ts';
import { fromBase64url, toBase64url } from '../internal/base64.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { decodeUtf8, encodeUtf8 } from '../internal/utf8.ts';
import { readDuration } from './details.ts';
import type { KeyWriter } from './key-writer.ts';
import type { ApiKeysSetup } from './options.ts';
import type { KeyChange, KeyFilter } from './store/key-store.ts';
import { type ApiKey, type KeyState, toApiKey } from './store/record.ts';

/** What a list is of; what is absent leaves everything in. Times are whole seconds since the epoch. */
export interface ListQuery {
  /** Of this tenant. */
  readonly tenant?: string | undefined;
  /** Of this owner. */
  readonly owner?: string | undefined;
  /** Keys that succeeded each other. */
  readonly series?: string | undefined;
  /** As they are now. */
  readonly state?: KeyState | undefined;
  /** Never used, or last before then; and there since before then. */
  readonly unusedSince?: number | undefined;
  /** Those that end by themselves before then. */
  readonly expiringBefore?: number | undefined;
  /** Keys in one answer: 100 by default, 1,000 at the most. */
  readonly limit?: number | undefined;
  /** Where the list before ended. */
  readonly cursor?: string | undefined;
}

/** Keys, the oldest first. */
export interface KeyList {
  /** The keys, in the order in which they were made. */
  readonly keys: readonly ApiKey[];
  /** For the next list; `undefined` if there is no more. */
  readonly cursor: string | undefined;
}

/** Which events. */
export interface EventQuery {
  /** Of one key. Default: of all. */
  readonly keyid?: string | undefined;
  /** Only later ones than this `seq`. Default: all. */
  readonly after?: number | undefined;
  /** Events in one answer: 100 by default, 1,000 at the most. */
  readonly limit?: number | undefined;
}

const LIST: OptionNames<ListQuery> = {
  tenant: true,
  owner: true,
  series: true,
  state: true,
  unusedSince: true,
  expiringBefore: true,
  limit: true,
  cursor: true,
};

const EVENTS: OptionNames<EventQuery> = { keyid: true, after: true, limit: true };

const STATES: readonly KeyState[] = ['pending', 'active', 'disabled', 'revoked', 'scheduled', 'expired', 'rotated_out'];

/** Looks at many keys. */
export class KeySurvey {
  readonly #setup: ApiKeysSetup;
  readonly #writer: KeyWriter;

  constructor(setup: ApiKeysSetup, writer: KeyWriter) {
    this.#setup = setup;
    this.#writer = writer;
  }

  /** Keys by query, a page at a time. */
  async list(query: ListQuery): Promise<KeyList> {
    const { limit = 100, cursor, ...asked } = readOptions(query, LIST, { name: 'query' });
    assertInteger(limit, 'limit', 1, 1000);
    requireQuery(asked);
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const filter: KeyFilter = { ...this.#writer.everything(), ...asked, after, limit: limit + 1 };
    const found = await this.#setup.store.list(filter);
    const keys = found.slice(0, limit);
    const last = found.length > limit ? keys.at(-1) : undefined;
    return { keys: keys.map(toApiKey), cursor: last && writeCursor(last) };
  }

  /** Keys that end by themselves soon. */
  async *expiring(within: number): AsyncGenerator<ApiKey, void, undefined> {
    const expiringBefore = this.#setup.now() + readDuration(within, 'within');
    let cursor: string | undefined;
    do {
      const list = await this.list({ expiringBefore, cursor });
      for (const key of list.keys) if (key.status === 'active' && key.replacedBy === undefined) yield key;
      cursor = list.cursor;
    } while (cursor !== undefined);
  }

  /** What happened, in order. */
  async events(query: EventQuery): Promise<readonly KeyChange[]> {
    const { keyid, after = 0, limit = 100 } = readOptions(query, EVENTS, { name: 'query' });
    if (keyid !== undefined) assertText(keyid, 'keyid');
    assertInteger(after, 'after');
    assertInteger(limit, 'limit', 1, 1000);
    return this.#setup.store.events({ keyid, after, limit });
  }
}

function requireQuery({ tenant, owner, series, state, unusedSince, expiringBefore }: ListQuery): void {
  for (const [name, text] of Object.entries({ tenant, owner, series }))
    if (text !== undefined && typeof text !== 'string') throw new TypeError(`${name} must be a string`);
  if (state !== undefined && !STATES.includes(state)) throw new TypeError(`state must be one of ${STATES.join(', ')}`);
  if (unusedSince !== undefined) assertTime(unusedSince, 'unusedSince');
  if (expiringBefore !== undefined) assertTime(expiringBefore, 'expiringBefore');
}

function writeCursor({ createdAt, keyid }: ApiKey): string {
  return toBase64url(encodeUtf8(`${createdAt}.${keyid}`));
}

function readCursor(cursor: unknown): KeyFilter['after'] {
  if (typeof cursor !== 'string') throw new TypeError('cursor must be a string');
  const bytes = fromBase64url(cursor);
  const [, createdAt, keyid] = /^(\d{1,12})\.(.+)$/s.exec((bytes && decodeUtf8(bytes)) ?? '') ?? [];
  if (createdAt === undefined || keyid === undefined) throw new RangeError('cursor must be one that list answered');
  return { createdAt: Number(createdAt), keyid };
}

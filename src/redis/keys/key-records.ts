/**
 * Keys, events and claims as Redis holds them, and what it answers as those.
 *
 * @module
 */

import type { KeyChange, KeyWrite, StoredClaim } from '../../api-key/store/key-store.ts';
import { type ApiKey, type StoredKey, toApiKey } from '../../api-key/store/record.ts';

/** What no Redis answers to what was asked. */
function strange(): TypeError {
  return new TypeError('Redis gave no known answer');
}

/** A text of an answer; `undefined` for nil. Some clients answer bytes. */
export function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw strange();
  return value;
}

/** A list of an answer. */
export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw strange();
  return value;
}

/** A whole number of an answer. */
export function numberOf(value: unknown): number {
  const number = Number(textOf(value) ?? Number.NaN);
  if (!Number.isSafeInteger(number)) throw strange();
  return number;
}

/** What a change writes of a key: all but the uses and the revision. */
export function recordText({ lastUsedAt: _, uses: __, revision: ___, ...record }: StoredKey): string {
  return JSON.stringify(record);
}

/** The key of what READ answers; `undefined` if there is none. */
export function keyOf(answer: unknown): StoredKey | undefined {
  const [record, revision, used, uses] = listOf(answer).map(textOf);
  if (record === undefined) return undefined;
  const times = { lastUsedAt: used === undefined ? undefined : numberOf(used), uses: numberOf(uses ?? '0') };
  return { ...(JSON.parse(record) as StoredKey), ...times, revision: numberOf(revision) };
}

/** The fields of an event. That what comes after has the revision of the event is not written: it is not known yet. */
export function eventFields({ key, before, at, actor, action }: KeyWrite): readonly string[] {
  const { keyid, tenant } = (key ?? before)!;
  const states = [...(before === undefined ? [] : ['before', stateText(before)]), ...(key === undefined ? [] : ['after', stateText(key)])];
  return ['at', String(at), 'actor', actor, 'action', action, 'keyid', keyid, 'tenant', tenant, ...states];
}

function stateText(key: StoredKey): string {
  return JSON.stringify(toApiKey(key));
}

/** The event of a write, as it was written at a revision. */
export function changeOf({ key, before, at, actor, action }: KeyWrite, seq: number): KeyChange {
  const { keyid, tenant } = (key ?? before)!;
  const states = { before: before && toApiKey(before), after: key && toApiKey({ ...key, revision: seq }) };
  return Object.freeze({ seq, at, actor, action, keyid, tenant, ...states });
}

/** The event of an entry of the stream. */
export function eventOf(entry: unknown): KeyChange {
  const [id, fields] = listOf(entry);
  const seq = numberOf(textOf(id)?.split('-')[0]);
  const { at, actor, action, keyid, tenant, before, after } = membersOf(listOf(fields));
  const stateOf = (text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as ApiKey));
  const [was, is] = [stateOf(before), stateOf(after)];
  const states = { before: was, after: is && { ...is, revision: seq } };
  return Object.freeze({ seq, at: numberOf(at), actor, action, keyid, tenant, ...states }) as KeyChange;
}

/** Names and values in turn. */
function membersOf(list: readonly unknown[]): Readonly<Partial<Record<string, string>>> {
  const texts = list.map(textOf);
  return Object.fromEntries(texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1]]] : [])));
}

/** The names of the fields of a claim, in the order of `claimOf`. */
export const CLAIM_FIELDS: readonly string[] = ['purpose', 'keyid', 'sealed', 'expiresAt', 'attempts', 'claimedAt', 'claimedBy'];

/** The fields of a new claim, and their values. */
export function claimFields({ purpose, keyid, sealed, expiresAt }: StoredClaim): readonly string[] {
  const fields = ['purpose', purpose, 'keyid', keyid, 'expiresAt', String(expiresAt), 'attempts', '0'];
  return sealed === undefined ? fields : [...fields, 'sealed', sealed];
}

/** The claim of what its fields were answered as; `undefined` if there is none. */
export function claimOf(hash: string, answer: unknown): StoredClaim | undefined {
  if (textOf(listOf(answer)[0]) === undefined) return undefined;
  const [purpose, keyid, sealed, expiresAt, attempts, claimedAt, claimedBy] = listOf(answer).map(textOf);
  const numbers = { expiresAt: numberOf(expiresAt), attempts: numberOf(attempts) };
  const claimed = { claimedAt: claimedAt === undefined ? undefined : numberOf(claimedAt), claimedBy };
  return { hash, purpose, keyid, sealed, ...numbers, ...claimed } as StoredClaim;
}

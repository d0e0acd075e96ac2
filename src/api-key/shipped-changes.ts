/**
 * Changes that `onEvent` told, that somebody kept, and that come back after a restore: read, checked, and the last of each key found.
 *
 * They may come from several processes and so out of order: what was done last says its revision. That a key was revoked is never undone.
 *
 * @module
 */

import { assertInteger, assertObject, assertTime } from '../internal/assert.ts';
import { readText } from './details.ts';
import type { KeyChange } from './store/key-store.ts';
import type { ApiKey, KeyStatus } from './store/record.ts';

/** What ends or restricts a key. */
export type Restriction = Pick<ApiKey, 'status' | 'statusAt' | 'reason' | 'notAfter' | 'replacedBy' | 'overlapUntil'>;

interface Last {
  readonly seq: number;
  readonly state: Restriction;
}

/** The least strict first; what waits to be enabled is kept back as what was disabled. */
const STRICTNESS: readonly KeyStatus[] = ['active', 'pending', 'disabled', 'revoked'];

/** Whether a status is stricter than another one. */
export function isStricter(status: KeyStatus, than: KeyStatus): boolean {
  return STRICTNESS.indexOf(status) > STRICTNESS.indexOf(than);
}

/**
 * The state that each key had last. Alarms, which may stand between them, say nothing of it.
 *
 * @throws {TypeError | RangeError} If something is no change. Nothing is done yet then.
 */
export async function lastStates(changes: AsyncIterable<KeyChange> | Iterable<KeyChange>): Promise<ReadonlyMap<string, Restriction>> {
  requireIterable(changes);
  const last = new Map<string, Last>();
  for await (const change of changes) {
    assertObject(change, 'each of changes');
    const { keyid, seq, after } = change;
    if (after === undefined) continue;
    readText(keyid, 'changes.keyid');
    assertInteger(seq, 'changes.seq', 1);
    const [before, state] = [last.get(keyid), readState(after)];
    if (before === undefined || isLater({ seq, state }, before)) last.set(keyid, { seq, state });
  }
  return new Map([...last].map(([keyid, { state }]) => [keyid, state]));
}

function requireIterable(changes: unknown): void {
  assertObject(changes, 'changes');
  if (!(Symbol.iterator in changes || Symbol.asyncIterator in changes))
    throw new TypeError('changes must be a list of changes, or what a loop goes through');
}

function isLater(one: Last, other: Last): boolean {
  const [isEnd, wasEnd] = [one, other].map(({ state }) => state.status === 'revoked');
  return isEnd === wasEnd ? one.seq > other.seq : isEnd === true;
}

function readState(after: unknown): Restriction {
  assertObject(after, 'changes.after');
  const { status, statusAt, reason, notAfter, replacedBy, overlapUntil } = after as Restriction;
  if (!STRICTNESS.includes(status)) throw new TypeError(`changes.after.status must be one of ${STRICTNESS.join(', ')}`);
  assertTime(statusAt, 'changes.after.statusAt');
  for (const [name, time] of Object.entries({ notAfter, overlapUntil })) if (time !== undefined) assertTime(time, `changes.after.${name}`);
  for (const [name, text] of Object.entries({ reason, replacedBy })) if (text !== undefined) readText(text, `changes.after.${name}`);
  return { status, statusAt, reason, notAfter, replacedBy, overlapUntil };
}

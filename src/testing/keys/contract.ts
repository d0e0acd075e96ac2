/**
 * What every key store must do, whatever it is made of.
 *
 * @module
 */

import type { KeyStore } from '../../api-key/store/key-store.ts';
import type { Awaitable } from '../../internal/awaitable.ts';
import { ensure } from '../suite.ts';
import { checkClaims, checkClaimWithKey } from './claims.ts';
import { checkLists, checkPages, EVERYTHING } from './lists.ts';
import { keyOf, mustGet, NOON, NOTHING, put, requireSame, writeOf } from './support.ts';

/** A key store as the checks see it. */
export interface KeyStoreContract {
  /** A new store: nothing of an earlier one may be known in it. */
  create(): Awaitable<KeyStore>;
}

/** One check, to be run by whatever runs tests: it rejects if the store fails it. */
export interface KeyStoreCheck {
  /** What is checked. */
  readonly name: string;
  /** Runs the check; it rejects with what is wrong. */
  run(): Promise<void>;
}

/**
 * The checks that every key store of this package passes, for a store of your own:
 * `for (const { name, run } of keyStoreChecks(contract)) it(name, run);`.
 */
export function keyStoreChecks({ create }: KeyStoreContract): readonly KeyStoreCheck[] {
  const open = async (): Promise<KeyStore> => create();
  const checks: Readonly<Record<string, (store: KeyStore) => Promise<void>>> = {
    'answers a key as it was written': checkRoundTrip,
    'gives every change a revision and an event, in order': checkRevisions,
    'refuses what is there already, and what has changed': checkConflicts,
    'writes all of several keys, or none': checkWritesAllOrNone,
    'lets one of many writers have a key': checkConcurrency,
    'answers lists by every member of a filter, in order': checkLists,
    'answers pages that miss nothing and repeat nothing': checkPages,
    'writes uses forward only, and adds them up, without a change': checkUses,
    'tells which keys have changed since a revision': checkFeed,
    'raises its revision, and never lowers it': checkRaise,
    'lets one of many claim, and counts them all': checkClaims,
    'puts a claim down with a key, or neither': checkClaimWithKey,
    'holds text of every kind': checkTexts,
  };
  return Object.freeze(
    Object.entries(checks).map(([name, check]) => Object.freeze({ name, run: async (): Promise<void> => check(await open()) })),
  );
}

async function checkRoundTrip(store: KeyStore): Promise<void> {
  ensure((await store.get('nobody')) === undefined, 'a key that is not there was found');
  await put(store, keyOf('full'), keyOf('empty', NOTHING));
  requireSame(await store.get('full'), keyOf('full', { revision: 1 }), 'a key with everything');
  requireSame(await store.get('empty'), keyOf('empty', { ...NOTHING, revision: 2 }), 'a key with little');
  const changed = keyOf('empty', { ...NOTHING, status: 'revoked', reason: 'x', statusAt: NOON + 1, metadata: 0 });
  await store.write([writeOf(changed, await mustGet(store, 'empty'))]);
  requireSame(await store.get('empty'), { ...changed, revision: 3 }, 'a changed key');
}

async function checkRevisions(store: KeyStore): Promise<void> {
  ensure((await store.revision()) === 0, 'a new store must have the revision 0');
  await put(store, keyOf('a'));
  const before = await mustGet(store, 'a');
  const events = await store.write([writeOf({ ...before, name: 'new' }, before), writeOf(keyOf('b'))]);
  requireSame(
    events?.map(({ seq, keyid, action, actor, at, tenant, before: was, after }) => [
      seq,
      keyid,
      action,
      actor,
      at,
      tenant,
      was?.name,
      after?.name,
      after?.revision,
    ]),
    [
      [2, 'a', 'updated', 'admin', NOON, 't', 'n', 'new', 2],
      [3, 'b', 'issued', 'admin', NOON, 't', undefined, 'n', 3],
    ].map((row) => row.map((cell) => cell ?? null)),
    'the events of two writes',
  );
  ensure((await store.revision()) === 3, 'three changes must make the revision 3');
  ensure(!JSON.stringify(events).includes('1.m.abc'), 'an event holds the material of a key');
  await store.write([writeOf(undefined, await mustGet(store, 'a'))]);
  ensure((await store.get('a')) === undefined, 'a removed key is still there');
  const seqs = async (filter: Parameters<KeyStore['events']>[0]) => (await store.events(filter)).map(({ seq }) => seq);
  requireSame(await seqs({ keyid: undefined, after: 0, limit: 100 }), [1, 2, 3, 4], 'all events');
  requireSame(await seqs({ keyid: 'a', after: 1, limit: 100 }), [2, 4], 'events of one key after the first');
  requireSame(await seqs({ keyid: undefined, after: 1, limit: 2 }), [2, 3], 'two events');
}

async function checkConflicts(store: KeyStore): Promise<void> {
  await put(store, keyOf('a'));
  const before = await mustGet(store, 'a');
  ensure((await store.write([writeOf(keyOf('a'))])) === undefined, 'a keyid was given twice');
  ensure((await store.write([writeOf(keyOf('x', { series: 'a' }))])) === undefined, 'a series has two keys of one generation');
  ensure((await store.write([writeOf({ ...before, name: '2' }, before)])) !== undefined, 'a key was not changed');
  ensure((await store.write([writeOf({ ...before, name: '3' }, before)])) === undefined, 'a change was lost');
  ensure((await store.write([writeOf(undefined, before)])) === undefined, 'a key was removed that somebody had changed');
  ensure((await store.write([writeOf(keyOf('none'), keyOf('none'))])) === undefined, 'a key was changed that is not there');
  ensure((await mustGet(store, 'a')).name === '2', 'a refused change was written');
  ensure((await store.revision()) === 2, 'a refused change has a revision');
}

async function checkWritesAllOrNone(store: KeyStore): Promise<void> {
  await put(store, keyOf('a'));
  ensure((await store.write([writeOf(keyOf('b')), writeOf(keyOf('a'))])) === undefined, 'a conflict was not told');
  ensure((await store.get('b')) === undefined, 'one of two keys was written');
  requireSame((await store.events({ keyid: undefined, after: 0, limit: 9 })).length, 1, 'events after a conflict');
}

async function checkConcurrency(store: KeyStore): Promise<void> {
  await put(store, keyOf('a'));
  const before = await mustGet(store, 'a');
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => store.write([writeOf({ ...before, name: `n${index}` }, before)])),
  );
  requireSame(answers.filter((answer) => answer !== undefined).length, 1, 'writers of 20 that had the key');
  const made = await Promise.all(Array.from({ length: 20 }, async (_, index) => store.write([writeOf(keyOf(`k${index}`))])));
  const seqs = made.flatMap((events) => events?.map(({ seq }) => seq) ?? []).sort((a, b) => a - b);
  requireSame(
    seqs,
    Array.from({ length: 20 }, (_, index) => index + 3),
    'the revisions of 20 keys',
  );
}

async function checkUses(store: KeyStore): Promise<void> {
  await put(store, keyOf('a'), keyOf('b'));
  await store.touch([
    { keyid: 'a', at: NOON + 5, count: 3 },
    { keyid: 'nobody', at: NOON, count: 1 },
  ]);
  await store.touch([{ keyid: 'a', at: NOON, count: 2 }]);
  const [a, b] = [await mustGet(store, 'a'), await mustGet(store, 'b')];
  requireSame([a.lastUsedAt, a.uses, a.revision, b.lastUsedAt ?? null, b.uses], [NOON + 5, 5, 1, null, 0], 'uses');
  // What was read before the use is written after it: the use stays.
  await store.write([writeOf({ ...a, name: 'new', lastUsedAt: undefined, uses: 0 }, a)]);
  const changed = await mustGet(store, 'a');
  requireSame([changed.name, changed.lastUsedAt, changed.uses], ['new', NOON + 5, 5], 'uses after a change');
  await store.touch([]);
}

async function checkFeed(store: KeyStore): Promise<void> {
  await put(store, keyOf('a'), keyOf('b'), keyOf('c'));
  const before = await mustGet(store, 'a');
  await store.write([writeOf({ ...before, name: 'new' }, before)]);
  requireSame(
    await store.changes(1, 10),
    [
      { keyid: 'b', revision: 2 },
      { keyid: 'c', revision: 3 },
      { keyid: 'a', revision: 4 },
    ],
    'changes after 1',
  );
  requireSame(
    (await store.changes(0, 2)).map(({ revision }) => revision),
    [2, 3],
    'the first two changes',
  );
  requireSame(await store.changes(4, 10), [], 'changes after the last');
}

async function checkRaise(store: KeyStore): Promise<void> {
  await store.raiseRevision(2 ** 32);
  await store.raiseRevision(5);
  requireSame(await store.revision(), 2 ** 32, 'the revision');
  await put(store, keyOf('a'));
  requireSame((await mustGet(store, 'a')).revision, 2 ** 32 + 1, 'the revision of a key after that');
}

async function checkTexts(store: KeyStore): Promise<void> {
  const text = `'; DROP TABLE countersign_key; -- "\\ % _ $1 ?1 ä 漢 😀 \u2028\ttab\n`;
  const more = { owner: text, name: text, tenant: text, reason: text, labels: { [text]: text }, metadata: { [text]: text } };
  await put(store, keyOf('a', more));
  requireSame(await store.get('a'), keyOf('a', { ...more, revision: 1 }), 'text of every kind');
  requireSame((await store.list({ ...EVERYTHING, owner: text, tenant: text })).length, 1, 'keys of that owner');
}

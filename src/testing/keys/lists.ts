/**
 * Lists of keys: every member of a filter, around its boundaries, and pages.
 *
 * @module
 */

import type { KeyFilter, KeyStore } from '../../api-key/store/key-store.ts';
import { matchesFilter } from '../../api-key/store/matches.ts';
import { type KeyState, type KeyStatus, type StoredKey, stateOf } from '../../api-key/store/record.ts';
import { ensure } from '../suite.ts';
import { keyOf, NOON, NOTHING, put, requireSame } from './support.ts';

const STATUSES: readonly KeyStatus[] = ['pending', 'active', 'disabled', 'revoked'];

const STATES: readonly KeyState[] = /* @__PURE__ */ (() => [...STATUSES, 'scheduled', 'expired', 'rotated_out'])();

/** A filter that leaves everything in. */
export const EVERYTHING: KeyFilter = {
  environment: undefined,
  tenant: undefined,
  owner: undefined,
  series: undefined,
  state: undefined,
  unusedSince: undefined,
  expiringBefore: undefined,
  revokedBefore: undefined,
  notSealedWith: undefined,
  now: NOON,
  after: undefined,
  limit: 1000,
};

/** Keys around every boundary that a filter has. */
function manyKeys(): readonly StoredKey[] {
  const times = [undefined, NOON - 1, NOON, NOON + 1];
  const keys: StoredKey[] = [];
  const add = (more: Partial<StoredKey>): void => {
    keys.push(keyOf(`k${String(keys.length).padStart(3, '0')}`, { ...NOTHING, createdAt: NOON - (keys.length % 3), ...more }));
  };
  for (const status of STATUSES)
    for (const notBefore of times)
      for (const notAfter of times) for (const overlapUntil of times) add({ status, notBefore, notAfter, overlapUntil });
  for (const kind of ['hmac', 'ed25519', 'bearer'] as const) for (const sealedWith of [undefined, 'm', 'n']) add({ kind, sealedWith });
  for (const environment of ['live', 'test'])
    for (const tenant of ['', 't']) for (const owner of ['o', 'p']) add({ environment, tenant, owner });
  return keys;
}

/** Lists by every member. */
export async function checkLists(store: KeyStore): Promise<void> {
  await put(store, ...manyKeys());
  await store.touch([NOON - 2, NOON - 1, NOON].map((at, index) => ({ keyid: `k00${index}`, at, count: 1 })));
  const all = await store.list(EVERYTHING);
  requireSame(all.length, manyKeys().length, 'keys in all');
  const filters: readonly Partial<KeyFilter>[] = [
    {},
    ...STATES.map((state) => ({ state })),
    ...STATES.map((state) => ({ state, now: NOON + 1 })),
    { environment: 'test' },
    { tenant: '' },
    { tenant: 't', owner: 'p' },
    { owner: 'o', environment: 'live' },
    { series: 'k001' },
    { unusedSince: NOON },
    { unusedSince: NOON - 1 },
    { expiringBefore: NOON + 1 },
    { expiringBefore: NOON + 2 },
    { revokedBefore: NOON },
    { revokedBefore: NOON + 1 },
    { notSealedWith: 'm' },
    { state: 'active', expiringBefore: NOON + 2, owner: 'o' },
  ];
  for (const filter of filters) {
    const full = { ...EVERYTHING, ...filter };
    const expected = all.filter((key) => matchesFilter(key, full)).map(({ keyid }) => keyid);
    requireSame(
      (await store.list(full)).map(({ keyid }) => keyid),
      expected,
      `the list of ${JSON.stringify(filter)}`,
    );
  }
  const counts = STATES.map((state) => all.filter((key) => stateOf(key, NOON) === state).length);
  ensure(
    counts.every((count) => count > 0),
    'every state must occur',
  );
}

/** Lists in pages. */
export async function checkPages(store: KeyStore): Promise<void> {
  // In the order of code units upper case comes first, and a longer name behind a shorter one.
  const names = ['B', 'a', 'aa', 'a_', 'b', 'Z', '0', '~', 'bank_live_b', 'bank_live_B'];
  await put(store, ...names.map((keyid, index) => keyOf(keyid, { createdAt: NOON + (index % 2) })));
  const pages: string[] = [];
  let after: KeyFilter['after'];
  do {
    const page: readonly StoredKey[] = await store.list({ ...EVERYTHING, after, limit: 3 });
    pages.push(...page.map(({ keyid }) => keyid));
    after = page.at(-1);
  } while (after !== undefined);
  const inOrder = [0, 1].flatMap((odd) => names.filter((_, index) => index % 2 === odd).sort((a, b) => (a < b ? -1 : 1)));
  requireSame(pages, inOrder, 'keys in pages of three');
}

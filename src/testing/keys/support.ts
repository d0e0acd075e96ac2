/**
 * What the checks of key stores have in common: keys, and how they are written and compared.
 *
 * @module
 */

import type { KeyStore, KeyWrite } from '../../api-key/store/key-store.ts';
import type { StoredKey } from '../../api-key/store/record.ts';
import { ensure } from '../suite.ts';

/** When everything happens. */
export const NOON = 1_800_000_000;

/** A key with something in every member. */
export function keyOf(keyid: string, more: Partial<StoredKey> = {}): StoredKey {
  return {
    keyid,
    series: keyid,
    generation: 1,
    kind: 'hmac',
    tenant: 't',
    owner: 'o',
    name: 'n',
    environment: 'live',
    status: 'active',
    statusAt: NOON,
    reason: 'because',
    scopes: ['a', 'b'],
    labels: { team: 'x' },
    limits: [{ name: 'second', points: 5, seconds: 1 }],
    metadata: { plan: ['gold', 1, null, true] },
    createdAt: NOON,
    notBefore: NOON - 5,
    notAfter: NOON + 4_000_000_000,
    replacedBy: 'next',
    overlapUntil: NOON + 60,
    lastUsedAt: undefined,
    uses: 0,
    material: '1.m.abc',
    sealedWith: 'm',
    revision: 0,
    ...more,
  };
}

/** The members of a key with as little as there can be. */
export const NOTHING: Partial<StoredKey> = {
  reason: undefined,
  limits: undefined,
  metadata: undefined,
  notBefore: undefined,
  notAfter: undefined,
  replacedBy: undefined,
  overlapUntil: undefined,
  sealedWith: undefined,
  scopes: [],
  labels: {},
  tenant: '',
  name: '',
};

/** A write of a key, as it was read before. */
export const writeOf = (key: StoredKey | undefined, before?: StoredKey): KeyWrite => ({
  key,
  before,
  at: NOON,
  actor: 'admin',
  action: before === undefined ? 'issued' : key === undefined ? 'purged' : 'updated',
});

/** Puts keys into a store. */
export async function put(store: KeyStore, ...keys: readonly StoredKey[]): Promise<void> {
  for (const key of keys) ensure((await store.write([writeOf(key)])) !== undefined, `${key.keyid} was not written`);
}

/** A key that must be there. */
export async function mustGet(store: KeyStore, keyid: string): Promise<StoredKey> {
  const key = await store.get(keyid);
  if (key === undefined) throw new Error(`${keyid} is not there`);
  return key;
}

/** Equal as data: members that are absent are as good as undefined ones. */
export function requireSame(found: unknown, expected: unknown, what: string): void {
  const text = (value: unknown): string => JSON.stringify(sorted(value));
  ensure(text(found) === text(expected), `${what}: expected ${text(expected)}, but the store answered ${text(found)}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

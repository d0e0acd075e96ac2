/**
 * Keys, events and claims as rows, and rows as those.
 *
 * @module
 */

import type { KeyChange, StoredClaim } from '../../api-key/store/key-store.ts';
import { type ApiKey, type StoredKey, toApiKey } from '../../api-key/store/record.ts';
import type { SqlRow, SqlValue } from '../database.ts';

type Member = keyof StoredKey;

/** How a member is in its column: as it is, or as JSON. */
type Form = 'plain' | 'json';

/** One line a member: its column, and its form. `last_used_at` and `uses` are written by other statements. */
const COLUMNS: Readonly<Record<Member, readonly [column: string, form: Form]>> = {
  keyid: ['keyid', 'plain'],
  series: ['series', 'plain'],
  generation: ['generation', 'plain'],
  kind: ['kind', 'plain'],
  tenant: ['tenant', 'plain'],
  owner: ['owner', 'plain'],
  name: ['name', 'plain'],
  environment: ['environment', 'plain'],
  status: ['status', 'plain'],
  statusAt: ['status_at', 'plain'],
  reason: ['reason', 'plain'],
  material: ['material', 'plain'],
  sealedWith: ['sealed_with', 'plain'],
  scopes: ['scopes', 'json'],
  labels: ['labels', 'json'],
  limits: ['limits', 'json'],
  metadata: ['metadata', 'json'],
  createdAt: ['created_at', 'plain'],
  notBefore: ['not_before', 'plain'],
  notAfter: ['not_after', 'plain'],
  replacedBy: ['replaced_by', 'plain'],
  overlapUntil: ['overlap_until', 'plain'],
  revision: ['revision', 'plain'],
  lastUsedAt: ['last_used_at', 'plain'],
  uses: ['uses', 'plain'],
};

const MEMBERS = /* @__PURE__ */ Object.keys(COLUMNS) as readonly Member[];

/** What a change writes: all but the uses. */
const WRITTEN: readonly Member[] = /* @__PURE__ */ MEMBERS.slice(0, -2);

const columnOf = (member: Member): string => COLUMNS[member][0];

/** The columns of a key, for a SELECT. */
export const KEY_COLUMNS: string = /* @__PURE__ */ (() => MEMBERS.map(columnOf).join(', '))();

/** Inserts a key that must be new; answers a row if it was. */
export function insertKey(table: string): string {
  const values = WRITTEN.map((_, index) => `$${index + 1}`);
  return `INSERT INTO ${table} (${WRITTEN.map(columnOf).join(', ')}, uses) VALUES (${values.join(', ')}, 0) ON CONFLICT DO NOTHING RETURNING keyid`;
}

/** Writes a key that must have a revision, the value behind those of `keyValues`; answers a row if it had. */
export function updateKey(table: string): string {
  const assignments = WRITTEN.map((member, index) => `${columnOf(member)} = $${index + 1}`);
  return `UPDATE ${table} SET ${assignments.join(', ')} WHERE keyid = $1 AND revision = $${WRITTEN.length + 1} RETURNING keyid`;
}

/** The values of a key, in the order of both statements. */
export function keyValues(key: StoredKey): readonly SqlValue[] {
  return WRITTEN.map((member) => {
    const value = key[member];
    if (value === undefined) return null;
    return COLUMNS[member][1] === 'json' ? JSON.stringify(value) : (value as SqlValue);
  });
}

/** The key of a row. */
export function keyOf(row: SqlRow): StoredKey {
  return Object.fromEntries(
    MEMBERS.map((member) => {
      const [column, form] = COLUMNS[member];
      const value = row[column] ?? undefined;
      return [member, form === 'json' && value !== undefined ? JSON.parse(String(value)) : value];
    }),
  ) as unknown as StoredKey;
}

/** The event of a row. */
export function eventOf(row: SqlRow): KeyChange {
  const { seq, at, actor, action, keyid, tenant, before_state: before, after_state: after } = row;
  const change = { seq, at, actor, action, keyid, tenant, before: stateOf(before), after: stateOf(after) };
  return Object.freeze(change) as KeyChange;
}

function stateOf(text: unknown): ApiKey | undefined {
  return text === null || text === undefined ? undefined : (JSON.parse(String(text)) as ApiKey);
}

/** A state for its column. */
export function stateText(key: StoredKey | undefined): string | null {
  return key === undefined ? null : JSON.stringify(toApiKey(key));
}

/** The claim of a row. */
export function claimOf(row: SqlRow): StoredClaim {
  const { hash, purpose, keyid, sealed, expires_at: expiresAt, claimed_at: claimedAt, claimed_by: claimedBy, attempts } = row;
  const claim = {
    hash,
    purpose,
    keyid,
    sealed: sealed ?? undefined,
    expiresAt,
    claimedAt: claimedAt ?? undefined,
    claimedBy: claimedBy ?? undefined,
    attempts,
  };
  return claim as StoredClaim;
}

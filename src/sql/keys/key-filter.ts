/**
 * Which keys a list is of, as SQL: what `matchesFilter` says of one key.
 *
 * @module
 */

import type { KeyFilter } from '../../api-key/store/key-store.ts';
import type { KeyState } from '../../api-key/store/record.ts';
import type { Database, SqlStatement, SqlValue } from '../database.ts';
import { KEY_COLUMNS } from './key-rows.ts';

const NOT_ROTATED_OUT = '(overlap_until IS NULL OR overlap_until > $now)';

const NOT_EXPIRED = '(not_after IS NULL OR not_after >= $now)';

/** What `stateOf` answers, state by state. */
const STATES: Readonly<Record<KeyState, string>> = /* @__PURE__ */ (() => ({
  pending: "status = 'pending'",
  disabled: "status = 'disabled'",
  revoked: "status = 'revoked'",
  rotated_out: "status = 'active' AND overlap_until <= $now",
  expired: `status = 'active' AND ${NOT_ROTATED_OUT} AND not_after < $now`,
  scheduled: `status = 'active' AND ${NOT_ROTATED_OUT} AND ${NOT_EXPIRED} AND not_before > $now`,
  active: `status = 'active' AND ${NOT_ROTATED_OUT} AND ${NOT_EXPIRED} AND (not_before IS NULL OR not_before <= $now)`,
}))();

/** The statement of a list. */
export function listStatement(table: string, filter: KeyFilter, dialect: Database['dialect']): SqlStatement {
  const values: SqlValue[] = [];
  const value = (given: SqlValue): string => `$${values.push(given)}`;
  const conditions: string[] = [];
  for (const column of ['environment', 'tenant', 'owner', 'series'] as const) {
    const wanted = filter[column];
    if (wanted !== undefined) conditions.push(`${column} = ${value(wanted)}`);
  }
  const { state, unusedSince, expiringBefore, revokedBefore, notSealedWith, now, after, limit } = filter;
  if (state !== undefined) conditions.push(STATES[state].replaceAll('$now', () => value(now)));
  if (unusedSince !== undefined)
    conditions.push(`created_at < ${value(unusedSince)} AND (last_used_at IS NULL OR last_used_at < ${value(unusedSince)})`);
  if (expiringBefore !== undefined) conditions.push(`not_after >= ${value(now)} AND not_after < ${value(expiringBefore)}`);
  if (revokedBefore !== undefined) conditions.push(`status = 'revoked' AND status_at < ${value(revokedBefore)}`);
  if (notSealedWith !== undefined) conditions.push(`kind <> 'bearer' AND sealed_with <> ${value(notSealedWith)}`);
  // The order of code units, which SQLite has by itself.
  const keyid = dialect === 'postgres' ? 'keyid COLLATE "C"' : 'keyid';
  if (after !== undefined) {
    const createdAt = value(after.createdAt);
    conditions.push(`created_at >= ${createdAt} AND (created_at > ${createdAt} OR ${keyid} > ${value(after.keyid)})`);
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')}`;
  return { sql: `SELECT ${KEY_COLUMNS} FROM ${table}${where} ORDER BY created_at, ${keyid} LIMIT ${value(limit)}`, values };
}

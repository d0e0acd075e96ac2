/**
 * The statements of a key store, written once for its tables.
 *
 * @module
 */

import { insertKey, KEY_COLUMNS, updateKey } from './key-rows.ts';

/** What a key store says to its database. */
export interface KeyStatements {
  readonly table: string;
  readonly getKey: string;
  readonly insertKey: string;
  readonly updateKey: string;
  readonly deleteKey: string;
  readonly touch: string;
  readonly changes: string;
  readonly revision: string;
  readonly nextRevision: string;
  readonly raiseRevision: string;
  readonly insertEvent: string;
  readonly events: string;
  readonly eventsOfKey: string;
  readonly insertClaim: string;
  readonly getClaim: string;
  readonly tryClaim: string;
}

/** Writes the statements. */
export function keyStatements(prefix: string): KeyStatements {
  const [key, event, claim, meta] = ['key', 'event', 'claim', 'meta'].map((name) => prefix + name) as [string, string, string, string];
  const ofRevision = "WHERE name = 'revision'";
  return {
    table: key,
    getKey: `SELECT ${KEY_COLUMNS} FROM ${key} WHERE keyid = $1`,
    insertKey: insertKey(key),
    updateKey: updateKey(key),
    deleteKey: `DELETE FROM ${key} WHERE keyid = $1 AND revision = $2 RETURNING keyid`,
    // Forward only.
    touch: `UPDATE ${key} SET uses = uses + $3, last_used_at = CASE WHEN last_used_at IS NULL OR last_used_at < $2 THEN CAST($2 AS BIGINT) ELSE last_used_at END WHERE keyid = $1`,
    changes: `SELECT keyid, revision FROM ${key} WHERE revision > $1 ORDER BY revision LIMIT $2`,
    revision: `SELECT value FROM ${meta} ${ofRevision}`,
    nextRevision: `UPDATE ${meta} SET value = CAST(CAST(value AS BIGINT) + $1 AS TEXT) ${ofRevision} RETURNING value`,
    raiseRevision: `UPDATE ${meta} SET value = CAST($1 AS TEXT) ${ofRevision} AND CAST(value AS BIGINT) < $2`,
    insertEvent: `INSERT INTO ${event} (seq, at, actor, action, keyid, tenant, before_state, after_state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
    events: `SELECT * FROM ${event} WHERE seq > $1 ORDER BY seq LIMIT $2`,
    eventsOfKey: `SELECT * FROM ${event} WHERE seq > $1 AND keyid = $3 ORDER BY seq LIMIT $2`,
    insertClaim: `INSERT INTO ${claim} (hash, purpose, keyid, sealed, expires_at, attempts) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING RETURNING hash`,
    getClaim: `SELECT * FROM ${claim} WHERE hash = $1`,
    tryClaim: `UPDATE ${claim} SET attempts = attempts + 1, claimed_at = COALESCE(claimed_at, $2), claimed_by = COALESCE(claimed_by, $3) WHERE hash = $1 RETURNING *`,
  };
}

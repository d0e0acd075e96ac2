/**
 * The tables of keys. Times are whole seconds since the epoch.
 *
 * @module
 */

/**
 * The statements that make them. The table `meta` gets the revision: one row, whose lock puts changes into the order in which they can be
 * seen, which a sequence would not.
 */
export function keyTables(prefix: string): readonly string[] {
  return [
    `CREATE TABLE ${prefix}key (
  keyid TEXT PRIMARY KEY,
  series TEXT NOT NULL, generation INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('hmac', 'ed25519', 'bearer')),
  tenant TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL,
  environment TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'disabled', 'revoked')),
  status_at BIGINT NOT NULL, reason TEXT,
  material TEXT NOT NULL, sealed_with TEXT,
  scopes TEXT NOT NULL, labels TEXT NOT NULL, limits TEXT, metadata TEXT,
  created_at BIGINT NOT NULL, not_before BIGINT, not_after BIGINT,
  replaced_by TEXT, overlap_until BIGINT,
  last_used_at BIGINT, uses BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  UNIQUE (series, generation))`,
    `CREATE INDEX ${prefix}key_owner ON ${prefix}key (tenant, owner, created_at)`,
    `CREATE INDEX ${prefix}key_created ON ${prefix}key (created_at)`,
    `CREATE INDEX ${prefix}key_sealed ON ${prefix}key (sealed_with)`,
    `CREATE INDEX ${prefix}key_expiry ON ${prefix}key (not_after)`,
    `CREATE INDEX ${prefix}key_revision ON ${prefix}key (revision)`,
    // What was done: seq is the revision of the change.
    `CREATE TABLE ${prefix}event (
  seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  keyid TEXT NOT NULL, tenant TEXT NOT NULL, before_state TEXT, after_state TEXT)`,
    `CREATE INDEX ${prefix}event_key ON ${prefix}event (keyid, seq)`,
    // Claim links, enrolments, and keys that are issued once: by the hash of their token.
    `CREATE TABLE ${prefix}claim (
  hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, keyid TEXT NOT NULL, sealed TEXT,
  expires_at BIGINT NOT NULL, claimed_at BIGINT, claimed_by TEXT, attempts INTEGER NOT NULL)`,
    `INSERT INTO ${prefix}meta (name, value) VALUES ('revision', '0')`,
  ];
}

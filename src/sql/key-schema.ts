/**
 * The tables of keys: one text, the same for PostgreSQL and SQLite. Times are whole seconds since the epoch.
 *
 * @module
 */

/**
 * The statements, in order. `countersign_meta` holds the revision: one row, whose lock puts changes into the order in which they can be
 * seen, which a sequence would not.
 */
export const keyStatements: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS countersign_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS countersign_key (
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
  'CREATE INDEX IF NOT EXISTS countersign_key_owner ON countersign_key (tenant, owner, created_at)',
  'CREATE INDEX IF NOT EXISTS countersign_key_created ON countersign_key (created_at)',
  'CREATE INDEX IF NOT EXISTS countersign_key_sealed ON countersign_key (sealed_with)',
  'CREATE INDEX IF NOT EXISTS countersign_key_expiry ON countersign_key (not_after)',
  'CREATE INDEX IF NOT EXISTS countersign_key_revision ON countersign_key (revision)',
  `CREATE TABLE IF NOT EXISTS countersign_event (
  seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  keyid TEXT NOT NULL, tenant TEXT NOT NULL, before_state TEXT, after_state TEXT)`,
  'CREATE INDEX IF NOT EXISTS countersign_event_key ON countersign_event (keyid, seq)',
  `CREATE TABLE IF NOT EXISTS countersign_claim (
  hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, keyid TEXT NOT NULL, sealed TEXT,
  expires_at BIGINT NOT NULL, claimed_at BIGINT, claimed_by TEXT, attempts INTEGER NOT NULL)`,
  "INSERT INTO countersign_meta (name, value) VALUES ('revision', '0') ON CONFLICT DO NOTHING",
];

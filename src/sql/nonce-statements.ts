/**
 * The statements of the replay store, as each database wants them.
 *
 * The one that records a nonce decides everything by itself: whether a copy is in flight, whether the store may have forgotten messages of
 * that time, and whether the nonce is known.
 *
 * @module
 */

import type { Database } from './database.ts';

/** Statements. Their values are in the comments. */
export interface NonceStatements {
  /** scope, nonce, created, keep until, class of life, futureSkew, warm, `life >> 1` -> free, added, begun */
  readonly consume: string;
  /** As `consume`, but that it fails where nothing is to be recorded: so it undoes what is done together with it. -> begun. For databases without transactions */
  readonly strict: string | undefined;
  /** As `consume` -> holds: whether it would record a nonce that is not known. For databases without transactions */
  readonly holds: string | undefined;
  /** scope, nonce -> known, identity, skew, current, clock */
  readonly look: string;
  /** started, now, futureSkew; begins an epoch of another server, or the first one */
  readonly begin: string;
  /** now, futureSkew; begins an epoch in any case */
  readonly restart: string;
  /** futureSkew */
  readonly widen: string;
  /** before, limit -> scope, created, life */
  readonly prune: string;
  /** Whether nobody else is pruning -> free */
  readonly lock: string | undefined;
}

/** What the epoch of a database is bound to. */
export interface IdentityOptions {
  /** Whether the epoch is kept in the database: then it is looked at there. */
  readonly stored: boolean;
  readonly insecurelyAssumeNoFailover: boolean;
}

/** Makes the statements over tables of a prefix. What they answer is no number of 64 bits, which clients of PostgreSQL read as a text. */
export function createStatements(dialect: Database['dialect'], prefix: string, identity: IdentityOptions): NonceStatements {
  return dialect === 'postgres' ? postgresStatements(prefix, identity) : sqliteStatements(prefix, identity.stored);
}

/** Nothing of that time was forgotten: neither of its class of lifetime or a longer one, nor of its scope. */
const notForgotten = (prefix: string) =>
  `NOT EXISTS (SELECT 1 FROM ${prefix}forgotten AS f WHERE f.created >= CAST($3 AS BIGINT) AND ((f.scope = '' AND f.life >= CAST($8 AS INTEGER)) OR f.scope = CAST($1 AS TEXT)))`;

/** A row that is pruned while we look is either seen here, or what was noted of it is. */
const notKnown = (prefix: string) =>
  `NOT EXISTS (SELECT 1 FROM ${prefix}nonce AS n WHERE n.scope = CAST($1 AS TEXT) AND n.nonce = CAST($2 AS TEXT))`;

const COLUMNS = 'scope, nonce, created, keep_until, life';

const ROW = 'CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS INTEGER)';

/** What is true where the epoch is over and the store knows everything since; without an epoch, when it is told to. */
const inEpoch = (condition: string) =>
  `CASE WHEN e.identity IS NULL THEN CAST($7 AS INTEGER) = 1 ELSE e.future_skew >= CAST($6 AS INTEGER) AND CAST($3 AS BIGINT) > e.started + e.future_skew + 1 AND ${condition} END`;

const prune = (prefix: string) =>
  `DELETE FROM ${prefix}nonce WHERE (scope, nonce) IN (SELECT scope, nonce FROM ${prefix}nonce WHERE keep_until < $1 ORDER BY keep_until, scope, nonce LIMIT $2) RETURNING scope, created, life`;

function postgresStatements(prefix: string, { insecurelyAssumeNoFailover }: IdentityOptions): NonceStatements {
  const filenode = `pg_relation_filenode(CAST('${prefix}nonce' AS regclass))`;
  // A promotion leaves the start time as it is, and the control file says the old timeline for a while: the name of the WAL file does not.
  const server = `(SELECT system_identifier FROM pg_control_system()) || ' ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || ' '`;
  const process = `extract(epoch FROM pg_postmaster_start_time()) || ' ' || ${filenode}`;
  const identity = insecurelyAssumeNoFailover ? process : `${server} || ${process}`;
  const clock = 'CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)';
  const holds = inEpoch(`e.identity = ${identity}`);
  const upsert = `INSERT INTO ${prefix}epoch AS e (id, identity, started, future_skew) VALUES (1, ${identity}`;
  const replaced = 'identity = excluded.identity, future_skew = GREATEST(e.future_skew, excluded.future_skew)';
  return {
    consume: `WITH place AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended('${prefix}' || CAST($1 AS TEXT) || chr(10) || CAST($2 AS TEXT), 0)) AS free),
added AS (INSERT INTO ${prefix}nonce (${COLUMNS}) SELECT ${ROW} FROM place LEFT JOIN ${prefix}epoch AS e ON e.id = 1
WHERE place.free AND ${holds} AND ${notForgotten(prefix)} AND ${notKnown(prefix)} ON CONFLICT DO NOTHING RETURNING 1 AS one)
SELECT CAST(place.free AS INTEGER) AS free, CAST((SELECT count(*) FROM added) AS INTEGER) AS added, CAST((SELECT count(*) FROM ${prefix}epoch) AS INTEGER) AS begun FROM place`,
    strict: undefined,
    holds: undefined,
    look: `SELECT CAST((SELECT count(*) FROM ${prefix}nonce WHERE scope = $1 AND nonce = $2) AS INTEGER) AS known, (SELECT identity FROM ${prefix}epoch) AS identity, (SELECT future_skew FROM ${prefix}epoch) AS skew, ${identity} AS current, CAST(${clock} AS DOUBLE PRECISION) AS clock`,
    begin: `${upsert}, CAST($1 AS BIGINT), CAST($3 AS INTEGER)) ON CONFLICT (id) DO UPDATE SET ${replaced}, started = GREATEST(CAST($2 AS BIGINT), ${clock}) WHERE e.identity <> excluded.identity`,
    restart: `${upsert}, GREATEST(CAST($1 AS BIGINT), ${clock}), CAST($2 AS INTEGER)) ON CONFLICT (id) DO UPDATE SET ${replaced}, started = GREATEST(e.started, excluded.started)`,
    widen: `UPDATE ${prefix}epoch SET future_skew = CAST($1 AS INTEGER) WHERE future_skew < CAST($1 AS INTEGER)`,
    prune: prune(prefix),
    lock: `SELECT CAST(pg_try_advisory_xact_lock(hashtextextended('${prefix}prune', 0)) AS INTEGER) AS free`,
  };
}

/** A file says nothing of who wrote it: either each opening is an epoch of its own, or all of them are one. */
function sqliteStatements(prefix: string, stored: boolean): NonceStatements {
  const epoch = stored ? `(SELECT 1) LEFT JOIN ${prefix}epoch AS e ON e.id = 1` : '(SELECT 1)';
  // Every value is used in either form.
  const holds = stored ? inEpoch('1 = 1') : '($6 IS NOT NULL AND $7 IS NOT NULL)';
  const upsert = `INSERT INTO ${prefix}epoch (id, identity, started, future_skew) VALUES (1, 'file'`;
  const skew = 'future_skew = MAX(future_skew, excluded.future_skew)';
  return {
    consume: `INSERT INTO ${prefix}nonce (${COLUMNS}) SELECT ${ROW} FROM ${epoch}
WHERE ${holds} AND ${notForgotten(prefix)} AND ${notKnown(prefix)} ON CONFLICT DO NOTHING RETURNING 1 AS free, 1 AS added, (SELECT count(*) FROM ${prefix}epoch) AS begun`,
    // No column takes NULL, and no two rows have one name.
    strict: `INSERT INTO ${prefix}nonce (${COLUMNS}) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CASE WHEN ${holds} AND ${notForgotten(prefix)} THEN CAST($3 AS BIGINT) END, CAST($4 AS BIGINT), CAST($5 AS INTEGER)
FROM ${epoch} WHERE 1 = 1 RETURNING (SELECT count(*) FROM ${prefix}epoch) AS begun`,
    holds: `SELECT CASE WHEN ${holds} AND ${notForgotten(prefix)} THEN 1 ELSE 0 END AS holds FROM ${epoch}`,
    look: `SELECT (SELECT count(*) FROM ${prefix}nonce WHERE scope = $1 AND nonce = $2) AS known, (SELECT identity FROM ${prefix}epoch) AS identity, (SELECT future_skew FROM ${prefix}epoch) AS skew, 'file' AS current, CAST(strftime('%s', 'now') AS INTEGER) AS clock`,
    begin: `${upsert}, $1, $3) ON CONFLICT (id) DO UPDATE SET identity = excluded.identity, started = $2, ${skew} WHERE identity <> excluded.identity`,
    restart: `${upsert}, MAX($1, CAST(strftime('%s', 'now') AS INTEGER)), $2) ON CONFLICT (id) DO UPDATE SET started = MAX(started, excluded.started), ${skew}`,
    widen: `UPDATE ${prefix}epoch SET future_skew = $1 WHERE future_skew < $1`,
    prune: prune(prefix),
    lock: undefined,
  };
}

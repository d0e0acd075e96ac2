/**
 * Removing nonces that are past, a bounded number at a time.
 *
 * What is removed is noted in the same transaction: messages of that time are refused as `cold`, whatever a clock or another policy says.
 *
 * @module
 */

import { LIFETIMES } from '../replay/lifetime.ts';
import { LONGEST_LIFE } from '../replay/store.ts';
import type { Database, SqlRow, SqlStatement, SqlValue } from './database.ts';
import type { NonceStatements } from './nonce-statements.ts';

/** Seconds by which the clock of who prunes may be ahead of a verifier's without refusing honest messages. */
const MARGIN = 60;

/** Marks that go into one statement. */
const CHUNK = 100;

interface Bounds {
  readonly limit: number;
  readonly now: number;
}

/** Until when messages were forgotten: of a scope, or of all (`''`); of a class of lifetime. */
interface Mark {
  readonly scope: string;
  readonly life: number;
  readonly created: number;
}

/** Answers how many were removed. */
export async function pruneNonces(
  database: Database,
  statements: NonceStatements,
  prefix: string,
  { limit, now }: Bounds,
): Promise<number> {
  const work = async (inside: Database): Promise<number> => {
    if (statements.lock !== undefined && (await inside.run(statements.lock))[0]?.['free'] !== 1) return 0;
    const removed = await inside.run(statements.prune, [now - MARGIN, limit]);
    // A scope is remembered for as long as any message of its time can live; then the mark of the longest class speaks for all.
    const old = await inside.run(`DELETE FROM ${prefix}forgotten WHERE scope <> '' AND created < $1 RETURNING created`, [
      now - 2 * LONGEST_LIFE,
    ]);
    for (const chunk of chunks(marksOf(removed, old))) await note(inside, prefix, chunk);
    return removed.length;
  };
  if (database.transaction !== undefined) return database.transaction(work);
  if (database.batch === undefined)
    throw new TypeError('this database has neither transactions nor batches: prune it by SQL, and call restored()');
  const removed = await database.batch(batchOf(statements, prefix, now - MARGIN, limit, now - 2 * LONGEST_LIFE));
  return removed.at(-1)?.length ?? 0;
}

/** The same in statements that need nothing of each other's answers: what is to be removed is noted first. */
function batchOf(statements: NonceStatements, prefix: string, before: number, limit: number, old: number): readonly SqlStatement[] {
  const marking = (select: string) =>
    `INSERT INTO ${prefix}forgotten (scope, life, created) ${select} ON CONFLICT (scope, life) DO UPDATE SET created = MAX(created, excluded.created)`;
  const past = `(SELECT scope, life, created FROM ${prefix}nonce WHERE keep_until < $1 ORDER BY keep_until, scope, nonce LIMIT $2)`;
  const longest = LIFETIMES.length - 1;
  const marks = `FROM ${prefix}forgotten WHERE scope <> '' AND created < $1`;
  return [
    { sql: marking(`SELECT '', life >> 1, MAX(created) FROM ${past} WHERE 1 = 1 GROUP BY life >> 1`), values: [before, limit] },
    {
      sql: marking(`SELECT scope, life >> 1, MAX(created) FROM ${past} WHERE (life & 1) = 0 GROUP BY scope, life >> 1`),
      values: [before, limit],
    },
    { sql: marking(`SELECT '', ${longest}, MAX(created) ${marks} HAVING COUNT(*) > 0`), values: [old] },
    { sql: `DELETE ${marks}`, values: [old] },
    { sql: statements.prune, values: [before, limit] },
  ];
}

function marksOf(removed: readonly SqlRow[], old: readonly SqlRow[]): readonly Mark[] {
  const marks = new Map<string, Mark>();
  const add = (scope: string, life: number, created: number) => {
    const name = `${life} ${scope}`;
    if ((marks.get(name)?.created ?? -1) < created) marks.set(name, { scope, life, created });
  };
  for (const row of removed) {
    const { scope, created, life } = row as { readonly scope: string; readonly created: number; readonly life: number };
    add('', life >> 1, created);
    // Under a longer policy it would still be accepted.
    if ((life & 1) === 0) add(scope, life >> 1, created);
  }
  for (const { created } of old as readonly { readonly created: number }[]) add('', LIFETIMES.length - 1, created);
  // In one order, so that no two wait for each other.
  return [...marks.values()].sort((a, b) => (a.scope === b.scope ? a.life - b.life : a.scope < b.scope ? -1 : 1));
}

function* chunks(marks: readonly Mark[]): Generator<readonly Mark[]> {
  for (let start = 0; start < marks.length; start += CHUNK) yield marks.slice(start, start + CHUNK);
}

async function note(database: Database, prefix: string, marks: readonly Mark[]): Promise<void> {
  const rows = marks.map((_, index) => `($${3 * index + 1}, CAST($${3 * index + 2} AS INTEGER), CAST($${3 * index + 3} AS BIGINT))`);
  const greatest = database.dialect === 'postgres' ? 'GREATEST' : 'MAX';
  const set = `created = ${greatest}(${prefix}forgotten.created, excluded.created)`;
  const sql = `INSERT INTO ${prefix}forgotten (scope, life, created) VALUES ${rows.join(', ')} ON CONFLICT (scope, life) DO UPDATE SET ${set}`;
  await database.run(
    sql,
    marks.flatMap(({ scope, life, created }): SqlValue[] => [scope, life, created]),
  );
}

/**
 * What is measured against one limit, case by case, printed as a table.
 *
 * A case that misses the limit is measured again: a busy machine only ever adds. Cases that a pattern names as not met yet
 * are measured and printed, and fail nothing; taking the pattern away switches their limit on.
 */

/** One case. */
export interface Case {
  readonly name: string;
  /** Measures once. */
  measure(): Promise<number>;
  /** What else is worth a column. */
  readonly remark?: string | undefined;
}

/** What all cases are held against. */
export interface Limit {
  readonly title: string;
  /** At most. */
  readonly limit: number;
  /** What a measurement is a multiple of. */
  readonly unit: string;
  /** How often a case that misses it is measured again; 4 by default. */
  readonly again?: number | undefined;
  /** Beyond this no stall of the machine is to blame, and nothing is measured again; default: never. */
  readonly hopeless?: number | undefined;
  /** Names of cases that are not met yet. */
  readonly notYet?: readonly RegExp[] | undefined;
}

async function best({ measure }: Case, { limit, again = 4, hopeless = Number.POSITIVE_INFINITY }: Limit): Promise<number> {
  let value = await measure();
  for (let attempt = 0; attempt < again && value > limit && value < hopeless; attempt++) value = Math.min(value, await measure());
  return value;
}

/** Measures every case and prints it. Answers whether each that must meet the limit does. */
export async function holdAgainst(held: Limit, cases: readonly Case[]): Promise<boolean> {
  const { title, limit, unit, notYet = [] } = held;
  console.log(`\n${title}: at most ${limit} ${unit}`);
  const width = Math.max(...cases.map(({ name }) => name.length)) + 2;
  const pending = new Set(notYet);
  let [met, count] = [true, 0];
  for (const one of cases) {
    const value = await best(one, held);
    const within = value <= limit;
    const expected = notYet.filter((pattern) => pattern.test(one.name));
    if (within) count++;
    else if (expected.length === 0) met = false;
    else for (const pattern of expected) pending.delete(pattern);
    const mark = within ? 'ok      ' : expected.length > 0 ? 'not yet ' : 'MISSED  ';
    console.log(`  ${mark}${one.name.padEnd(width)}${value.toFixed(2).padStart(8)} x  ${one.remark ?? ''}`.trimEnd());
  }
  for (const pattern of pending)
    if (cases.some(({ name }) => pattern.test(name))) console.log(`  every case of ${pattern} is within the limit: take it from the list`);
  console.log(`  ${count} of ${cases.length} within the limit`);
  return met;
}

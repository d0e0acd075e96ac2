/**
 * What is measured against one limit, case by case, printed as a table.
 *
 * A case that misses the limit is measured again: a busy machine only ever adds.
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
}

async function best({ measure }: Case, { limit, again = 4, hopeless = Number.POSITIVE_INFINITY }: Limit): Promise<number> {
  let value = await measure();
  for (let attempt = 0; attempt < again && value > limit && value < hopeless; attempt++) value = Math.min(value, await measure());
  return value;
}

/** Measures every case and prints it. Answers whether each that must meet the limit does. */
export async function holdAgainst(held: Limit, cases: readonly Case[]): Promise<boolean> {
  const { title, limit, unit } = held;
  console.log(`\n${title}: at most ${limit} ${unit}`);
  const width = Math.max(...cases.map(({ name }) => name.length)) + 2;
  let count = 0;
  for (const one of cases) {
    const value = await best(one, held);
    const within = value <= limit;
    if (within) count++;
    const mark = within ? 'ok      ' : 'MISSED  ';
    console.log(`  ${mark}${one.name.padEnd(width)}${value.toFixed(2).padStart(8)} x  ${one.remark ?? ''}`.trimEnd());
  }
  console.log(`  ${count} of ${cases.length} within the limit`);
  return count === cases.length;
}

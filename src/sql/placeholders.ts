/**
 * `$1` to `$n` for clients that know `?` alone.
 *
 * @module
 */

import type { SqlValue } from './database.ts';

/** A statement with `?`, and which value each of them stands for. */
export interface Positional {
  readonly text: string;
  readonly order: readonly number[];
}

/** Rewrites a statement. It has placeholders outside of quotes alone. */
export function toPositional(sql: string): Positional {
  const order: number[] = [];
  const text = sql.replace(/\$(\d+)/g, (_, number: string) => {
    order.push(Number(number) - 1);
    return '?';
  });
  return { text, order };
}

/** The values in the order of the placeholders. */
export function positionalValues({ order }: Positional, values: readonly SqlValue[]): readonly SqlValue[] {
  return order.map((index) => {
    const value = values[index];
    if (value === undefined) throw new RangeError(`there is no value for $${index + 1}`);
    return value;
  });
}

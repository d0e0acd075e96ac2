/**
 * What people read: tables, times, and colours where there is a terminal that shows them.
 *
 * @module
 */

import type { CommandContext, Output } from '../command.ts';

/** Colours, or none: not into files and pipes, and not where NO_COLOR is set. */
export function painter(
  output: Output,
  { env }: Pick<CommandContext, 'env'>,
): Readonly<Record<'good' | 'bad' | 'strong', (text: string) => string>> {
  const isColoured = output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const paint = (code: number) => (text: string) => (isColoured ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { good: paint(32), bad: paint(31), strong: paint(1) };
}

/** Text of somebody else's, without what would steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Rows as columns, each as wide as it needs to be. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A time, in whole seconds since the epoch, as a date; `-` if there is none. */
export function timeText(seconds: number | undefined): string {
  return seconds === undefined ? '-' : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** A JSON value as a line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * What options mean: durations, times, lists, names with values.
 *
 * @module
 */

import { UsageError } from '../command.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** Seconds of `90`, `15m`, `12h`, `90d`, `1y`. @throws {UsageError} */
export function readDuration(text: string, option: string): number {
  const [, count, unit = 's'] = /^(\d{1,12})([smhdwy]?)$/.exec(text) ?? [];
  if (count === undefined) throw new UsageError(`--${option} must be a duration: seconds, or a number with s, m, h, d, w or y`);
  return Number(count) * (UNITS[unit] ?? 1);
}

/** Seconds since the epoch, of themselves or of a date and time (`2027-01-31`, `2027-01-31T12:00:00Z`). @throws {UsageError} */
export function readTime(text: string, option: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = isDate ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(`--${option} must be a time: 2027-01-31, 2027-01-31T12:00:00Z, or whole seconds since the epoch`);
  return Math.floor(time / 1000);
}

/** A whole number. @throws {UsageError} */
export function readCount(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${option} must be a whole number`);
  return Number(text);
}

/** One of several words. @throws {UsageError} */
export function readChoice<T extends string>(text: string, option: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${option} must be one of ${choices.join(', ')}`);
  return found;
}

/** The members of lists: an option may be given several times, and hold several, separated by commas. */
export function readList(given: readonly string[] | undefined): readonly string[] | undefined {
  return given?.flatMap((text) => text.split(',')).filter((text) => text !== '');
}

/** Values by name, of `name=value`. @throws {UsageError} */
export function readPairs(given: readonly string[] | undefined, option: string): Readonly<Record<string, string>> | undefined {
  return (
    given &&
    Object.fromEntries(
      given.map((text) => {
        const at = text.indexOf('=');
        if (at < 1) throw new UsageError(`--${option} must be name=value`);
        return [text.slice(0, at), text.slice(at + 1)];
      }),
    )
  );
}

/** What an option must be given. @throws {UsageError} */
export function required<T>(value: T | undefined, option: string, what: string): T {
  if (value === undefined) throw new UsageError(`--${option} is required: ${what}`);
  return value;
}

/**
 * Checks of what the caller passes: each throws a TypeError or RangeError that names the argument, never its value.
 *
 * @module
 */

import { isThenable } from './awaitable.ts';

/** Requires an object. */
export function assertObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} must be an object`);
}

/** Requires a non-empty string. */
export function assertText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  if (value === '') throw new RangeError(`${name} must not be empty`);
}

/** Requires a non-empty string of printable ASCII, which is all that a structured field String carries (RFC 9651, section 3.3.3). */
export function assertPrintable(value: unknown, name: string): asserts value is string {
  assertText(value, name);
  if (!/^[ -~]+$/.test(value)) throw new TypeError(`${name} must be printable ASCII`);
}

/** Requires a list of texts. */
export function assertTexts(value: unknown, name: string): asserts value is readonly string[] {
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string')) throw new TypeError(`${name} must be a list of strings`);
}

/** Requires `true` or `false`: a text such as `'false'` would count as true. */
export function assertFlag(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false`);
}

/** Requires a function. */
export function assertFunction(value: unknown, name: string): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function`);
}

/** Requires a whole number in a range. */
export function assertInteger(value: unknown, name: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < min || value > max) throw new RangeError(`${name} must be a whole number from ${min} to ${max}`);
}

/** Requires a duration in whole seconds, in a range: more than the most is taken for milliseconds. */
export function assertSeconds(value: unknown, name: string, min: number, max: number): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const hint = value > max && Number.isFinite(value) ? ': is this in milliseconds?' : '';
  throw new RangeError(`${name}, in seconds, must be a whole number from ${min} to ${max}${hint}`);
}

/** Later than any time in seconds that is meant (the year 4147), earlier than the present in milliseconds. */
const LATEST = 2 ** 36;

/** Told by its tag: nothing here names a clock. */
function isDate(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** Requires a time in whole seconds since the epoch; milliseconds, fractions and `Date`s are told apart. */
export function assertTime(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be a number of whole seconds since the epoch${isDate(value) ? ', not a Date' : ''}`);
  if (value > LATEST && Number.isFinite(value))
    throw new RangeError(`${name} must be in seconds since the epoch: this looks like milliseconds`);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name} must be a number of whole seconds since the epoch`);
}

/** Refuses a promise where a value belongs: the commonest fault, and one that no other message names. */
export function assertNoPromise(value: unknown, name: string): void {
  if (isThenable(value)) throw new TypeError(`${name} is a promise: await it first`);
}

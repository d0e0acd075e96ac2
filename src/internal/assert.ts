/**
 * Checks of what the caller passes: each throws a TypeError or RangeError that names the argument, never its value.
 *
 * @module
 */

/** Requires an object. */
export function assertObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} must be an object`);
}

/** Requires a non-empty string. */
export function assertText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  if (value === '') throw new RangeError(`${name} must not be empty`);
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

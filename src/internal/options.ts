/**
 * Reading an options object: what is not known is refused, and what `Object.prototype` was given by somebody else does not count.
 *
 * A misspelt option fails open (`orgins` sends anywhere), so every function that takes options reads them here, once.
 *
 * @module
 */

import { assertObject } from './assert.ts';
import { nearest } from './nearest.ts';

/** The names of an options interface: the compiler wants each of them, and no other. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** What helps who misplaced an option. */
export interface OptionHints {
  /** How messages call the object; default `options`. */
  readonly name?: string;
  /** Names that belong elsewhere, and where: `{ maxAge: 'policy' }`. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/**
 * The known members of an options object, each read once. Members of a class count, also getters on its prototype; members of
 * `Object.prototype` do not: the result has each name as its own. `null` is kept, and `undefined` is what is not given, so that defaults
 * apply.
 *
 * @throws {TypeError} If `given` is no object, or has a member that is not known; the message names it and the nearest known name.
 */
export function readOptions<T extends object>(given: T, names: OptionNames<T>, { name = 'options', elsewhere = {} }: OptionHints = {}): T {
  assertObject(given, name);
  for (const key of Object.keys(given)) if (!Object.hasOwn(names, key)) throw unknownOption(key, names, name, elsewhere);
  const read: Record<string, unknown> = { ...names };
  for (const key of Object.keys(names)) read[key] = memberOf(given, key);
  return read as T;
}

/** A member of an object that is not `Object.prototype`'s; `undefined` if there is none. */
export function memberOf(given: object, key: string): unknown {
  const value = (given as Readonly<Record<string, unknown>>)[key];
  return value === undefined || !Object.hasOwn(Object.prototype, key) || isOwnOrOfClass(given, key) ? value : undefined;
}

/** Whether something before `Object.prototype` in the chain has the member. */
function isOwnOrOfClass(given: object, key: string): boolean {
  for (let holder: object | null = given; holder !== null && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, key)) return true;
  }
  return false;
}

function unknownOption(key: string, names: object, name: string, elsewhere: Readonly<Record<string, string>>): TypeError {
  if (Object.hasOwn(elsewhere, key)) return new TypeError(`${name}: ${key} belongs into ${elsewhere[key]}`);
  const near = nearest(key, [...Object.keys(names), ...Object.keys(elsewhere)]);
  return new TypeError(`${name}: there is no ${quoteKey(key)}${near === undefined ? '' : `; did you mean ${near}?`}`);
}

/** A name as messages show it: short, and printable. */
function quoteKey(key: string): string {
  return JSON.stringify(key.slice(0, 40));
}

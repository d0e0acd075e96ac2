/**
 * What every store refuses by itself, before anything changes: it may be asked by others than our verifier.
 *
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import type { ConsumeRequest } from './store.ts';

/** The most bytes of a nonce. */
const NONCE_BYTES = 128;

/** The most characters of a scope: two texts of 1,024 and their lengths fit twice. */
const SCOPE_CHARACTERS = 4096;

/** The latest time that stores count: the year 5138 in seconds, or 1973 in milliseconds. */
export const LATEST = 100_000_000_000;

/** The most seconds of `futureSkew` that a policy allows. */
export const LONGEST_SKEW = 3600;

/**
 * Requires what a store can hold.
 *
 * @throws {TypeError | RangeError} Naming the member: an empty or long nonce, text with lone surrogates, times that are not whole seconds.
 */
export function checkRequest(request: ConsumeRequest): void {
  assertObject(request, 'request');
  const { tenant, scope, nonce, created, expires, keepUntil, now, futureSkew } = request;
  if (typeof tenant !== 'string') throw new TypeError('tenant must be a string');
  checkText(scope, 'scope', SCOPE_CHARACTERS);
  checkText(nonce, 'nonce', NONCE_BYTES);
  checkTime(created, 'created');
  if (expires !== undefined) checkTime(expires, 'expires');
  checkTime(keepUntil, 'keepUntil');
  checkTime(now, 'now');
  checkSeconds(futureSkew, 'futureSkew', LONGEST_SKEW, `whole seconds, at most ${LONGEST_SKEW}`);
}

/**
 * Requires several that a store can hold, each of a scope of its own.
 *
 * @throws {TypeError | RangeError} As `checkRequest`; a `TypeError` for two of one scope.
 */
export function checkRequests(requests: readonly ConsumeRequest[]): void {
  if (!Array.isArray(requests)) throw new TypeError('requests must be an array');
  for (const request of requests) checkRequest(request);
  if (new Set(requests.map(({ scope }) => scope)).size < requests.length) throw new TypeError('requests must each have a scope of its own');
}

/** A scope is bounded as a nonce is: stores outside use both as names of records. */
function checkText(text: unknown, name: string, most: number): void {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string`);
  if (text === '') throw new RangeError(`${name} must not be empty`);
  // In this order: a megabyte is refused without being read.
  if (text.length > most || utf8Length(text, name) > most) throw new RangeError(`${name} must have at most ${most} bytes`);
}

/** The bytes of a text in UTF-8. Lone surrogates have none, and databases make one text of all of them. */
function utf8Length(text: string, name: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    const point = text.codePointAt(index)!;
    if (point >= 0xd800 && point <= 0xdfff) throw new RangeError(`${name} must not contain lone surrogates`);
    bytes += unit < 0x800 ? 1 : 2;
    // The second half of a pair is counted with the first: four bytes for two units.
    if (point > 0xffff) index++;
  }
  return bytes;
}

function checkTime(value: unknown, name: string): void {
  checkSeconds(value, name, LATEST, 'whole seconds since the epoch');
}

function checkSeconds(value: unknown, name: string, most: number, shape: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number of ${shape}`);
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) throw new RangeError(`${name} must be ${shape}`);
}

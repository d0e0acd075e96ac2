/**
 * Which errors of a database mean that somebody else is in the way, and that trying again helps.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { memberOf } from '../internal/options.ts';

/** PostgreSQL: lock not available, serialization failure, deadlock. SQLite: busy, locked, and their kinds. */
const BUSY = /^(?:55P03|40001|40P01|SQLITE_(?:BUSY|LOCKED).*)$/;

/** As node:sqlite numbers them: busy, locked; the kinds are in the upper bits. */
const BUSY_NUMBERS: readonly unknown[] = [5, 6];

/** Another transaction has the same message in hand, or the database to itself. */
export function storeBusy(cause?: unknown): VerificationError {
  return new VerificationError('store_busy', undefined, { retryAfter: 1, cause });
}

/** What a database threw, as a refusal where it says that it is busy. */
export function asBusy(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const code = memberOf(error, 'code');
  const number = memberOf(error, 'errcode');
  const busy = (typeof code === 'string' && BUSY.test(code)) || (typeof number === 'number' && BUSY_NUMBERS.includes(number & 0xff));
  return busy ? storeBusy(error) : error;
}

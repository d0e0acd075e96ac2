/**
 * As of when a message is verified that was saved: now, at a time, or when it says that it was signed.
 *
 * @module
 */

import { parseUnverifiedSignatures } from '../../http/parse-unverified.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import { readTime } from '../input/values.ts';

/** The clock; `undefined` is the system's. @throws {UsageError} If `at` is no time. */
export function clockFor(message: RequestMessage, at: string | undefined): (() => number) | undefined {
  if (at === undefined) return undefined;
  const time = at === 'created' ? createdOf(message) : readTime(at, 'at');
  return time === undefined ? undefined : () => time;
}

function createdOf(message: RequestMessage): number | undefined {
  try {
    return parseUnverifiedSignatures(message).find(({ created }) => created !== undefined)?.created;
  } catch {
    // What is malformed is refused when it is verified.
    return undefined;
  }
}

/**
 * What a server may be asked for: the raw request target, refused where two parsers could read it differently.
 *
 * @module
 */

import { VerificationError } from '../errors.ts';
import { splitTarget } from './derive.ts';

/** Control bytes, space, raw non-ASCII, a fragment or a backslash: parsers disagree about each. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control bytes are what it looks for
const AMBIGUOUS = /[\x00-\x20\x7f-\uffff#\\]/;

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * Requires an origin-form target that no parser changes.
 *
 * @throws {VerificationError} `target_malformed`.
 */
export function requireTarget(target: string): void {
  if (!target.startsWith('/')) throw malformed('is not a path (absolute-form and * are refused)');
  if (AMBIGUOUS.test(target)) throw malformed('holds a character that must be percent-encoded');
  if (DOT_SEGMENT.test(splitTarget(target).path)) throw malformed('has a dot segment');
}

function malformed(why: string): VerificationError {
  return new VerificationError('target_malformed', `the request target ${why}`);
}

/**
 * The name of a key on the wire.
 *
 * @module
 */

import { assertText } from '../internal/assert.ts';

/** Requires a `keyid` that a structured field String can carry (RFC 9651, section 3.3.3). */
export function assertKeyid(keyid: unknown): asserts keyid is string {
  assertText(keyid, 'keyid');
  if (/[^ -~]/.test(keyid)) throw new RangeError('keyid must be printable ASCII');
}

/**
 * The name of a key on the wire.
 *
 * @module
 */

/** Requires a `keyid` that a structured field String can carry (RFC 9651, section 3.3.3). */
export function assertKeyid(keyid: unknown): asserts keyid is string {
  if (typeof keyid !== 'string') throw new TypeError('keyid must be a string');
  if (!/^[ -~]+$/.test(keyid)) throw new RangeError('keyid must be printable ASCII, and not empty');
}

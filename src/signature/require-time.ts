/**
 * Holding a signature to the time. Comparisons are written so that NaN refuses.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { Requirement } from './policy.ts';
import type { UnverifiedSignature } from './unverified-signature.ts';

/**
 * Requires that a signature is neither too old nor from the future.
 *
 * @throws {VerificationError} `created_missing`, `created_in_future`, `expired` or `lifetime_too_long`.
 */
export function requireTime(
  { created, expires }: UnverifiedSignature,
  { maxAge, futureSkew }: Pick<Requirement, 'maxAge' | 'futureSkew'>,
  now: number,
): void {
  if (created === undefined) throw new VerificationError('created_missing');
  if (!(created <= now + futureSkew)) throw new VerificationError('created_in_future', `${created - now} s ahead`);
  if (!(now - created <= maxAge)) throw new VerificationError('expired', `${now - created} s old`);
  if (expires === undefined) return;
  if (!(now <= expires && expires > created)) throw new VerificationError('expired', `${now - expires} s ago`);
  if (!(expires - created <= maxAge)) throw new VerificationError('lifetime_too_long', `${expires - created} s`);
}

/**
 * Issuing once: who tries again after a lost answer makes no second key.
 *
 * @module
 */

import { digest } from '../crypto/digest.ts';
import { toBase64url } from '../internal/base64.ts';
import { readText } from './details.ts';
import { lengthPrefixed } from './sealing/key-context.ts';
import type { StoredClaim } from './store/key-store.ts';

/** Seconds for which it is remembered. */
const KEPT = 7 * 86_400;

/** What is put down beside the key. */
export async function idempotencyClaim(text: string, keyid: string, now: number): Promise<StoredClaim> {
  const hash = toBase64url(await digest('sha-256', lengthPrefixed('idempotency', readText(text, 'idempotencyKey'))));
  const nothing = { sealed: undefined, claimedAt: undefined, claimedBy: undefined, attempts: 0 };
  return { hash, purpose: 'idempotency', keyid, expiresAt: now + KEPT, ...nothing };
}

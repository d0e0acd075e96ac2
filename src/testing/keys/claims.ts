/**
 * Claims: one of many has it, and all are counted.
 *
 * @module
 */

import type { KeyStore, StoredClaim } from '../../api-key/store/key-store.ts';
import { ensure } from '../suite.ts';
import { keyOf, NOON, requireSame, writeOf } from './support.ts';

const claimOf = (hash: string): StoredClaim => ({
  hash,
  purpose: 'claim',
  keyid: 'a',
  sealed: 'sealed',
  expiresAt: NOON + 60,
  claimedAt: undefined,
  claimedBy: undefined,
  attempts: 0,
});

/** One claimer of many. */
export async function checkClaims(store: KeyStore): Promise<void> {
  ensure((await store.getClaim('h')) === undefined && (await store.tryClaim('h', 'me', NOON)) === undefined, 'a claim was found');
  ensure(await store.addClaim(claimOf('h')), 'a claim was not put down');
  ensure(!(await store.addClaim(claimOf('h'))), 'a claim was put down twice');
  requireSame(await store.getClaim('h'), claimOf('h'), 'a claim');
  const tries = await Promise.all(Array.from({ length: 20 }, async (_, index) => store.tryClaim('h', `c${index}`, NOON + index)));
  const firsts = tries.filter((one) => one?.isFirst === true);
  requireSame(firsts.length, 1, 'claimers of 20 that were the first');
  const settled = await store.getClaim('h');
  requireSame([settled?.attempts, settled?.claimedBy], [20, firsts[0]!.claim.claimedBy], 'attempts and the first claimer');
  ensure(await store.addClaim({ ...claimOf('empty'), sealed: undefined, keyid: '' }), 'a claim with little was not put down');
  ensure((await store.getClaim('empty'))?.sealed === undefined, 'a claim has what it was not given');
}

/** A claim and a key in one write. */
export async function checkClaimWithKey(store: KeyStore): Promise<void> {
  ensure((await store.write([writeOf(keyOf('a'))], claimOf('h'))) !== undefined, 'a key with a claim was not written');
  ensure((await store.write([writeOf(keyOf('b'))], claimOf('h'))) === undefined, 'a claim was put down twice');
  ensure((await store.get('b')) === undefined, 'a key was written without its claim');
  ensure((await store.write([writeOf(keyOf('a'))], claimOf('i'))) === undefined, 'a keyid was given twice');
  ensure((await store.getClaim('i')) === undefined, 'a claim was put down without its key');
}

/**
 * Claim links: a secret that waits for its owner, and is handed out once.
 *
 * The link holds a token in its fragment, which no server and no log sees; the page sends it by POST. The secret is sealed under the token,
 * and the database has a hash of it: nobody but who has the link opens it. Whoever claimed may do so again for some minutes, since answers
 * get lost: he proves to be the same by a secret that his page made. Any other attempt is refused, counted, and told.
 *
 * @module
 */

import { assertFlag, assertText } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import type { Alarm } from '../alarm.ts';
import { ApiKeyError } from '../api-key-error.ts';
import { parseKey } from '../credential/format.ts';
import { readDuration } from '../details.ts';
import { readActor } from '../issue.ts';
import type { IssuedKey } from '../issued-key.ts';
import type { KeyLife } from '../life.ts';
import type { ApiKeysSetup } from '../options.ts';
import type { StoredClaim } from '../store/key-store.ts';
import { hasHash, hashToken, isToken, newToken, openUnder, sealUnder } from './token.ts';

/** How long a secret waits. */
export interface ClaimLinkOptions {
  /** Seconds; 86,400 (a day) by default, 31 days at the most. */
  readonly expiresIn?: number | undefined;
}

/** What stands in the link. */
export interface ClaimLink {
  /** For the fragment of the link: `https://bank.example/claim#${token}`. It is in no later answer. */
  readonly token: string;
  /** The last second it can be claimed. */
  readonly expiresAt: number;
}

/** Who claims. */
export interface ClaimOptions {
  /** A secret that the claimer's page made and keeps, 22 to 128 characters: who sends it again within 5 minutes is the same. */
  readonly claimer: string;
  /** Disables the key when somebody else tries again: the link was read by two. Default: false; it is told in any case. */
  readonly disableOnSecondClaim?: boolean | undefined;
}

/** What was claimed. */
export interface Claimed {
  /** The public name of the key. */
  readonly keyid: string;
  /** The secret. It is shown this once. */
  readonly secret: string;
}

const LINK: OptionNames<ClaimLinkOptions> = { expiresIn: true };

const CLAIM: OptionNames<ClaimOptions> = { claimer: true, disableOnSecondClaim: true };

/** Seconds for which who claimed may do so again. */
const AGAIN = 300;

const LONGEST_WAIT = 31 * 86_400;

/** Hands secrets out. */
export class Claims {
  readonly #setup: ApiKeysSetup;
  readonly #life: KeyLife;
  readonly #alarm: Alarm;

  constructor(setup: ApiKeysSetup, life: KeyLife, alarm: Alarm) {
    this.#setup = setup;
    this.#life = life;
    this.#alarm = alarm;
  }

  /** Puts a secret down to be claimed. */
  async create(issued: Pick<IssuedKey, 'keyid' | 'secret'>, options: ClaimLinkOptions): Promise<ClaimLink> {
    const { expiresIn = 86_400 } = readOptions(options, LINK);
    readDuration(expiresIn, 'expiresIn');
    if (expiresIn > LONGEST_WAIT) throw new RangeError('expiresIn must be at most 31 days');
    if (parseKey(issued?.secret)?.keyid !== issued?.keyid || issued?.keyid === undefined)
      throw new TypeError('issued must be what issue or rotate answered');
    const { keyid, secret } = issued;
    const { randomBytes, store, now } = this.#setup;
    const token = newToken(randomBytes);
    const expiresAt = now() + expiresIn;
    const sealed = await sealUnder(token, secret, keyid, randomBytes);
    await store.addClaim({ ...UNCLAIMED, hash: await hashToken(token, 'claim'), purpose: 'claim', keyid, sealed, expiresAt });
    return Object.freeze({ token, expiresAt });
  }

  /** Hands a secret out. */
  async claim(token: string, options: ClaimOptions): Promise<Claimed> {
    const { claimer, disableOnSecondClaim = false } = readOptions(options, CLAIM);
    assertText(claimer, 'claimer');
    if (claimer.length < 22 || claimer.length > 128) throw new RangeError('claimer must be 22 to 128 characters');
    assertFlag(disableOnSecondClaim, 'disableOnSecondClaim');
    const { store, now } = this.#setup;
    const hash = await requireHash(token, 'claim');
    const waiting = requireWaiting(await store.getClaim(hash), 'claim', now());
    const tried = await store.tryClaim(hash, await hashToken(claimer, 'claimer'), now());
    if (tried === undefined) throw unknownToken();
    const { claim, isFirst } = tried;
    const isSame = isFirst || ((await hasHash(claimer, 'claimer', claim.claimedBy)) && now() - claim.claimedAt! < AGAIN);
    if (!isSame) return this.#refuse(waiting.keyid, disableOnSecondClaim);
    const secret = await openUnder(token, waiting.sealed ?? '', waiting.keyid);
    if (secret === undefined) throw new ApiKeyError('sealed_mismatch', 'a secret that waits was changed');
    return Object.freeze({ keyid: waiting.keyid, secret });
  }

  async #refuse(keyid: string, disable: boolean): Promise<never> {
    this.#alarm({ action: 'claim_repeated', keyid });
    if (disable) await this.#life.disable(keyid, { actor: readActor('claim'), reason: 'claimed twice' }).catch(unlessFinal);
    throw new ApiKeyError('claim_used', 'this was claimed before');
  }
}

/** A key that was revoked meanwhile need not be disabled. */
function unlessFinal(error: unknown): void {
  if (!(error instanceof ApiKeyError && (error.code === 'key_final' || error.code === 'key_not_found'))) throw error;
}

/** What is not claimed yet. */
export const UNCLAIMED = { claimedAt: undefined, claimedBy: undefined, attempts: 0 } as const;

/** The hash of a token. @throws {TypeError} If it is no text. @throws {ApiKeyError} `claim_unknown` */
export async function requireHash(token: string, purpose: 'claim' | 'enrol'): Promise<string> {
  if (typeof token !== 'string') throw new TypeError('token must be a string');
  if (!isToken(token)) throw unknownToken();
  return hashToken(token, purpose);
}

/** A claim whose time is not over. @throws {ApiKeyError} `claim_unknown` or `claim_expired`. */
export function requireWaiting(claim: StoredClaim | undefined, purpose: StoredClaim['purpose'], now: number): StoredClaim {
  if (claim?.purpose !== purpose) throw unknownToken();
  if (!(now <= claim.expiresAt)) throw new ApiKeyError('claim_expired', 'the time to claim this is over');
  return claim;
}

/** There is nothing under a token. */
export function unknownToken(): ApiKeyError {
  return new ApiKeyError('claim_unknown', 'there is nothing to claim under this token');
}

/**
 * What the application is told: every change of a key, and what somebody should look at.
 *
 * @module
 */

import type { KeyChange } from './store/key-store.ts';

/**
 * What somebody should look at. `store_restored`: the key database is older than it was, and refuses until `reapply` or
 * `acknowledgeRestore`. `sealed_mismatch`, `master_key_unknown`: a secret does not open. `rotated_out_used`: somebody still uses a key that
 * was rotated, `count` times since last told. `claim_repeated`: somebody tried to fetch a secret again. `uses_unwritten`: last uses could
 * not be written, and will be tried again. `store_unreachable`: the revision could not be read.
 */
export interface KeyAlarm {
  /** What happened. */
  readonly action:
    | 'store_restored'
    | 'sealed_mismatch'
    | 'master_key_unknown'
    | 'rotated_out_used'
    | 'claim_repeated'
    | 'uses_unwritten'
    | 'store_unreachable';
  /** Whole seconds since the epoch. */
  readonly at: number;
  /** The key it is about, if it is about one. */
  readonly keyid: string | undefined;
  /** How many times, where it is counted. */
  readonly count?: number | undefined;
  /** What was thrown, where something was. */
  readonly cause?: unknown;
}

/** A change of a key, which has a `seq`, or an alarm, which has none. */
export type KeyEvent = KeyChange | KeyAlarm;

/** Tells an alarm. */
export type Alarm = (alarm: Omit<KeyAlarm, 'at'>) => void;

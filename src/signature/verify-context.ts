/**
 * What comes before the judge, and what comes of it.
 *
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import type { ReplayStore } from '../replay/store.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { KeyRecord, ResolveKey } from './key-record.ts';
import type { Requirement } from './policy.ts';

/** What a carrier shows the judge. */
export interface Evidence {
  readonly source: ComponentSource;
  /** Components that this very message obliges a signature to cover. */
  readonly obliged: readonly Component[];
  /** Throws unless the message is for us. */
  checkAuthority(signature: UnverifiedSignature): void;
  /** Throws unless the content is what was signed. */
  checkContent(charges: readonly Charge[]): Awaitable<unknown>;
}

/** What the judge uses. */
export interface Bench {
  readonly resolveKey: ResolveKey;
  readonly replayStore: ReplayStore | undefined;
  /** Whole seconds since the epoch. */
  readonly now: number;
  /** Seconds to wait for a key or a store. */
  readonly timeout: number;
}

/** A signature and what it must fulfil. */
export interface Charge {
  readonly signature: UnverifiedSignature;
  readonly requirement: Requirement;
}

/** A signature that fulfils everything asked of it. */
export interface Verdict extends Charge {
  readonly record: KeyRecord;
  readonly algorithm: Algorithm;
}

/**
 * A signature on its way through verification: what it must fulfil, and what came of it.
 *
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { ResolvedKey } from './key-record.ts';
import type { Requirement } from './policy.ts';

/** A signature and what it must fulfil. */
export interface RequiredSignature {
  readonly signature: UnverifiedSignature;
  readonly requirement: Requirement;
  /** The longest `maxAge`, in seconds, that any policy of the verifier gives this tag: so long its nonce is remembered. */
  readonly longestAge: number;
  /** The longest `maxLifetime` of the same, in seconds: when a message without `created` was made at the earliest. */
  readonly longestLifetime: number;
}

/** The name of the key that made a signature: its own word, or, where it names none, the record's. */
export function keyidOf({ signature, key }: ProvenSignature): string {
  return signature.keyid ?? key.canonicalKeyid!;
}

/** A signature that fulfils everything asked of it. */
export interface ProvenSignature extends RequiredSignature {
  readonly key: ResolvedKey;
  readonly algorithm: Algorithm;
  /** In which of the spellings of its message it was made: 0, or one more than an index of `MessageView.respelled`. */
  readonly spelling: number;
}

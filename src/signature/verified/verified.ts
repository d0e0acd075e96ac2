/**
 * What was verified, as every carrier shows it.
 *
 * @module
 */

import type { Algorithm } from '../../crypto/algorithm.ts';
import { keyidOf, type ProvenSignature } from '../proven-signature.ts';

/** One signature that was verified. Times are whole seconds since the epoch. */
export interface VerifiedSignature {
  /** The dictionary key. It means nothing. */
  readonly label: string;
  /** The name of the key that made it. */
  readonly keyid: string;
  /** The algorithm that the key is bound to. */
  readonly algorithm: Algorithm;
  /** The purpose; `undefined` if it has none. */
  readonly tag: string | undefined;
  /** When it was made; `undefined` if it does not say, which a policy must allow. */
  readonly created: number | undefined;
  /** The last second it counts; `undefined` if it says none. */
  readonly expires: number | undefined;
  /** What counts once; `undefined` if it has none. */
  readonly nonce: string | undefined;
  /** The identifiers of what it covers. */
  readonly components: readonly string[];
}

/** The signatures of one message: one for each policy. */
export type VerifiedSignatures = readonly [VerifiedSignature, ...VerifiedSignature[]];

/** What proven signatures say, without their keys. */
export function toVerifiedSignatures(proven: readonly ProvenSignature[]): VerifiedSignatures {
  return Object.freeze(proven.map(toVerifiedSignature)) as unknown as VerifiedSignatures;
}

function toVerifiedSignature(proven: ProvenSignature): VerifiedSignature {
  const { signature, algorithm } = proven;
  const { label, tag, created, expires, nonce, components } = signature;
  return Object.freeze({
    label,
    keyid: keyidOf(proven),
    algorithm,
    tag,
    created,
    expires,
    nonce,
    components: Object.freeze(components.map(({ identifier }) => identifier)),
  });
}

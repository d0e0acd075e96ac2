/**
 * What a preset is: what a protocol wants of signatures, on both sides.
 *
 * @module
 */

import type { SignRequestOptions } from '../http/sign-request.ts';
import type { Policy } from '../signature/policy.ts';

/** Options of signing that a protocol settles; the signer is yours. */
export type PresetSigning = Pick<
  SignRequestOptions,
  'components' | 'required' | 'tag' | 'label' | 'expiresIn' | 'includeAlg' | 'insecurelyAllowUncovered'
>;

/** A protocol that signs requests. */
export interface Preset {
  /** The `policy` of `createVerifier`. */
  readonly policy: Policy;
  /** Options of `signRequest` and `createSignedFetch`. */
  readonly signing: PresetSigning;
}

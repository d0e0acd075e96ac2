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

/** A policy of signatures that say when they were made, by a positive list: so each member can be changed by itself. */
export type PresetPolicy = Extract<Policy, { readonly insecurelyAllowMissingCreated?: false | undefined; readonly required: object }>;

/** A protocol that signs requests. */
export interface Preset {
  /** The `policy` of `createVerifier`. */
  readonly policy: PresetPolicy;
  /** Options of `signRequest` and `createSignedFetch`. */
  readonly signing: PresetSigning;
}

/** A preset that nobody can write to, down to its last list: it is shared by all who import it. */
export function frozen<T extends object>(preset: T): T {
  for (const part of Object.values(preset)) if (typeof part === 'object' && part !== null) frozen(part);
  return Object.freeze(preset);
}

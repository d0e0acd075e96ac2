/**
 * One signature as a peer claims it: read off the two fields, nothing proved.
 *
 * @see RFC 9421, section 4
 * @module
 */

import type { Parameters } from '../structured-fields/value.ts';
import type { Component } from './component.ts';
import type { SignatureParams } from './params.ts';

/** One signature, unverified: every part of it may be an attacker's. */
export interface UnverifiedSignature extends SignatureParams {
  /** The dictionary key. It means nothing: intermediaries may change it. */
  readonly label: string;
  /** What it claims to cover, in its order. */
  readonly components: readonly Component[];
  /** The received text of `@signature-params`, used verbatim. */
  readonly params: string;
  /** Its parameters by name, also those that this library does not know. */
  readonly parameters: Parameters;
  /** The bytes of the signature. */
  readonly signature: Uint8Array;
}

/** A signature whose own parts are not read yet. */
export interface SignatureCandidate {
  readonly label: string;
  /** The `tag` parameter, by which candidates are chosen; labels mean nothing. */
  readonly tag: unknown;
  /**
   * Reads the rest, strictly.
   *
   * @throws {ComponentError} `signature_malformed`.
   */
  read(): UnverifiedSignature;
}

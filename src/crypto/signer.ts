/**
 * What signs.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { Algorithm } from './algorithm.ts';
import { PrivateKey } from './key.ts';

/** A key bound to one algorithm and to the name verifiers know it by. A KMS or HSM implements it in three members. */
export interface Signer {
  readonly keyid: string;
  readonly algorithm: Algorithm;
  sign(base: Uint8Array): Awaitable<Uint8Array>;
}

/** What `createSigner` takes. */
export interface SignerOptions {
  readonly privateKey: PrivateKey;
  /** The name verifiers know the key by. Default: the JWK thumbprint of its public key (RFC 7638). */
  readonly keyid?: string | undefined;
}

/**
 * Makes a signer of a private key.
 *
 * @throws {TypeError} if there is no `keyid` and the public key, whose thumbprint would be it, is not known
 */
export function createSigner({ privateKey, keyid }: SignerOptions): Signer {
  if (!(privateKey instanceof PrivateKey)) throw new TypeError('privateKey must be an imported PrivateKey');
  const name = keyid ?? privateKey.thumbprint;
  assertKeyid(name);
  return Object.freeze({ keyid: name, algorithm: privateKey.algorithm, sign: (base: Uint8Array) => privateKey.sign(base) });
}

// The name of a key on the wire.

/** Requires a `keyid` that a structured field String can carry (RFC 9651, section 3.3.3). */
export function assertKeyid(keyid: unknown): asserts keyid is string {
  if (typeof keyid !== 'string') throw new TypeError('keyid must be a string');
  if (!/^[ -~]+$/.test(keyid)) throw new RangeError('keyid must be printable ASCII, and not empty');
}

/**
 * What signs.
 *
 * @module
 */

import { assertNoPromise } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import type { Algorithm } from './algorithm.ts';
import { PrivateKey } from './key.ts';
import { withNoncePool } from './random.ts';

/** A key bound to one algorithm and to the name verifiers know it by. A KMS or HSM implements it in three members. */
export interface Signer {
  /** The name verifiers know the key by: printable ASCII. */
  readonly keyid: string;
  /** The algorithm the key is bound to. */
  readonly algorithm: Algorithm;
  /** The signature of a signature base. The bytes are the signer's to keep. */
  sign(base: Uint8Array): Awaitable<Uint8Array>;
}

/** What `createSigner` takes. */
export interface SignerOptions {
  /** The key to sign with, of `importPrivateKey…`, `importPrivateCryptoKey` or `generateKeyPair`. */
  readonly privateKey: PrivateKey;
  /** The name verifiers know the key by. Default: the JWK thumbprint of its public key (RFC 7638). */
  readonly keyid?: string | undefined;
}

const OPTIONS: OptionNames<SignerOptions> = { privateKey: true, keyid: true };

/**
 * Makes a signer of a private key.
 *
 * @throws {TypeError} If an option is unusable, or there is no `keyid` and the public key, whose thumbprint would be it, is not known.
 * @throws {RangeError} If no field can carry the `keyid`.
 */
export function createSigner(options: SignerOptions): Signer {
  const { privateKey, keyid } = readOptions(options, OPTIONS, { elsewhere: { secret: 'hmacSigner' } });
  assertNoPromise(privateKey, 'privateKey');
  if (!(privateKey instanceof PrivateKey)) throw new TypeError('privateKey must be an imported PrivateKey');
  const name = keyid ?? privateKey.thumbprint;
  assertKeyid(name);
  return withNoncePool({ keyid: name, algorithm: privateKey.algorithm, sign: (base: Uint8Array) => privateKey.sign(base) });
}

// The name of a key on the wire.

/** Requires a `keyid` that a structured field String can carry (RFC 9651, section 3.3.3). */
export function assertKeyid(keyid: unknown): asserts keyid is string {
  if (typeof keyid !== 'string') throw new TypeError('keyid must be a string');
  if (!/^[ -~]+$/.test(keyid)) throw new RangeError('keyid must be printable ASCII, and not empty');
}

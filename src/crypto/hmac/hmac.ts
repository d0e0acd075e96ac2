/**
 * HMAC-SHA256 (RFC 9421, section 3.3.3): one shared secret signs and verifies.
 *
 * Synchronous for secrets given as text or bytes, once what computes it is there: a signature base is short, and awaiting WebCrypto
 * costs Node five to seven times the HMAC itself. The key is prepared once.
 *
 * @module
 */

import { type OptionNames, readOptions } from '../../internal/options.ts';
import { takingText } from '../base.ts';
import type { VerificationKey } from '../key.ts';
import { withNoncePool } from '../random.ts';
import { type CryptoKeyLike, isCryptoKey, webCrypto } from '../runtime.ts';
import { assertKeyid, type Signer } from '../signer.ts';
import { macVerify, prepareMac } from './mac.ts';
import { readSecretOptions, requireSwitches, type SecretOptions, secretBytes } from './secret.ts';

/** Text (its UTF-8 bytes), bytes, or a WebCrypto HMAC key. At least 32 bytes. */
export type Secret = string | Uint8Array | CryptoKeyLike;

const ALGORITHM = 'hmac-sha256';

/** Requires an HMAC-SHA256 key of WebCrypto that may be used so. */
function importCryptoKey(secret: CryptoKeyLike, usage: 'sign' | 'verify', options: SecretOptions): readonly [SubtleCrypto, CryptoKey] {
  const { name, hash, length } = secret.algorithm as HmacKeyAlgorithm;
  if (name !== 'HMAC' || hash.name !== 'SHA-256') throw new TypeError('secret must be a CryptoKey for HMAC with SHA-256');
  if (!secret.usages.includes(usage)) throw new TypeError(`secret must be a CryptoKey that may ${usage}`);
  const min = options.insecurelyAllowShortSecret === true ? 128 : 256;
  if (!(length >= min)) throw new RangeError(`secret must be at least ${min / 8} bytes`);
  return [webCrypto()!, secret as CryptoKey];
}

/** What `hmacSigner` takes. */
export interface HmacSignerOptions extends SecretOptions {
  /** The name verifiers know the secret by. It travels with every message: not secret, and not derived from the secret. */
  readonly keyid: string;
  /** What both sides share: text (its UTF-8 bytes), bytes, or a WebCrypto HMAC key. At least 32 bytes. */
  readonly secret: Secret;
}

const SIGNER: OptionNames<HmacSignerOptions> = {
  keyid: true,
  secret: true,
  insecurelyAllowShortSecret: true,
  insecurelyAllowInBrowser: true,
};

/**
 * A signer with a shared secret.
 *
 * @throws {TypeError} If the secret is a key of another kind, has blanks or quotes at its ends, or is to be kept in a page (see the
 *   options); or if an option is unusable.
 * @throws {RangeError} If the secret is short, or no field can carry the `keyid`.
 */
export function hmacSigner(options: HmacSignerOptions): Signer {
  const read = readOptions(options, SIGNER, { elsewhere: { privateKey: 'createSigner' } });
  const { keyid, secret } = read;
  requireSwitches(read);
  assertKeyid(keyid);
  if (!isCryptoKey(secret)) return withNoncePool(takingText({ keyid, algorithm: ALGORITHM, sign: prepareMac(secretBytes(secret, read)) }));
  const [subtle, key] = importCryptoKey(secret, 'sign', read);
  const sign = async (base: Uint8Array) => new Uint8Array(await subtle.sign('HMAC', key, base as BufferSource));
  return withNoncePool({ keyid, algorithm: ALGORITHM, sign });
}

/**
 * A verification key of a shared secret. Compares in constant time. Preparing it costs as much as verifying with it: where secrets
 * come from a database, `hmacSecrets` keeps what was prepared.
 *
 * @throws {TypeError} If the secret is a key of another kind, has blanks or quotes at its ends, or is to be kept in a page (see the
 *   options); or if an option is unusable.
 * @throws {RangeError} If the secret is short.
 */
export function hmacKey(secret: Secret, options?: SecretOptions): VerificationKey {
  const read = readSecretOptions(options);
  if (!isCryptoKey(secret))
    return Object.freeze(takingText<VerificationKey>({ algorithm: ALGORITHM, verify: macVerify(prepareMac(secretBytes(secret, read))) }));
  const [subtle, key] = importCryptoKey(secret, 'verify', read);
  // Not every runtime answers a signature of the wrong length with false.
  const verify = async (base: Uint8Array, signature: Uint8Array): Promise<boolean> =>
    signature.length === 32 && subtle.verify('HMAC', key, signature as BufferSource, base as BufferSource);
  return Object.freeze({ algorithm: ALGORITHM, verify });
}

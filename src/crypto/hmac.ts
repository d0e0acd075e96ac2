/**
 * HMAC-SHA256 (RFC 9421, section 3.3.3): one shared secret signs and verifies.
 *
 * Synchronous for secrets given as text or bytes, once what computes it is there: a signature base is short, and awaiting WebCrypto costs Node five to
 * seven times the HMAC itself. The key is prepared once per signer.
 *
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { equalBytes } from '../internal/bytes.ts';
import { type CryptoKeyLike, isCryptoKey } from './forms/crypto-key.ts';
import { nodeMac } from './hmac-node.ts';
import type { VerificationKey } from './key.ts';
import { loadJavaScript, nodeCrypto, webCrypto } from './runtime.ts';
import { type SecretOptions, secretBytes } from './secret.ts';
import { assertKeyid, type Signer } from './signer.ts';

/** Text (its UTF-8 bytes), bytes, or a WebCrypto HMAC key. At least 32 bytes. */
export type Secret = string | Uint8Array | CryptoKeyLike;

type AwaitableMac = (base: Uint8Array) => Awaitable<Uint8Array>;

function prepareMac(secret: string | Uint8Array, options: SecretOptions): AwaitableMac {
  const bytes = secretBytes(secret, options);
  const node = nodeCrypto();
  return node === undefined ? prepareLazily(bytes) : nodeMac(node, bytes);
}

/** WebCrypto where node:crypto is not, with the key prepared once; in JavaScript where neither is. */
function prepareLazily(secret: Uint8Array): AwaitableMac {
  let mac: AwaitableMac | undefined;
  const prepare = async (base: Uint8Array): Promise<Uint8Array> => {
    const subtle = webCrypto();
    const prepared = subtle === undefined ? (await loadJavaScript()).prepareMac(secret) : await webMac(subtle, secret);
    mac ??= prepared;
    return mac(base);
  };
  return (base) => (mac ?? prepare)(base);
}

async function webMac(subtle: SubtleCrypto, secret: Uint8Array): Promise<AwaitableMac> {
  const key = await subtle.importKey('raw', secret as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (base) => new Uint8Array(await subtle.sign('HMAC', key, base as BufferSource));
}

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
  readonly secret: Secret;
}

/**
 * A signer with a shared secret.
 *
 * @throws {TypeError | RangeError} for a short secret, a key of another kind, or a secret in a page (see the options)
 */
export function hmacSigner(options: HmacSignerOptions): Signer {
  assertObject(options, 'options');
  const { keyid, secret } = options;
  assertKeyid(keyid);
  const algorithm = 'hmac-sha256';
  if (!isCryptoKey(secret)) return Object.freeze({ keyid, algorithm, sign: prepareMac(secret, options) });
  const [subtle, key] = importCryptoKey(secret, 'sign', options);
  return Object.freeze({
    keyid,
    algorithm,
    sign: async (base: Uint8Array) => new Uint8Array(await subtle.sign('HMAC', key, base as BufferSource)),
  });
}

/**
 * A verification key of a shared secret. Compares in constant time.
 *
 * @throws {TypeError | RangeError} for a short secret, a key of another kind, or a secret in a page (see the options)
 */
export function hmacKey(secret: Secret, options: SecretOptions = {}): VerificationKey {
  const algorithm = 'hmac-sha256';
  if (!isCryptoKey(secret)) {
    const mac = prepareMac(secret, options);
    const verify = (base: Uint8Array, signature: Uint8Array): Awaitable<boolean> => {
      if (signature.length !== 32) return false;
      const expected = mac(base);
      return isThenable(expected) ? expected.then((bytes) => equalBytes(bytes, signature)) : equalBytes(expected, signature);
    };
    return Object.freeze({ algorithm, verify });
  }
  const [subtle, key] = importCryptoKey(secret, 'verify', options);
  // Not every runtime answers a signature of the wrong length with false.
  const verify = async (base: Uint8Array, signature: Uint8Array): Promise<boolean> =>
    signature.length === 32 && subtle.verify('HMAC', key, signature as BufferSource, base as BufferSource);
  return Object.freeze({ algorithm, verify });
}

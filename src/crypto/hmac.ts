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
import type { VerificationKey } from './key.ts';
import { type CryptoKeyLike, isCryptoKey, loadJavaScript, type NodeCrypto, type NodeKey, nodeCrypto, webCrypto } from './runtime.ts';
import { type SecretOptions, secretBytes } from './secret.ts';
import { assertKeyid, type Signer } from './signer.ts';

/** Text (its UTF-8 bytes), bytes, or a WebCrypto HMAC key. At least 32 bytes. */
export type Secret = string | Uint8Array | CryptoKeyLike;

/** Computes the HMAC-SHA256 of a signature base with a secret that was prepared. */
export type Mac = (base: Uint8Array) => Uint8Array;

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

// HMAC with node:crypto. Where there is a one-shot `hash`, HMAC is two of those (RFC 2104, section 2): for a text as short as a
// signature base, making and collecting an `Hmac` object costs twice what the hashing does.

const BLOCK = 64;

const SHORT_BASE = 2048;

/** Prepares a secret. Never the raw secret per call: that costs Node 24 seven times as much. */
export function nodeMac(node: NodeCrypto, secret: Uint8Array): Mac {
  const key = node.createSecretKey(secret);
  const { hash } = node;
  return hash === undefined ? (base) => objectMac(node, key, base) : hashMac(hash, secret, (base) => objectMac(node, key, base));
}

/** Longer texts are left to node's own HMAC, which need not copy them. */
function hashMac(hash: NonNullable<NodeCrypto['hash']>, secret: Uint8Array, long: Mac): Mac {
  const key = secret.length > BLOCK ? bytesOf(hash('sha256', secret, 'latin1'), new Uint8Array(32), 0) : secret;
  const inner = new Uint8Array(BLOCK + SHORT_BASE).fill(0x36, 0, BLOCK);
  const outer = new Uint8Array(BLOCK + 32).fill(0x5c, 0, BLOCK);
  for (let index = 0; index < key.length; index++) {
    inner[index]! ^= key[index]!;
    outer[index]! ^= key[index]!;
  }
  return (base) => {
    if (base.length > SHORT_BASE) return long(base);
    inner.set(base, BLOCK);
    bytesOf(hash('sha256', inner.subarray(0, BLOCK + base.length), 'latin1'), outer, BLOCK);
    return bytesOf(hash('sha256', outer, 'latin1'), new Uint8Array(32), 0);
  };
}

/** One byte a character: node answers in text three times as fast as in a buffer. */
function bytesOf(text: string, target: Uint8Array, start: number): Uint8Array {
  for (let index = 0; index < 32; index++) target[start + index] = text.charCodeAt(index);
  return target;
}

function objectMac(node: NodeCrypto, key: NodeKey, base: Uint8Array): Uint8Array {
  return new Uint8Array(node.createHmac('sha256', key).update(base).digest());
}

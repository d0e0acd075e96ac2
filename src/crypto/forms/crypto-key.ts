/**
 * Keys that WebCrypto holds already: from IndexedDB, or generated non-extractable in a browser.
 *
 * @module
 */

import { assertNoPromise } from '../../internal/assert.ts';
import { type Algorithm, algorithms } from '../algorithm.ts';
import type { Jwk } from '../jwk.ts';
import type { PrivateKey, PublicKey } from '../key.ts';
import { requireExponent, requireModulusBits } from '../key-members.ts';
import { bindPrivateKey, createPublicKey } from '../key-pair.ts';
import { type CryptoKeyLike, isCryptoKey } from '../runtime.ts';
import { requireWebCrypto, signWith } from '../web-crypto.ts';
import { type ImportCryptoKeyOptions, readCryptoKeyOptions } from './import-options.ts';
import { readPublicJwk } from './jwk.ts';

/** What a CryptoKey says about its algorithm; the last three only some do. */
interface KeyAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array;
}

/** The algorithm a CryptoKey is bound to, hash and curve included. */
function boundAlgorithm(key: CryptoKeyLike, name: string): Algorithm {
  const { name: kind, hash, namedCurve }: KeyAlgorithm = key.algorithm;
  const found = (Object.keys(algorithms) as Algorithm[]).find((each) => {
    const { params, implementation } = algorithms[each];
    // An ECDSA key is bound to its curve, an RSA key to its hash.
    const isOfHash = hash === undefined || params.hash === hash.name;
    return params.name === kind && implementation !== 'hmac' && params.namedCurve === namedCurve && isOfHash;
  });
  if (found === undefined) throw new TypeError(`${name} must be a CryptoKey of a supported algorithm`);
  return found;
}

function assertCryptoKey(key: unknown, name: string, type: 'public' | 'private'): asserts key is CryptoKey {
  assertNoPromise(key, name);
  if (!isCryptoKey(key)) throw new TypeError(`${name} must be a CryptoKey`);
  if (key.type !== type) throw new TypeError(`${name} is a ${key.type} key where a ${type} one is expected`);
}

/** Looks at the numbers of a key whose bytes cannot be had. */
function requireBounds({ modulusLength, publicExponent }: KeyAlgorithm): void {
  if (modulusLength !== undefined) requireModulusBits(modulusLength);
  if (publicExponent !== undefined) requireExponent(publicExponent);
}

/**
 * Imports a public `CryptoKey`. It must be extractable, since its bytes are checked.
 *
 * @throws {TypeError} If it is a private key, not extractable, or of an algorithm or hash that is not supported.
 * @throws {RangeError} If it is a key that no form may hold: of small order, or RSA of unusable numbers.
 */
export async function importPublicCryptoKey(publicKey: CryptoKeyLike): Promise<PublicKey> {
  assertCryptoKey(publicKey, 'publicKey', 'public');
  const algorithm = boundAlgorithm(publicKey, 'publicKey');
  if (!publicKey.extractable) throw new TypeError('publicKey must be extractable');
  const { kty, crv, x, y, n, e }: Jwk = await requireWebCrypto(algorithm).exportKey('jwk', publicKey);
  return createPublicKey(algorithm, readPublicJwk({ kty, crv, x, y, n, e }, algorithm).jwk);
}

/**
 * Imports a private `CryptoKey`, extractable or not; it is never exported.
 *
 * @throws {TypeError} If it is a public key, one that may not sign, or one that does not belong to `options.publicKey`.
 * @throws {RangeError} If it is an RSA key of unusable numbers.
 */
export async function importPrivateCryptoKey(privateKey: CryptoKeyLike, options?: ImportCryptoKeyOptions): Promise<PrivateKey> {
  const publicKey = readCryptoKeyOptions(options);
  assertCryptoKey(privateKey, 'privateKey', 'private');
  const algorithm = boundAlgorithm(privateKey, 'privateKey');
  if (!privateKey.usages.includes('sign')) throw new TypeError('privateKey must be a CryptoKey that may sign');
  requireBounds(privateKey.algorithm);
  return bindPrivateKey(algorithm, signWith(algorithm, privateKey), publicKey && (await importPublicCryptoKey(publicKey)));
}

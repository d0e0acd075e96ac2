/**
 * Keys that WebCrypto holds already: from IndexedDB, or generated non-extractable in a browser.
 *
 * @module
 */

import { type Algorithm, algorithms } from '../algorithm.ts';
import type { Jwk } from '../jwk.ts';
import type { PrivateParts, PublicParts } from '../key.ts';
import { type CryptoKeyLike, isCryptoKey } from '../runtime.ts';
import { requireWebCrypto, webSign } from '../web-crypto.ts';
import type { ImportCryptoKeyOptions } from './import-options.ts';
import { readPublicJwk } from './jwk.ts';

/** The algorithm a CryptoKey is bound to, hash and curve included. */
function algorithmOf(key: CryptoKeyLike, name: string): Algorithm {
  const { name: kind, hash, namedCurve } = key.algorithm as { name: string; hash?: { name: string }; namedCurve?: string };
  const found = (Object.keys(algorithms) as Algorithm[]).find((each) => {
    const { params } = algorithms[each];
    // An ECDSA key is bound to its curve, an RSA key to its hash.
    return params.name === kind && kind !== 'HMAC' && params.namedCurve === namedCurve && (hash === undefined || params.hash === hash.name);
  });
  if (found === undefined) throw new TypeError(`${name} must be a CryptoKey of a supported algorithm`);
  return found;
}

function assertCryptoKey(key: unknown, name: string, type: 'public' | 'private'): asserts key is CryptoKey {
  if (!isCryptoKey(key)) throw new TypeError(`${name} must be a CryptoKey`);
  if (key.type !== type) throw new TypeError(`${name} is a ${key.type} key where a ${type} one is expected`);
}

/** See `importPublicCryptoKey`. */
export async function readPublicCryptoKey(publicKey: CryptoKeyLike): Promise<PublicParts> {
  assertCryptoKey(publicKey, 'publicKey', 'public');
  const algorithm = algorithmOf(publicKey, 'publicKey');
  if (!publicKey.extractable) throw new TypeError('publicKey must be extractable');
  const { kty, crv, x, y, n, e }: Jwk = await requireWebCrypto(algorithm).exportKey('jwk', publicKey);
  return readPublicJwk({ kty, crv, x, y, n, e }, { algorithm });
}

/** See `importPrivateCryptoKey`. */
export async function readPrivateCryptoKey(privateKey: CryptoKeyLike, { publicKey }: ImportCryptoKeyOptions = {}): Promise<PrivateParts> {
  assertCryptoKey(privateKey, 'privateKey', 'private');
  const algorithm = algorithmOf(privateKey, 'privateKey');
  if (!privateKey.usages.includes('sign')) throw new TypeError('privateKey must be a CryptoKey that may sign');
  const publicParts = publicKey && (await readPublicCryptoKey(publicKey));
  return { algorithm, sign: webSign(algorithm, privateKey), publicParts, jwk: undefined };
}

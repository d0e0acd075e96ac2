/**
 * Keys of WebCrypto: ECDSA and RSA (RFC 9421, sections 3.3.1, 3.3.2, 3.3.4 and 3.3.5), by way of JWK, and those it keeps to itself.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { type Algorithm, algorithms, isAlgorithm } from './algorithm.ts';
import { type Jwk, memberBytes, pickMembers, publicMembers } from './jwk.ts';
import type { PrivateParts, PublicParts } from './key.ts';
import { type CryptoKeyLike, webCrypto } from './runtime.ts';

const MIN_MODULUS_BITS = 2048;

/** WebCrypto, or a TypeError that says what lacks it. */
export function requireWebCrypto(algorithm: Algorithm): SubtleCrypto {
  const subtle = webCrypto();
  if (subtle === undefined)
    throw new TypeError(`${algorithm} needs WebCrypto (crypto.subtle), which this runtime or insecure page has not`);
  return subtle;
}

function modulusLength(jwk: Jwk): number {
  const modulus = memberBytes(jwk, 'n');
  const first = modulus[0] ?? 0;
  // No leading zero (RFC 7518, section 6.3.1.1): it would change the length of signatures.
  if (first === 0 || modulus.length * 8 - (Math.clz32(first) - 24) < MIN_MODULUS_BITS)
    throw new RangeError('an RSA key must have at least 2048 bits');
  return modulus.length;
}

/** The length of the signatures of a key, after the sizes of its members were checked. */
function signatureLength(algorithm: Algorithm, jwk: Jwk): number {
  const { fieldBytes } = algorithms[algorithm];
  if (fieldBytes === undefined) return modulusLength(jwk);
  memberBytes(jwk, 'x', fieldBytes);
  memberBytes(jwk, 'y', fieldBytes);
  if (jwk.d !== undefined) memberBytes(jwk, 'd', fieldBytes);
  return 2 * fieldBytes;
}

async function importJwk(algorithm: Algorithm, jwk: Jwk, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  const subtle = requireWebCrypto(algorithm);
  try {
    return await subtle.importKey('jwk', jwk as JsonWebKey, algorithms[algorithm].params, false, [usage]);
  } catch (cause) {
    throw new TypeError(`${usage === 'sign' ? 'privateKey' : 'publicKey'} is no valid key for ${algorithm}`, { cause });
  }
}

/** Imports a public key. ECDSA signatures are r and s, not DER. */
export async function importWebPublic(algorithm: Algorithm, jwk: Jwk): Promise<PublicParts> {
  const members = publicMembers(jwk);
  const length = signatureLength(algorithm, members);
  const key = await importJwk(algorithm, members, 'verify');
  const { params } = algorithms[algorithm];
  const subtle = requireWebCrypto(algorithm);
  // Not every runtime answers a signature of the wrong length with false.
  const verify = (base: Uint8Array, signature: Uint8Array): Awaitable<boolean> =>
    signature.length === length && subtle.verify(params, key, signature as BufferSource, base as BufferSource);
  return { algorithm, jwk: members, verify };
}

/** Signing with a key that WebCrypto holds. */
export function webSign(algorithm: Algorithm, key: CryptoKey): (base: Uint8Array) => Promise<Uint8Array> {
  const subtle = requireWebCrypto(algorithm);
  const { params } = algorithms[algorithm];
  return async (base) => new Uint8Array(await subtle.sign(params, key, base as BufferSource));
}

/** Imports a private key. */
export async function importWebPrivate(algorithm: Algorithm, jwk: Jwk): Promise<PrivateParts> {
  const members = { ...publicMembers(jwk), ...pickMembers(jwk, jwk.kty === 'EC' ? ['d'] : ['d', 'p', 'q', 'dp', 'dq', 'qi']) };
  signatureLength(algorithm, members);
  const sign = webSign(algorithm, await importJwk(algorithm, members, 'sign'));
  return { algorithm, sign, publicParts: await importWebPublic(algorithm, members), jwk: members };
}

/** Makes a private key. */
export async function generateWebKey(algorithm: Algorithm, modulusLength: number): Promise<PrivateParts> {
  const entry = isAlgorithm(algorithm) ? algorithms[algorithm] : undefined;
  if (entry === undefined || entry.kty === 'oct') throw new TypeError('options.algorithm must have key pairs');
  const subtle = requireWebCrypto(algorithm);
  const params = { ...entry.params, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey } = (await subtle.generateKey(params, true, ['sign', 'verify'])) as CryptoKeyPair;
  return importWebPrivate(algorithm, await subtle.exportKey('jwk', privateKey));
}

// Keys that WebCrypto makes and keeps: nobody, this library included, ever sees their private bytes.

/** Both halves, as IndexedDB can store them. */
export interface CryptoKeyPairLike {
  readonly privateKey: CryptoKeyLike;
  readonly publicKey: CryptoKeyLike;
}

/**
 * Makes an Ed25519 pair that is not extractable.
 *
 * @throws {TypeError} Without WebCrypto.
 * @throws {DOMException} `NotSupportedError` where WebCrypto has no Ed25519.
 */
export async function generateCryptoKeyPair(): Promise<CryptoKeyPairLike> {
  const subtle = requireWebCrypto('ed25519');
  for (let attempt = 1; ; attempt++) {
    try {
      // The public half of a pair is extractable always.
      return (await subtle.generateKey(algorithms.ed25519.params, false, ['sign', 'verify'])) as CryptoKeyPair;
    } catch (error) {
      // Should an implementation refuse what it drew: another draw is another seed.
      if (attempt === 3 || !(error instanceof Error && error.name === 'OperationError')) throw error;
    }
  }
}

/** Whether there is WebCrypto at all. */
export function hasWebCrypto(): boolean {
  return webCrypto() !== undefined;
}

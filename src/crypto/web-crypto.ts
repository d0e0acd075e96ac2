/**
 * Keys of WebCrypto: those of the algorithms that it computes for us, by way of JWK, and those that it makes and keeps to itself.
 *
 * @see RFC 9421, sections 3.3.1, 3.3.2, 3.3.4 and 3.3.5
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { type Algorithm, algorithms } from './algorithm.ts';
import { type Jwk, memberBytes } from './jwk.ts';
import { type CryptoKeyLike, type WebCrypto, webCrypto } from './runtime.ts';

/** WebCrypto, or a TypeError that says what lacks it. */
export function requireWebCrypto(algorithm: Algorithm): WebCrypto {
  const subtle = webCrypto();
  if (subtle === undefined)
    throw new TypeError(`${algorithm} needs WebCrypto (crypto.subtle), which this runtime or insecure page has not`);
  return subtle;
}

async function importJwk(algorithm: Algorithm, jwk: Jwk, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  const subtle = requireWebCrypto(algorithm);
  try {
    return await subtle.importKey('jwk', jwk as JsonWebKey, algorithms[algorithm].params, false, [usage]);
  } catch (cause) {
    throw new TypeError(`${usage === 'sign' ? 'privateKey' : 'publicKey'} is no valid key for ${algorithm}`, { cause });
  }
}

/** What verifies with a public key whose members were checked. ECDSA signatures are r and s, not DER. */
export async function webVerify(algorithm: Algorithm, jwk: Jwk): Promise<(base: Uint8Array, signature: Uint8Array) => Awaitable<boolean>> {
  const { params, signatureBytes } = algorithms[algorithm];
  const length = signatureBytes ?? memberBytes(jwk, 'n').length;
  const key = await importJwk(algorithm, jwk, 'verify');
  const subtle = requireWebCrypto(algorithm);
  // Not every runtime answers a signature of the wrong length with false.
  return (base, signature) => signature.length === length && subtle.verify(params, key, signature as BufferSource, base as BufferSource);
}

/** What signs with a private key whose members were checked. */
export async function webSign(algorithm: Algorithm, jwk: Jwk): Promise<(base: Uint8Array) => Promise<Uint8Array>> {
  return signWith(algorithm, await importJwk(algorithm, jwk, 'sign'));
}

/** What signs with a key that WebCrypto holds. */
export function signWith(algorithm: Algorithm, key: CryptoKeyLike): (base: Uint8Array) => Promise<Uint8Array> {
  const subtle = requireWebCrypto(algorithm);
  const { params } = algorithms[algorithm];
  return async (base) => new Uint8Array(await subtle.sign(params, key as CryptoKey, base as BufferSource));
}

/** Makes a private key, as JWK. */
export async function generateWebKey(algorithm: Algorithm, modulusLength: number): Promise<Jwk> {
  const subtle = requireWebCrypto(algorithm);
  const params = { ...algorithms[algorithm].params, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey } = (await subtle.generateKey(params, true, ['sign', 'verify'])) as CryptoKeyPair;
  return subtle.exportKey('jwk', privateKey);
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
 * @throws {TypeError} without WebCrypto
 * @throws {DOMException} `NotSupportedError` where WebCrypto has no Ed25519
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

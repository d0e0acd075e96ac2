/**
 * What checks signatures.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { encodeBase64url } from '../internal/base64.ts';
import { encodeLatin1 } from '../internal/utf8.ts';
import { type Algorithm, algorithms, isAlgorithm } from './algorithm.ts';
import { digest } from './digest.ts';
import type { Jwk } from './forms/jwk.ts';

/**
 * A key bound to one algorithm that checks signatures: an imported `PublicKey`, an `hmacKey`, or your own (a KMS).
 *
 * `verify` answers `false` for whatever is not a signature by this key, however malformed; it throws only when it
 * cannot tell.
 */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  verify(base: Uint8Array, signature: Uint8Array): Awaitable<boolean>;
}

// What anybody may have: a public key bound to one algorithm.

/** A public key, ready to verify. Made by `importPublicKey…` and `generateKeyPair`. */
export class PublicKey implements VerificationKey {
  readonly algorithm: Algorithm;
  /** The key as JWK: exactly the members a thumbprint hashes (RFC 7638). */
  readonly jwk: Jwk;
  readonly #verify: VerificationKey['verify'];

  constructor(algorithm: Algorithm, jwk: Jwk, verify: VerificationKey['verify']) {
    this.algorithm = algorithm;
    this.jwk = Object.freeze(jwk);
    this.#verify = verify;
    Object.freeze(this);
  }

  /** Whether this key made the signature; `false` for anything that is none. */
  verify(base: Uint8Array, signature: Uint8Array): Awaitable<boolean> {
    return this.#verify(base, signature);
  }
}

// What signs: a private key bound to one algorithm.

/** What an importer found out about a private key. */
export interface PrivateKeyParts {
  readonly algorithm: Algorithm;
  readonly sign: (base: Uint8Array) => Awaitable<Uint8Array>;
  /** Exactly the members a thumbprint hashes, in order; `undefined` when the public key is not known. */
  readonly publicJwk: Jwk | undefined;
  /** The whole key, only if it may be exported. */
  readonly jwk: Jwk | undefined;
}

/** A private key. Made by `importPrivateKey…` and `generateKeyPair`; bind it to a `keyid` with `createSigner`. */
export class PrivateKey {
  readonly algorithm: Algorithm;
  /** The public key, when it is known. */
  readonly publicJwk: Jwk | undefined;
  /** The thumbprint of the public key (RFC 7638): the `keyid` unless another one is given. */
  readonly thumbprint: string | undefined;
  readonly #sign: PrivateKeyParts['sign'];
  readonly #jwk: Jwk | undefined;

  constructor({ algorithm, sign, publicJwk, jwk }: PrivateKeyParts, thumbprint: string | undefined) {
    this.algorithm = algorithm;
    this.publicJwk = publicJwk && Object.freeze(publicJwk);
    this.thumbprint = thumbprint;
    this.#sign = sign;
    this.#jwk = jwk;
    // What Node's `console.log` shows.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => `PrivateKey ${JSON.stringify(this)}` });
    Object.freeze(this);
  }

  /** Signs a signature base. */
  sign(base: Uint8Array): Awaitable<Uint8Array> {
    return this.#sign(base);
  }

  /** Whether it was imported or generated with `extractable: true`. */
  get extractable(): boolean {
    return this.#jwk !== undefined;
  }

  /**
   * The private key itself, as JWK.
   *
   * @throws {TypeError} if the key was not imported or generated with `extractable: true`
   */
  exportJwk(): Jwk {
    if (this.#jwk === undefined) throw new TypeError('privateKey is not extractable');
    return { ...this.#jwk };
  }

  /** What logs may show. */
  toJSON(): object {
    return { algorithm: this.algorithm, thumbprint: this.thumbprint };
  }
}

/** Makes the key, its thumbprint computed once (asynchronously, so that no hash function need be bundled). */
export async function createPrivateKey(parts: PrivateKeyParts): Promise<PrivateKey> {
  const { publicJwk } = parts;
  const hash = publicJwk && (await digest('sha-256', encodeLatin1(JSON.stringify(publicJwk))));
  return new PrivateKey(parts, hash && encodeBase64url(hash));
}

// What a key form says, before a key is made of it: plain data and functions, so that the readers of forms and the keys
// themselves need not know each other.

/** An Ed25519 public key by its bytes, or one that WebCrypto has taken. */
export type PublicParts =
  | { readonly point: Uint8Array }
  | { readonly algorithm: Algorithm; readonly jwk: Jwk; readonly verify: (base: Uint8Array, signature: Uint8Array) => Awaitable<boolean> };

/**
 * An Ed25519 private key by its seed, with the public key that stood beside it; or one that WebCrypto has taken.
 * `jwk` is the whole private key, where the form shows it.
 */
export type PrivateParts =
  | { readonly seed: Uint8Array; readonly point: Uint8Array | undefined }
  | {
      readonly algorithm: Algorithm;
      readonly sign: (base: Uint8Array) => Awaitable<Uint8Array>;
      readonly publicParts: PublicParts | undefined;
      readonly jwk: Jwk | undefined;
    };

/** Bytes of the signatures of a key; `undefined` for a key of the application's own making that does not say. */
export function signatureLength(key: VerificationKey): number | undefined {
  if (!isAlgorithm(key.algorithm)) return undefined;
  const { kty, fieldBytes } = algorithms[key.algorithm];
  if (kty === 'oct') return 32;
  if (fieldBytes !== undefined) return 2 * fieldBytes;
  const modulus = (key as { readonly jwk?: { readonly n?: unknown } }).jwk?.n;
  return typeof modulus === 'string' ? Math.floor((modulus.length * 3) / 4) : undefined;
}

/**
 * Keys: what checks signatures, and what makes them.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { type Algorithm, algorithms } from './algorithm.ts';
import type { Jwk } from './jwk.ts';

/**
 * A key bound to one algorithm that checks signatures: an imported `PublicKey`, an `hmacKey`, or your own (a KMS).
 *
 * `verify` answers `false` for whatever is not a signature by this key, however malformed; it throws only when it
 * cannot tell.
 */
export interface VerificationKey {
  /** The algorithm the key is bound to. */
  readonly algorithm: Algorithm;
  /** Whether this key made the signature of a signature base. Only `true` counts. */
  verify(base: Uint8Array, signature: Uint8Array): Awaitable<boolean>;
}

/** Whether a text is the name of an algorithm. */
export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(algorithms, name);
}

/**
 * Bytes of the signatures of a key; signatures of another length it refuses at once, which takes no time.
 *
 * @returns `undefined` for a key of the application's own making that does not say
 */
export function signatureLength(key: VerificationKey): number | undefined {
  if (!isAlgorithm(key.algorithm)) return undefined;
  const { signatureBytes } = algorithms[key.algorithm];
  if (signatureBytes !== undefined) return signatureBytes;
  const modulus = (key as { readonly jwk?: { readonly n?: unknown } }).jwk?.n;
  return typeof modulus === 'string' ? Math.floor((modulus.length * 3) / 4) : undefined;
}

// What anybody may have: a public key bound to one algorithm.

/** A public key, ready to verify. Made by `importPublicKey…` and `generateKeyPair`. */
export class PublicKey implements VerificationKey {
  /** The algorithm the key is bound to. */
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
  /** The algorithm the key is bound to. */
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
   * @throws {TypeError} If the key was not imported or generated with `extractable: true`.
   */
  exportJwk(): Jwk {
    if (this.#jwk === undefined) throw new TypeError('privateKey is not extractable');
    return { ...this.#jwk };
  }

  /** What logs may show: algorithm and thumbprint. */
  toJSON(): object {
    return { algorithm: this.algorithm, thumbprint: this.thumbprint };
  }
}

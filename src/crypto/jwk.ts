/**
 * JSON Web Keys (RFC 7517, 7518, 8037): what they hold, and how a member is read.
 *
 * @module
 */

import { fromBase64url } from '../internal/base64.ts';

/** A JSON Web Key. Which members it has depends on `kty`; see RFC 7518, section 6, and RFC 8037, section 2. */
export interface Jwk {
  /** `OKP`, `EC`, `RSA` or `oct` (RFC 7518, section 6.1). */
  readonly kty?: string | undefined;
  /** The curve: `Ed25519`, `P-256` or `P-384`. */
  readonly crv?: string | undefined;
  /** Public: the point, or its first coordinate; base64url, as all numbers here. */
  readonly x?: string | undefined;
  /** Public: the second coordinate of the point of an EC key. */
  readonly y?: string | undefined;
  /** Public: the modulus of an RSA key. */
  readonly n?: string | undefined;
  /** Public: the exponent of an RSA key. */
  readonly e?: string | undefined;
  /** Private: the seed, scalar or exponent. */
  readonly d?: string | undefined;
  /** Private: the first prime factor of an RSA key. */
  readonly p?: string | undefined;
  /** Private: the second prime factor of an RSA key. */
  readonly q?: string | undefined;
  /** Private: `d` modulo `p - 1`. */
  readonly dp?: string | undefined;
  /** Private: `d` modulo `q - 1`. */
  readonly dq?: string | undefined;
  /** Private: the inverse of `q` modulo `p`. */
  readonly qi?: string | undefined;
  /** Private: the secret of an `oct` key. */
  readonly k?: string | undefined;
  /** The algorithm the key is for, by its JOSE name. */
  readonly alg?: string | undefined;
  /** What its owner calls the key. */
  readonly kid?: string | undefined;
  /** What it is for: `sig`. */
  readonly use?: string | undefined;
  /** What may be done with it: `sign`, `verify`. */
  readonly key_ops?: readonly string[] | undefined;
}

/** A member of the JWK's own: what it inherits says nothing about a key. */
export function ownMember(jwk: Jwk, name: keyof Jwk): unknown {
  return Object.hasOwn(jwk, name) ? jwk[name] : undefined;
}

/** The bytes of a base64url member, of an exact length when one is given. */
export function memberBytes(jwk: Jwk, name: keyof Jwk, length?: number): Uint8Array<ArrayBuffer> {
  const value = ownMember(jwk, name);
  const bytes = typeof value === 'string' ? fromBase64url(value) : undefined;
  if (bytes === undefined) throw new TypeError(`jwk.${name} must be base64url without padding`);
  if (length !== undefined && bytes.length !== length) throw new RangeError(`jwk.${name} must be ${length} bytes`);
  return bytes;
}

/** Some members, own ones only. A TypeError if one is missing or is no text. */
export function pickMembers(jwk: Jwk, names: readonly (keyof Jwk)[]): Jwk {
  const out: Record<string, string> = {};
  for (const name of names) {
    const value = ownMember(jwk, name);
    if (typeof value !== 'string') throw new TypeError(`jwk.${name} must be a string`);
    out[name] = value;
  }
  return out;
}

/**
 * JSON Web Keys (RFC 7517, 7518, 8037): what they hold, and how a member is read.
 *
 * @module
 */

import { fromBase64url } from '../internal/base64.ts';

/** A JSON Web Key. Which members it has depends on `kty`; see RFC 7518, section 6, and RFC 8037, section 2. */
export interface Jwk {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly n?: string | undefined;
  readonly e?: string | undefined;
  readonly d?: string | undefined;
  readonly p?: string | undefined;
  readonly q?: string | undefined;
  readonly dp?: string | undefined;
  readonly dq?: string | undefined;
  readonly qi?: string | undefined;
  readonly k?: string | undefined;
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
  readonly use?: string | undefined;
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

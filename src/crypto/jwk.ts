/**
 * JSON Web Keys (RFC 7517, 7518, 8037): what they hold.
 *
 * @module
 */

import { decodeBase64url } from '../internal/base64.ts';

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

/** The bytes of a base64url member, of an exact length when one is given. */
export function memberBytes(jwk: Jwk, name: 'x' | 'y' | 'n' | 'e' | 'd' | 'k', length?: number): Uint8Array<ArrayBuffer> {
  const value = Object.hasOwn(jwk, name) ? jwk[name] : undefined;
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined;
  if (bytes === undefined) throw new TypeError(`jwk.${name} must be base64url without padding`);
  if (length !== undefined && bytes.length !== length) throw new RangeError(`jwk.${name} must be ${length} bytes`);
  return bytes;
}

const PUBLIC_MEMBERS = { OKP: ['crv', 'kty', 'x'], EC: ['crv', 'kty', 'x', 'y'], RSA: ['e', 'kty', 'n'] } as const;

function membersOf(kty: unknown): readonly (keyof Jwk)[] {
  if (kty === 'OKP' || kty === 'EC' || kty === 'RSA') return PUBLIC_MEMBERS[kty];
  throw new TypeError(kty === 'oct' ? 'jwk is a secret, not a key pair: see secretFromJwk' : 'jwk.kty is none of OKP, EC, RSA');
}

/** Some members, own ones only. A TypeError if one is missing or is no text. */
export function pickMembers(jwk: Jwk, names: readonly (keyof Jwk)[]): Jwk {
  const out: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(jwk, name) ? jwk[name] : undefined;
    if (typeof value !== 'string') throw new TypeError(`jwk.${name} must be a string`);
    out[name] = value;
  }
  return out;
}

/**
 * The public members only, in the order of RFC 7638, so that its JSON is what a thumbprint hashes.
 *
 * @throws {TypeError} if one is missing or is no text
 */
export function publicMembers(jwk: Jwk): Jwk {
  return pickMembers(jwk, membersOf(Object.hasOwn(jwk, 'kty') ? jwk.kty : undefined));
}

import type { Jwk } from './jwk.ts';

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

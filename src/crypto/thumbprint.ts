/**
 * JWK thumbprints (RFC 7638, RFC 8037 appendix A.3): a name for a key that nobody has to hand out.
 *
 * @module
 */

import { assertNoPromise, assertObject } from '../internal/assert.ts';
import { toBase64url } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { algorithms } from './algorithm.ts';
import { digest } from './digest.ts';
import { type Jwk, ownMember, pickMembers } from './jwk.ts';

/**
 * The SHA-256 thumbprint of a public key (of the public half, if a private one is given), base64url: 43 characters.
 *
 * @throws {TypeError} If the JWK is incomplete, of an unknown kind, or a secret: its thumbprint would let one guess it.
 */
export async function jwkThumbprint(jwk: Jwk): Promise<string> {
  assertNoPromise(jwk, 'jwk');
  assertObject(jwk, 'jwk');
  const members = pickMembers(jwk, membersOf(ownMember(jwk, 'kty')));
  return toBase64url(await digest('sha-256', encodeUtf8(JSON.stringify(members))));
}

/** The members of keys of a kind, in the order in which they are hashed; all algorithms of a kind have the same. */
function membersOf(kty: unknown): readonly (keyof Jwk)[] {
  const found = Object.values(algorithms).find((entry) => entry.kty === kty && entry.implementation !== 'hmac');
  if (found !== undefined) return found.publicMembers;
  throw new TypeError(kty === 'oct' ? 'jwk is a secret, not a key pair: see secretFromJwk' : 'jwk.kty must be OKP, EC or RSA');
}
